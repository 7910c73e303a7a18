"""MedNCATrain's section of cases, with volumes and segmentations in the scene that can become some."""

from train_panel_case import TrainPanelCase

# isort: split
import numpy as np
import qt
import slicer
from mednca import Volume, write_volume

SHAPE = (18, 24, 30)  # k, j, i


class TrainCasesCase(TrainPanelCase):
    @property
    def ui(self):
        return self.panel.cases.ui

    # What a person has in the scene, and on the computer

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

    def writeCases(self, count, folder="data"):
        for name in ("imagesTr", "labelsTr"):
            (self.folder / folder / name).mkdir(parents=True)
        for index in range(count):
            image = np.random.default_rng(index).normal(size=(12, 12, 12)).astype(np.float32)
            label = np.zeros(image.shape, np.uint8)
            label[3:7, 3:7, 3:7] = 2
            for name, array in (("imagesTr", image), ("labelsTr", label)):
                write_volume(self.folder / folder / name / f"case{index}.nii.gz", Volume(array, np.eye(4)))

    # What a person sees and does

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
