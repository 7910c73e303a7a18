"""What can be wrong with cases, and what MedNCATrain's panel says of it.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import json
import unittest

from train_cases_case import SHAPE, TrainCasesCase

# isort: split
import numpy as np
import slicer
from mednca import Label, MedNCAError
from MedNCATrainLib.disk_cases import casesInFolder


class CasesProblemsTest(TrainCasesCase):
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

    def test_segmentsWithNamesThatNoDataSetMayHaveAreAReason(self):
        for name in ("A", "B"):
            self.add(*self.addPair(name, ("Organ", "Ignore")))
        self.assertIn("'ignore'", self.reason())
        for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
            node.GetSegmentation().GetNthSegment(1).SetName(" ")
        self.waitUntil(lambda: "no name" in self.reason(), seconds=20)

    def test_ofFilesEachValueIsLearntOrToldOf(self):
        self.writeCases(2)
        names = {"background": 0, "Organ": 2, "organ": 3}
        (self.folder / "data" / "dataset.json").write_text(json.dumps({"labels": names}))
        self.dropFolder(self.folder / "data", rows=2)
        self.assertEqual([row[2] for row in self.rows()], ["Ready."] * 2)
        *_, cases = casesInFolder(self.folder / "data")
        *_, read = cases[0].read([Label(1, "Organ")])
        self.assertEqual(set(np.unique(read.label)), {0, 1})
        (self.folder / "data" / "dataset.json").write_text(json.dumps({"labels": {"background": 0, "Organ": 1}}))
        *_, cases = casesInFolder(self.folder / "data")
        with self.assertRaisesRegex(MedNCAError, r"not declared \(2\)"):
            list(cases[0].read([Label(1, "Organ")]))

    def test_noCaseAndOneCaseAreReasonsNotToStart(self):
        self.assertIn("Add volumes", self.reason())
        self.add(*self.addPair("A"))
        self.assertIn("One case is not enough", self.reason())
        self.add(*self.addPair("B"))
        self.assertIn("name", self.reason())


if __name__ == "__main__":
    unittest.main()
