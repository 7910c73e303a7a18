"""How a training run is paused, resumed and ended from MedNCATrain's panel, whatever it answers.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import json
import os
import signal
import unittest
from unittest import mock

from train_panel_case import library
from train_run_case import TrainRunCase

# isort: split
import slicer
from mednca import process


class TrainEndingTest(TrainRunCase):
    def test_pauseEndsTheProcessAndResumeGoesOnWhereItWas(self):
        self.startAndWaitForProgress()
        self.ui.pauseButton.click()
        self.assertFalse(self.ui.pauseButton.enabled)
        self.waitForEnd()
        paused = self.status()
        self.assertEqual(paused["state"], "paused")
        self.waitUntil(lambda: not self.isAlive())
        self.assertIn("Resume", self.message())
        self.waitUntil(self.canResume)
        before = self.lastIteration(self.charts()[0])

        with self.trainings("wait"):
            self.ui.pauseButton.click()
        self.assertEqual(self.message(), "")
        self.waitUntil(lambda: self.ui.pauseButton.text == "Pause" and self.ui.pauseButton.enabled)
        self.assertNotEqual(self.status()["pid"], paused["pid"])
        self.letItEnd()
        self.assertEqual(self.status()["state"], "finished")
        self.waitUntil(lambda: self.lastIteration(self.charts()[0]) == 200 > before)
        # One curve over both processes.
        table = self.charts()[0].GetNthPlotSeriesNode(0).GetTableNode().GetTable()
        iterations = [table.GetColumn(0).GetValue(row) for row in range(table.GetNumberOfRows())]
        self.assertEqual(iterations, list(range(10, 201, 10)))

    def test_pauseWhileTheProcessIsStartingIsNotForgotten(self):
        self.start()
        self.panel.run._onPause()
        self.waitForEnd()
        self.assertEqual(self.status()["state"], "paused")

    def test_stopWhileItStartsEndsItAtOnce(self):
        folder = self.start("mute")
        self.assertTrue(self.ui.stopButton.enabled)
        self.ui.stopButton.click()
        self.assertFalse(self.ui.stopButton.enabled)
        self.assertTrue(self.ui.startButton.enabled)
        self.assertFalse(library("run_process").RunProcess(folder).isAlive())

    def test_itIsNotEndedWhenThePersonThinksBetterOfIt(self):
        self.startAndWaitForProgress("deaf")
        self.ui.stopButton.click()
        with mock.patch.object(slicer.util, "confirmOkCancelDisplay", lambda text: False):
            self.ui.stopButton.click()
        self.assertTrue(self.isAlive())

    def test_aProcessThatCannotBeEndedIsNotSaidToBe(self):
        self.start("mute")
        with mock.patch.object(process, "end_with_children", lambda pid, started: False):
            self.ui.stopButton.click()
        self.assertIn("could not be ended", self.message())
        self.ui.stopButton.click()
        self.assertIn("was ended", self.message())

    def test_aProcessThatDoesNotAnswerIsEndedWithItsChildren(self):
        folder = self.startAndWaitForProgress("deaf")
        self.waitUntil(lambda: (folder / "checkpoint.pt").exists())
        family = self.family()
        self.assertGreaterEqual(len(family), 1 if os.name == "nt" else 2)
        self.ui.stopButton.click()
        self.assertEqual((self.ui.stopButton.text, self.ui.stopButton.enabled), ("End now", True))
        self.assertTrue(self.isAlive())
        self.ui.stopButton.click()
        self.assertFalse(self.ui.stopButton.enabled)
        self.assertEqual([process.started_at(pid) for pid in family], [None] * len(family))
        self.assertIn("was ended", self.message())
        self.waitUntil(self.canResume)

    def test_closingSlicerPausesTheRunOnlyWhenThatIsWanted(self):
        folder = self.startAndWaitForProgress()
        library("run_section").onSlicerCloses()
        self.assertFalse((folder / "stop").exists())
        self.ui.stopWithSlicerCheckBox.click()
        library("run_section").onSlicerCloses()
        self.waitForEnd()
        self.assertEqual(self.status()["state"], "paused")

    # As in an installed Slicer, where Python is started by a launcher

    def launcher(self):
        path = self.folder / "bin" / "PythonSlicer"
        path.parent.mkdir()
        path.write_text(f'#!/bin/sh\n"{library("folder_process").slicerPython()}" "$@"\nexit $?\n')
        path.chmod(0o755)
        patch = mock.patch.dict(os.environ, PATH=f"{path.parent}{os.pathsep}{os.environ['PATH']}")
        patch.start()
        self.addCleanup(patch.stop)

    @unittest.skipIf(os.name == "nt", "Slicer's own launcher is used there")
    def test_behindALauncherTheTrainingIsEndedToo(self):
        self.launcher()
        folder = self.startAndWaitForProgress("deaf")
        launched = json.loads((folder / "process.json").read_text())["pid"]
        self.assertNotEqual(launched, self.status()["pid"])
        family = self.family()
        self.assertLessEqual({launched, self.status()["pid"]}, family)
        self.ui.stopButton.click()
        self.ui.stopButton.click()
        self.assertEqual([process.started_at(pid) for pid in family], [None] * len(family))

    @unittest.skipIf(os.name == "nt", "Slicer's own launcher is used there")
    def test_aTrainingThatHasLostItsLauncherIsStillFoundAndEnded(self):
        self.launcher()
        folder = self.startAndWaitForProgress("deaf")
        os.kill(json.loads((folder / "process.json").read_text())["pid"], signal.SIGKILL)
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()
        self.waitUntil(lambda: "teration" in self.ui.progressLabel.text)
        self.ui.stopButton.click()
        self.ui.stopButton.click()
        self.assertFalse(self.isAlive())


if __name__ == "__main__":
    unittest.main()
