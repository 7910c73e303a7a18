"""Cases that MedNCATrain's panel finds in folders: of the subject hierarchy and of the computer, chosen or dropped.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import unittest

from train_cases_case import SHAPE, TrainCasesCase
from train_panel_case import library

# isort: split
import numpy as np
import qt
import slicer


class CasesFoundTest(TrainCasesCase):
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

    def test_folderOnDiskIsAddedWithoutBeingLoaded(self):
        self.writeCases(3)
        before = slicer.mrmlScene.GetNumberOfNodes()
        self.dropFolder(self.folder / "data", rows=3)
        self.assertEqual([row[2] for row in self.rows()], ["Ready."] * 3)
        self.assertEqual(self.segments(), {"Label 2": "3"})
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), before)
        self.dropFolder(self.folder, rows=3)
        self.waitUntil(lambda: "imagesTr and labelsTr" in self.ui.casesLabel.text, seconds=20)

    def test_foldersThatAreDroppedTogetherAreReadOneAfterTheOther(self):
        self.writeCases(2)
        self.writeCases(3, "more")
        paths = [self.folder / name for name in ("data", "nowhere", "more")]
        self.drop(*(qt.QUrl.fromLocalFile(str(path)).toString() for path in paths))
        self.waitUntil(lambda: len(self.rows()) == 5, seconds=20)
        self.assertIn("nowhere", self.ui.casesLabel.text)

    def test_folderIsReadToItsEndWhenThePersonIsInAnotherModule(self):
        self.writeCases(3)
        for name in ("nowhere", "data"):
            self.panel.cases.addFolderFromDisk(str(self.folder / name))
        slicer.util.selectModule("MedNCASegment")
        self.waitUntil(lambda: len(self.parameters.diskCases) == 3, seconds=20)
        slicer.util.selectModule("MedNCATrain")
        slicer.app.processEvents()
        self.assertEqual(len(self.rows()), 3)
        self.assertIn("nowhere", self.ui.casesLabel.text)

    def test_foldersAreNotReadForAnotherScene(self):
        self.writeCases(3)
        for name in ("nowhere", "data"):
            self.panel.cases.addFolderFromDisk(str(self.folder / name))
        slicer.mrmlScene.Clear(0)
        self.waitFor(0.5)
        self.assertEqual(self.rows(), [])
        self.assertNotIn("nowhere", self.ui.casesLabel.text)


if __name__ == "__main__":
    unittest.main()
