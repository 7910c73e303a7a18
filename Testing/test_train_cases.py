"""The list of cases on MedNCATrain's panel: added one by one, removed, shown, and restored with the scene.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import unittest

from train_cases_case import SHAPE, TrainCasesCase

# isort: split
import numpy as np
import qt
import slicer


class TrainCasesTest(TrainCasesCase):
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

    def test_titlesOfTheColumnsAreReadInFull(self):
        table = self.ui.casesTable
        for column in range(table.columnCount):
            self.assertGreaterEqual(table.columnWidth(column), table.horizontalHeader().sectionSizeHint(column))

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

    def test_savedSceneRestoresTheList(self):
        self.add(*self.addPair("A"))
        self.add(*self.addPair("B", ("Organ", "Other")))
        self.ui.segmentsTable.item(1, 0).setCheckState(qt.Qt.Unchecked)
        self.settle()
        rows = self.rows()
        with self.closedScene():
            slicer.app.processEvents()
            self.assertEqual(self.rows(), [])
        self.settle()
        self.assertEqual(self.rows(), rows)
        self.assertEqual(self.ui.segmentsTable.item(1, 0).checkState(), qt.Qt.Unchecked)


if __name__ == "__main__":
    unittest.main()
