"""A training run on MedNCATrain's panel from its start to its end, and several of them.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import unittest

from train_run_case import TrainRunCase

# isort: split
import slicer


class TrainRunTest(TrainRunCase):
    def test_aRunGoesFromStartToEnd(self):
        with self.trainings("wait"):
            self.ui.startButton.click()
            self.assertEqual(self.ui.startButton.text, "Cancel")
            self.waitUntil(lambda: "case" in self.ui.progressLabel.text)
            self.assertEqual(self.ui.progressLabel.text, "Writing case 2 of 2")
            self.waitUntil(lambda: "teration" in self.ui.progressLabel.text)
        self.assertEqual(self.parameters.workFolder, str(self.runs[-1]))
        for words in ("loss ", "of 200", " left"):
            self.assertIn(words, self.ui.progressLabel.text)
        self.assertFalse(self.ui.startButton.enabled)
        self.assertEqual((self.ui.pauseButton.text, self.ui.pauseButton.enabled), ("Pause", True))
        self.letItEnd()
        self.assertIn("finished", self.message())
        self.assertIn(f"{self.status()['best_dice']:.4f}", self.message())
        self.assertTrue(self.ui.startButton.enabled)
        self.assertFalse(self.ui.pauseButton.enabled)
        self.assertTrue(self.ui.progressBar.isHidden())
        self.assertIn("finished", self.parameters.runNews)

    def test_cancelledWhileTheCasesAreWrittenNothingStarts(self):
        self.ui.startButton.click()
        self.ui.startButton.click()
        self.assertTrue(self.prepared.cancelled)
        self.assertIn("Cancelled", self.message())
        self.assertEqual(self.ui.startButton.text, "Start training")
        self.assertFalse(self.runs[-1].exists())

    def test_aRunThatStartsWhileAnotherModuleIsOpenIsShownAfterwards(self):
        with self.trainings("wait"):
            self.ui.startButton.click()
            slicer.util.selectModule("MedNCASegment")
            self.waitUntil(lambda: (self.runs[-1] / "process.json").exists())
        slicer.util.selectModule("MedNCATrain")
        self.waitUntil(lambda: "teration" in self.ui.progressLabel.text)
        self.assertEqual(self.parameters.workFolder, str(self.runs[-1]))

    def test_stopEndsItAndTheNextStartIsAnotherRun(self):
        first = self.startAndWaitForProgress()
        self.ui.stopButton.click()
        self.waitForEnd()
        self.assertEqual(self.status()["state"], "paused")
        self.assertTrue(self.ui.startButton.enabled)
        second = self.startAndWaitForProgress()
        self.assertNotEqual(first, second)
        self.assertEqual([self.ui.runSelector.itemText(index) for index in range(3)], ["No run", "run1", "run0"])
        # The former can be looked at meanwhile.
        self.choose(2)
        self.assertEqual(self.ui.pauseButton.text, "Resume")
        self.assertTrue(self.isAlive(second))
        self.choose(1)
        self.assertEqual(self.ui.pauseButton.text, "Pause")

    def choose(self, index):
        self.ui.runSelector.setCurrentIndex(index)
        slicer.app.processEvents()


if __name__ == "__main__":
    unittest.main()
