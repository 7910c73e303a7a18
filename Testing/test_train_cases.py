"""MedNCATrain's section of cases as a person uses it, driven by clicks and drops; and what becomes of the cases.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import shutil
import sys
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent))
from train_panel_case import TrainPanelCase, library  # noqa: E402

# isort: split
import numpy as np  # noqa: E402
import qt  # noqa: E402
import slicer  # noqa: E402
from mednca import Volume  # noqa: E402
from mednca.cases import find_dataset, read_case  # noqa: E402
from mednca.files import write_volume  # noqa: E402

SHAPE = (18, 24, 30)  # k, j, i


class CasesPanelTest(TrainPanelCase):
    """The list of cases, the segments to learn, and what is wrong with them."""

    @property
    def ui(self):
        return self.panel.cases.ui

    # What a person has in the scene

    def addVolume(self, name, shape=SHAPE, spacing=(1.0, 1.0, 1.0)):
        values = np.random.default_rng(len(name)).normal(100, 20, shape).astype(np.float32)
        volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
        slicer.util.updateVolumeFromArray(volume, values)
        volume.SetSpacing(spacing)
        return volume

    def addSegmentation(self, volume, name, segments=("Organ",), size=6):
        """A segmentation with boxes of `size` voxels along each axis, one a segment."""
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
        node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
        for index, segment in enumerate(segments):
            identifier = node.GetSegmentation().AddEmptySegment(segment, segment)
            box = np.zeros(slicer.util.arrayFromVolume(volume).shape, np.uint8)
            start = 2 + index * 7
            box[4 : 4 + size, 4 : 4 + size, start : start + size] = 1
            slicer.util.updateSegmentBinaryLabelmapFromArray(box, node, identifier, volume)
        return node

    def addPair(self, name, segments=("Organ",)):
        volume = self.addVolume(name)
        return volume, self.addSegmentation(volume, f"{name} segmentation", segments)

    def folderWith(self, name, *nodes):
        hierarchy = slicer.mrmlScene.GetSubjectHierarchyNode()
        item = hierarchy.CreateFolderItem(hierarchy.GetSceneItemID(), name)
        for node in nodes:
            hierarchy.SetItemParent(hierarchy.GetItemByDataNode(node), item)
        return item

    # What a person does

    def choose(self, volume, segmentation=None):
        self.ui.volumeSelector.setCurrentNode(volume)
        if segmentation is not None:
            self.ui.segmentationSelector.setCurrentNode(segmentation)
        slicer.app.processEvents()

    def add(self, volume, segmentation=None):
        self.choose(volume, segmentation)
        self.assertTrue(self.ui.addButton.enabled)
        self.ui.addButton.click()
        self.settle()

    def settle(self):
        """Wait until folders are read and all cases were looked at."""
        for _ in range(3):
            slicer.app.processEvents()
            self.waitUntil(
                lambda: not any(words in self.ui.casesLabel.text for words in ("to be checked", "Reading the folder"))
            )

    def chooseFolder(self, words):
        menu = self.panel.cases.folderMenu
        menu.fill()
        (action,) = [one for one in menu.menu.actions() if words in one.text]
        action.trigger()
        self.settle()

    def drop(self, *addresses):
        data = qt.QMimeData()
        data.setUrls([qt.QUrl(one) for one in addresses])
        return self.dropData(data)

    def dropData(self, data):
        viewport = self.ui.casesTable.viewport()
        for kind, place in ((qt.QDragEnterEvent, qt.QPoint(5, 5)), (qt.QDropEvent, qt.QPointF(5, 5))):
            event = kind(place, qt.Qt.MoveAction, data, qt.Qt.LeftButton, qt.Qt.NoModifier)
            qt.QApplication.sendEvent(viewport, event)
            if not event.isAccepted():
                return False
        slicer.app.processEvents()
        self.settle()
        return event.dropAction() == qt.Qt.IgnoreAction

    def dropFolder(self, path, rows):
        """Drop a folder of the computer, and wait until the list is as long as this."""
        self.drop(qt.QUrl.fromLocalFile(str(path)).toString())
        self.waitUntil(lambda: len(self.rows()) == rows, seconds=20)
        self.settle()

    def rows(self):
        table = self.ui.casesTable
        return [[table.item(row, column).text() for column in range(3)] for row in range(table.rowCount)]

    def segments(self):
        table = self.ui.segmentsTable
        return {table.item(row, 0).text(): table.item(row, 1).text() for row in range(table.rowCount)}

    def reason(self):
        return self.panel.logic.obstacle(self.parameters)

    # Adding

    def test_addedPairIsARowThatSaysItIsReady(self):
        volume, segmentation = self.addPair("CT 1")
        self.assertFalse(self.ui.addButton.enabled)
        self.add(volume, segmentation)

        self.assertEqual(self.rows(), [["CT 1", "CT 1 segmentation", "Ready."]])
        self.assertEqual(self.segments(), {"Organ": "1"})
        self.assertIn("18", self.ui.casesTable.item(0, 2).toolTip())
        self.add(volume, segmentation)
        self.assertEqual(len(self.rows()), 1)
        self.assertIn("in the list already", self.ui.casesLabel.text)

    def test_segmentationOfAChosenVolumeIsFound(self):
        volume, segmentation = self.addPair("CT 1")
        self.addPair("CT 2")
        self.choose(volume)
        self.assertIs(self.ui.segmentationSelector.currentNode(), segmentation)

    def test_labelMapVolumeIsASegmentationToo(self):
        volume = self.addVolume("Scan")
        labels = np.zeros(SHAPE, np.uint8)
        labels[3:8, 3:8, 3:8], labels[3:8, 3:8, 10:14] = 1, 3
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Scan-label")
        slicer.util.updateVolumeFromArray(node, labels)
        self.add(volume, node)
        self.assertEqual(self.rows()[0][2], "Ready.")
        self.assertEqual(len(self.segments()), 2)

    def test_folderOfTheSubjectHierarchyAddsItsPairs(self):
        inside = [node for name in ("A", "B") for node in self.addPair(name)]
        self.addPair("Outside")
        self.addVolume("Alone")
        self.folderWith("Study", *inside)
        self.chooseFolder("Study (2)")
        self.assertEqual([row[0] for row in self.rows()], ["A", "B"])
        self.chooseFolder("whole scene (3)")
        self.assertEqual([row[0] for row in self.rows()], ["A", "B", "Outside"])

    def test_pairsAreFoundByReferenceByHierarchyAndByName(self):
        first, second, third = (self.addVolume(name) for name in ("Scan", "case_02_image", "other"))
        drawn = self.addSegmentation(first, "Segmentation")
        named = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Case 02 label")
        below = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Whatever")
        for node in (named, below):
            slicer.util.updateVolumeFromArray(node, np.ones(SHAPE, np.uint8))
        hierarchy = slicer.mrmlScene.GetSubjectHierarchyNode()
        hierarchy.SetItemParent(hierarchy.GetItemByDataNode(below), hierarchy.GetItemByDataNode(third))
        found = library("hierarchy_cases").casesBelow(hierarchy.GetSceneItemID())
        pairs = {case.volumeNode: case.segmentationNode for case in found}
        self.assertEqual(pairs, {first: drawn, second: named, third: below})

    def test_onlySegmentationOfAFolderBelongsToItsOnlyVolume(self):
        pairs = []
        for number in range(2):
            volume = self.addVolume(f"Scan {'AB'[number]}")
            node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Outlines")
            slicer.util.updateVolumeFromArray(node, np.ones(SHAPE, np.uint8))
            self.folderWith(f"Patient {number}", volume, node)
            pairs.append((volume, node))
        self.addVolume("Alone")
        found = library("hierarchy_cases").casesBelow(slicer.mrmlScene.GetSubjectHierarchyNode().GetSceneItemID())
        self.assertEqual([(case.volumeNode, case.segmentationNode) for case in found], pairs)

    def test_droppedFolderAndDroppedVolumeAreAdded(self):
        item = self.folderWith("Study", *self.addPair("A"), *self.addPair("B"))
        volume, _segmentation = self.addPair("C")
        hierarchy = slicer.mrmlScene.GetSubjectHierarchyNode()
        self.assertTrue(self.drop(f"mrml://scene/subjecthierarchy/item?id={item}"))
        self.assertEqual([row[0] for row in self.rows()], ["A", "B"])
        self.assertTrue(self.drop(f"mrml://scene/subjecthierarchy/item?id={hierarchy.GetItemByDataNode(volume)}"))
        self.assertEqual([row[0] for row in self.rows()], ["A", "B", "C"])
        _volume, segmentation = self.addPair("D")
        self.assertTrue(self.drop(f"mrml://scene/subjecthierarchy/item?id={hierarchy.GetItemByDataNode(segmentation)}"))
        self.assertEqual([row[0] for row in self.rows()], ["A", "B", "C", "D"])
        self.assertFalse(self.drop("https://example.com/scan.nii"))
        self.assertIsNotNone(hierarchy.GetItemDataNode(hierarchy.GetItemByDataNode(volume)))

    def test_titlesOfTheColumnsAreReadInFull(self):
        table = self.ui.casesTable
        for column in range(table.columnCount):
            self.assertGreaterEqual(table.columnWidth(column), table.horizontalHeader().sectionSizeHint(column))

    def test_treeOfThePanelCanBeDraggedFrom(self):
        item = self.folderWith("Study", *self.addPair("A"), *self.addPair("B"))
        self.addPair("C")
        tree = self.ui.hierarchyTree
        tree.setCurrentItem(item)
        selection = tree.selectionModel()  # of what the tree shows, which is sorted and filtered
        dragged = selection.model.mimeData(selection.selectedIndexes)
        self.assertEqual(library("drop_target").itemsOf(dragged), [item])
        self.assertTrue(self.dropData(dragged))
        self.assertEqual([row[0] for row in self.rows()], ["A", "B"])
        self.assertFalse(tree.acceptDrops)
        self.assertTrue(self.ui.hierarchySection.collapsed)

    def test_removedRowsLeaveTheirNodes(self):
        for name in ("A", "B", "C"):
            self.add(*self.addPair(name))
        self.assertFalse(self.ui.removeButton.enabled)
        self.ui.casesTable.selectRow(1)
        self.assertTrue(self.ui.removeButton.enabled)
        self.ui.removeButton.click()
        self.assertEqual([row[0] for row in self.rows()], ["A", "C"])
        self.assertIsNotNone(slicer.util.getFirstNodeByClassByName("vtkMRMLScalarVolumeNode", "B"))

    def test_doubleClickShowsTheCaseInTheViews(self):
        pairs = [self.addPair(name) for name in ("A", "B")]
        for pair in pairs:
            pair[1].CreateDefaultDisplayNodes()
            self.add(*pair)
        table = self.ui.casesTable
        table.cellDoubleClicked(1, 0)
        composite = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSliceCompositeNode")
        self.assertEqual(composite.GetBackgroundVolumeID(), pairs[1][0].GetID())
        self.assertEqual([pair[1].GetDisplayNode().GetVisibility() for pair in pairs], [0, 1])

    def test_folderOnDiskIsAddedWithoutBeingLoaded(self):
        self.writeCases(3)
        before = slicer.mrmlScene.GetNumberOfNodes()
        self.dropFolder(self.folder / "data", rows=3)
        self.assertEqual([row[2] for row in self.rows()], ["Ready."] * 3)
        self.assertEqual(self.segments(), {"Label 2": "3"})
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), before)
        self.dropFolder(self.folder, rows=3)
        self.waitUntil(lambda: "imagesTr and labelsTr" in self.ui.casesLabel.text, seconds=20)

    def writeCases(self, count):
        for name in ("imagesTr", "labelsTr"):
            (self.folder / "data" / name).mkdir(parents=True)
        for index in range(count):
            image = np.random.default_rng(index).normal(size=(12, 12, 12)).astype(np.float32)
            label = np.zeros(image.shape, np.uint8)
            label[3:7, 3:7, 3:7] = 2
            for name, array in (("imagesTr", image), ("labelsTr", label)):
                write_volume(self.folder / "data" / name / f"case{index}.nii.gz", Volume(array, np.eye(4)))

    # Segments

    def test_segmentsAreChosenByNameOverAllCases(self):
        self.add(*self.addPair("A", ("Liver", "Spleen")))
        self.add(*self.addPair("B", (" liver",)))
        self.assertEqual(self.segments(), {"Liver": "2", "Spleen": "1"})
        self.assertIn("no 'Spleen'", self.rows()[1][2])
        self.assertEqual([label.name for label in self.panel.logic.labels(self.parameters)], ["Liver", "Spleen"])

        self.ui.segmentsTable.item(1, 0).setCheckState(qt.Qt.Unchecked)
        self.settle()
        self.assertEqual([label.name for label in self.panel.logic.labels(self.parameters)], ["Liver"])
        self.assertEqual([row[2] for row in self.rows()], ["Ready.", "Ready."])
        self.ui.segmentsTable.item(0, 0).setCheckState(qt.Qt.Unchecked)
        self.settle()
        self.assertIn("no label to learn", self.reason())

    def test_terminologyOfASegmentIsShownAndGoesIntoTheLabel(self):
        volume, segmentation = self.addPair("A")
        segmentation.GetSegmentation().GetNthSegment(0).SetTag(
            slicer.vtkSegment.GetTerminologyEntryTagName(),
            "Segmentation category and type - DICOM master list~SCT^123037004^Anatomical Structure"
            "~SCT^5366008^Hippocampus~SCT^255549009^Anterior~~^^~^^",
        )
        self.add(volume, segmentation)
        self.assertEqual(self.ui.segmentsTable.item(0, 2).text(), "Hippocampus, Anterior (SCT 5366008)")
        (label,) = self.panel.logic.labels(self.parameters)
        self.assertEqual(label.terminology["modifier"], ["SCT", "255549009", "Anterior"])

    def test_terminologyCanBeWrittenByHand(self):
        self.add(*self.addPair("A", ("Liver", "Spleen")))
        cell = self.ui.segmentsTable.item(1, 2)
        cell.setText("Spleen (SCT 78961009)")
        labels = self.panel.logic.labels(self.parameters)
        self.assertEqual(labels[1].terminology["type"], ["SCT", "78961009", "Spleen"])
        self.assertEqual(labels[1].terminology["category"][2], "Anatomical Structure")
        cell.setText("spleen")
        self.assertIn("Write a code as", self.ui.casesLabel.text)
        self.assertEqual(cell.text(), "Spleen (SCT 78961009)")
        own = self.ui.segmentsTable.item(0, 2).text()
        cell.setText("")
        self.assertEqual(cell.text(), own)
        self.assertEqual(dict(self.parameters.segmentCodes), {})

    # What is wrong

    def test_changedSegmentationIsLookedAtAgain(self):
        volume, segmentation = self.addPair("A")
        self.add(volume, segmentation)
        identifier = segmentation.GetSegmentation().GetNthSegmentID(0)
        for value, words in ((0, "label is empty"), (1, "Ready.")):
            array = np.zeros(SHAPE, np.uint8)
            array[2:6, 2:6, 2:6] = value
            slicer.util.updateSegmentBinaryLabelmapFromArray(array, segmentation, identifier, volume)
            self.waitUntil(lambda words=words: words in self.rows()[0][2], seconds=20)

    def test_labelLargerThanTheImageIsAProblem(self):
        small, large = self.addVolume("Small", (18, 24, 10)), self.addVolume("Large")
        self.add(small, self.addSegmentation(large, "Of large", ("Organ", "Far", "Further")))
        self.assertIn("'Far' is larger than the volume", self.rows()[0][2])

    def test_brokenPairsSayWhy(self):
        empty = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "No voxels")
        blank = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Blank")
        volume, segmentation = self.addPair("A")
        holes = slicer.util.arrayFromVolume(self.addVolume("Holes"))
        holes[3, 3, 3] = np.nan
        self.add(volume, segmentation)
        self.add(empty, segmentation)
        self.add(volume, blank)
        self.add(slicer.util.getNode("Holes"), segmentation)
        sentences = [row[2] for row in self.rows()]
        for sentence, words in zip(sentences, ("Ready", "no voxels", "no segment", "not finite"), strict=True):
            self.assertIn(words, sentence)
        slicer.mrmlScene.RemoveNode(segmentation)
        slicer.app.processEvents()
        self.assertIn("removed", self.rows()[0][2])

    def test_casesWithAProblemAreLeftOutWhenAPersonSaysSo(self):
        self.assertTrue(self.ui.leaveOutCheckBox.isHidden())
        for name in ("A", "B", "C"):
            self.add(*self.addPair(name))
        self.assertTrue(self.ui.leaveOutCheckBox.isHidden())
        blank = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Blank")
        self.add(self.addVolume("Bad"), blank)
        self.assertFalse(self.ui.leaveOutCheckBox.isHidden())
        self.assertIn("'Bad' cannot be used", self.reason())
        self.ui.leaveOutCheckBox.click()
        self.assertIn("name", self.reason())

    def test_noCaseAndOneCaseAreReasonsNotToStart(self):
        self.assertIn("Add volumes", self.reason())
        self.add(*self.addPair("A"))
        self.assertIn("One case is not enough", self.reason())
        self.add(*self.addPair("B"))
        self.assertIn("name", self.reason())

    def test_savedSceneRestoresTheList(self):
        self.add(*self.addPair("A"))
        self.add(*self.addPair("B", ("Organ", "Other")))
        self.ui.segmentsTable.item(1, 0).setCheckState(qt.Qt.Unchecked)
        self.settle()
        rows, path = self.rows(), str(self.folder / "scene.mrb")
        self.assertTrue(slicer.util.saveScene(path))
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()
        self.assertEqual(self.rows(), [])
        slicer.util.loadScene(path)
        slicer.app.processEvents()
        self.settle()
        self.assertEqual(self.rows(), rows)
        self.assertEqual(self.ui.segmentsTable.item(1, 0).checkState(), qt.Qt.Unchecked)

    # Export

    def prepared(self, runsFolder=None):
        self.parameters.modelName, self.parameters.runsFolder = "Test", runsFolder or self.folder / "runs"
        self.assertEqual(self.reason(), "")
        return self.panel.logic.prepare(self.parameters)

    def test_exportIsADatasetThatTheCoreReads(self):
        self.add(*self.addPair("CT: 1", ("Liver", "Spleen")))
        self.add(*self.addPair("CT: 1", ("Spleen",)))
        self.writeCases(1)
        self.dropFolder(self.folder / "data", rows=3)
        preparation = self.prepared()
        preparation.complete()
        dataset = find_dataset(preparation.folder / "cases")
        self.assertEqual([case.name for case in dataset.cases], ["CT_1", "CT_1_2", "case0"])
        # Scans are not compressed, which would take seconds for a large one, in one step.
        self.assertEqual(
            {(case.image.suffixes[-1], case.label.suffixes[-1]) for case in dataset.cases}, {(".nii", ".gz")}
        )
        self.assertEqual(dataset.labels, {1: "Liver", 2: "Spleen", 3: "Label 2"})
        values = [set(np.unique(read_case(case)[1])) for case in dataset.cases]
        self.assertEqual(values, [{0, 1, 2}, {0, 2}, {0, 3}])
        self.assertEqual(preparation.arguments[:2], ["train", "--data"])
        self.assertTrue(Path(preparation.arguments[preparation.arguments.index("--plan") + 1]).is_file())

    def test_cancelledExportLeavesNothing(self):
        for name in ("A", "B"):
            self.add(*self.addPair(name))
        preparation = self.prepared()
        while preparation.progress is None or preparation.progress.done < 1:
            preparation.advance(0)
        self.assertTrue((preparation.folder / "cases" / "imagesTr" / "A.nii").is_file())
        preparation.cancel()
        self.assertFalse((self.folder / "runs").exists())

    def test_cancelledExportLeavesWhatOthersHavePutBesideIt(self):
        for name in ("A", "B"):
            self.add(*self.addPair(name))
        preparation = self.prepared(self.folder / "mine" / "runs")
        preparation.advance(0)
        self.assertTrue((preparation.folder / "cases").is_dir())
        (self.folder / "mine" / "note.txt").touch()
        preparation.cancel()
        self.assertEqual(list((self.folder / "mine").iterdir()), [self.folder / "mine" / "note.txt"])

    def test_fullDiskIsOneSentence(self):
        for name in ("A", "B"):
            self.add(*self.addPair(name))
        usage = shutil.disk_usage(self.folder)
        full = mock.patch.object(shutil, "disk_usage", return_value=usage._replace(free=1000))
        with full, self.assertRaisesRegex(library("export_cases").MedNCAError, "The disk is full"):
            self.prepared()

    def test_twoRunsOfOneNameHaveFoldersOfTheirOwn(self):
        for name in ("A", "B"):
            self.add(*self.addPair(name))
        folders = []
        for _ in range(2):
            preparation = self.prepared()
            preparation.complete()
            folders.append(preparation.folder.name)
        self.assertEqual(folders, ["Test", "Test-2"])


if __name__ == "__main__":
    unittest.main()
