"""Why nothing can be segmented on MedNCASegment's panel, and what it says when a run fails.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import unittest
from unittest import mock

from panel_case import PanelCase, library

# isort: split
import numpy as np
import slicer


class TroublesPanelTest(PanelCase):
    def test_buttonSaysWhyItIsDisabled(self):
        self.assertCannotStart("Load a scan")
        self.loadSample()
        self.assertTrue(self.ui.segmentButton.enabled)
        self.assertTrue(self.ui.reasonLabel.isHidden())

        self.ui.uncertaintyCheckBox.click()
        self.assertTrue(self.ui.segmentButton.enabled, "the model's card says two runs")
        self.ui.runsSpinBox.value = 1
        self.assertCannotStart("2 or more")
        self.ui.runsSpinBox.value = 2
        self.assertTrue(self.ui.segmentButton.enabled)

        options = library("parameters")
        self.parameters.engine, self.parameters.device = options.Engine.NUMPY, options.Device.GPU
        self.assertCannotStart("CPU only")
        self.parameters.device = options.Device.CPU
        self.assertTrue(self.ui.segmentButton.enabled)

        self.ui.recordEverySpinBox.value = 1
        self.ui.recordLimitSpinBox.value = 1
        self.assertCannotStart("more than the limit")
        self.ui.recordEverySpinBox.value = 0
        self.assertTrue(self.ui.segmentButton.enabled)
        self.assertIn("steps", self.ui.recordMemoryLabel.text)

        self.parameters.model = "of-tomorrow"
        self.assertCannotStart("Choose a model")

    def test_emptyVolumeIsAReasonUntilItIsFilled(self):
        volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Nothing")
        self.ui.volumeSelector.setCurrentNode(volume)
        self.assertCannotStart("'Nothing' has no voxels")
        slicer.util.updateVolumeFromArray(volume, np.zeros((8, 9, 10), np.float32))
        self.assertTrue(self.ui.segmentButton.enabled, self.ui.reasonLabel.text)
        self.assertNotEqual(self.ui.recordMemoryLabel.text, "")

    def test_unusableVolumeIsOneSentenceAndLeavesTheScene(self):
        volume = self.loadSample()
        volume.SetSpacing(2000, 2000, 2000)
        before = self.sceneState()
        self.segment()

        self.assertMessage("crop it")
        self.assertEqual(self.sceneState(), before)
        self.assertTrue(self.ui.segmentButton.enabled)

    def test_unexpectedErrorIsOneSentenceWithDetailsInTheLog(self):
        self.loadSample()
        run = library("logic").SegmentationRun
        with mock.patch.object(run, "advance", side_effect=ZeroDivisionError("deep inside")), self.assertLogs() as log:
            self.segment()
        self.assertMessage("ZeroDivisionError")
        self.assertIn("deep inside", "\n".join(log.output))
        self.segment()
        self.assertIsNotNone(self.ui.segmentationSelector.currentNode())


if __name__ == "__main__":
    unittest.main()
