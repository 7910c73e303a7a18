"""A training run goes on without its scene, and MedNCATrain's panel finds it again.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import unittest

from train_run_case import TrainRunCase

# isort: split
import slicer


class TrainFoundAgainTest(TrainRunCase):
    def test_anotherSceneFindsTheRunThatGoesOn(self):
        folder = self.startAndWaitForProgress("deaf")
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()
        self.assertEqual(self.parameters.workFolder, str(folder))
        self.assertTrue(self.isAlive())
        self.waitUntil(lambda: "teration" in self.ui.progressLabel.text)
        self.waitUntil(lambda: len(self.charts()) == 3)

    def test_anEndThatWasSeenIsNotShownAgainInAnotherScene(self):
        self.startAndWaitForProgress()
        self.ui.stopButton.click()
        self.waitForEnd()
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()
        self.assertEqual(self.parameters.workFolder, "")
        self.assertEqual(self.ui.runSelector.currentText, "No run")

    def test_anEndThatWasNotSeenIsShownAtTheNextOpening(self):
        folder = self.start("fail")
        slicer.util.selectModule("MedNCASegment")
        slicer.mrmlScene.Clear(0)
        self.waitUntil(lambda: (folder / "status.json").exists() and self.status()["state"] == "failed")
        slicer.util.selectModule("MedNCATrain")
        self.assertEqual(self.parameters.workFolder, str(folder))
        self.assertIn("The disk is full", self.message())


if __name__ == "__main__":
    unittest.main()
