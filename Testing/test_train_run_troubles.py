"""What goes wrong with the process of a training run, and what MedNCATrain's panel says of it.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import os
import signal
import unittest
from unittest import mock

from train_panel_case import library
from train_run_case import TrainRunCase

# isort: split
from mednca import MedNCAError, load_model, shipped_models
from mednca.training.plan import Plan
from mednca.training.recipe import Recipe


class TrainTroublesTest(TrainRunCase):
    def test_aProcessThatWasKilledIsNoticedAndResumed(self):
        self.startAndWaitForProgress("deaf")
        self.waitUntil(lambda: (self.runs[-1] / "checkpoint.pt").exists())
        os.kill(self.status()["pid"], signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
        self.waitForEnd()
        for words in ("ended from outside", "Resume"):
            self.assertIn(words, self.message())
        self.assertNotIn("GB", self.message())
        self.waitUntil(self.canResume)
        with self.trainings("deaf"):
            self.ui.pauseButton.click()
        self.waitUntil(lambda: self.ui.pauseButton.text == "Pause" and self.ui.pauseButton.enabled)

    def test_aProcessThatTheSystemMayHaveKilledForItsMemoryIsToldWithThePlanThatWouldFit(self):
        folder = self.startAndWaitForProgress("deaf")
        sizes = {"shape": dict.fromkeys(("least", "median", "most"), [64] * 3)}
        sizes["spacing"] = dict.fromkeys(("least", "median", "most"), [1.0] * 3)
        card = load_model(shipped_models()["hippocampus-parts"]).card
        plan = Plan(card, Recipe(iterations=200), {"cases": 10, **sizes})
        (folder / "plan.json").write_text(plan.to_json(), encoding="utf-8")
        with mock.patch.object(library("run_trouble"), "memoryGB", lambda: 0.5):
            os.kill(self.status()["pid"], signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
            self.waitForEnd()
        for words in ("ended from outside", "0.2 GB", "memory"):
            self.assertIn(words, self.message())

    def test_aProcessThatCannotStartSaysWhy(self):
        self.start("refuse")
        self.waitForEnd()
        self.assertIn("the data are not good enough", self.message())
        self.assertFalse(self.ui.pauseButton.enabled)
        self.assertTrue(self.ui.startButton.enabled)

    def test_ofAProcessThatCannotBeLaunchedNoCopiesOfTheCasesStay(self):
        with mock.patch.object(library("folder_process"), "slicerPython", side_effect=MedNCAError("There is none.")):
            self.ui.startButton.click()
            self.waitUntil(lambda: "There is none." in self.message())
        self.assertTrue(self.prepared.discarded)
        self.assertTrue(self.ui.startButton.enabled)

    def test_whatTheTrainingSaysOfItsFailureIsShown(self):
        self.start("fail")
        self.waitForEnd()
        self.assertIn("The disk is full", self.message())
        self.waitUntil(self.canResume)

    def test_aFolderThatVanishesIsNoTraceback(self):
        folder = self.startAndWaitForProgress()
        library("run_process").RunProcess(folder).end()
        for path in folder.iterdir():
            path.unlink()
        self.waitForEnd()
        folder.rmdir()
        self.panel.run.watcher.look()
        self.waitUntil(lambda: "is not there" in self.message())
        self.assertIn(str(folder), self.message())
        self.assertFalse(self.ui.pauseButton.enabled)
        self.assertTrue(self.ui.startButton.enabled)


if __name__ == "__main__":
    unittest.main()
