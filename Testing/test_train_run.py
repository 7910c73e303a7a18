"""A training run on the panel of MedNCATrain: started, watched, paused, ended and found again, by clicks.

The process is a real one; what it runs keeps a work folder as a training does, and learns nothing.
"""

import json
import os
import signal
import sys
import time
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from train_panel_case import TrainPanelCase, library  # noqa: E402

# isort: split
import slicer  # noqa: E402
from mednca import load_model, process, shipped_models  # noqa: E402
from mednca.training.plan import Plan  # noqa: E402
from mednca.training.recipe import Recipe  # noqa: E402

FAKE = (str(HERE / "fake_training.py"),)


class Prepared:
    """What the module's logic gives for the cases: it has written the first of two of them."""

    finished, cancelled = False, False

    def __init__(self, folder):
        self.folder, self._steps = folder, 0
        self.arguments = ["train", "--workdir", str(folder)]

    def advance(self, seconds=0.0):
        self._steps += 1
        self.finished = self._steps > 2
        if self.finished:
            self.folder.mkdir(parents=True)
        return SimpleNamespace(done=1, count=2, name="case", fraction=0.5)

    def cancel(self):
        self.cancelled = True


class TrainRunTest(TrainPanelCase):
    def setUp(self):
        for patch in self.patches():
            patch.start()
            self.addCleanup(patch.stop)
        super().setUp()
        self.addCleanup(self.endAll)
        self.runs = []
        logic = self.panel.logic
        self.plan = SimpleNamespace(recipe=SimpleNamespace(artefacts=0.0))
        for name, stand in (
            ("obstacle", lambda parameters: ""),
            ("plan", lambda parameters: self.plan),
            ("prepare", self.prepare),
        ):
            patch = mock.patch.object(logic, name, stand)
            patch.start()
            self.addCleanup(patch.stop)
        self.panel.run.show()

    @staticmethod
    def patches():
        # Settings of a Slicer that has never trained, and whatever Python this is has PyTorch.
        yield mock.patch.object(library("known_runs"), "KEY", f"MedNCATest/{time.time_ns()}")
        yield mock.patch.object(library("known_runs"), "STOP_KEY", f"MedNCATest/{time.time_ns()}")
        yield mock.patch.object(library("folder_process"), "PROGRAM", FAKE)
        yield mock.patch.object(library("torch_offer"), "_isThere", lambda name: True)
        # In its testing mode Slicer answers for the person, and not as its documentation says.
        yield mock.patch.object(slicer.util, "confirmOkCancelDisplay", lambda text: True)

    def endAll(self):
        for folder in self.runs:
            library("run_process").RunProcess(folder).end()

    def prepare(self, parameters):
        self.runs.append(self.folder / f"run{len(self.runs)}")
        self.prepared = Prepared(self.runs[-1])
        return self.prepared

    # What a person sees and does

    @property
    def ui(self):
        return self.panel.run.ui

    def start(self, misbehaviour=""):
        self.assertTrue(self.ui.startButton.enabled, self.ui.reasonLabel.text)
        with mock.patch.dict(os.environ, FAKE_TRAINING=misbehaviour):
            self.ui.startButton.click()
            self.waitUntil(lambda: self.runs and (self.runs[-1] / "process.json").exists())
        return self.runs[-1]

    def startAndWaitForProgress(self, misbehaviour=""):
        folder = self.start(misbehaviour)
        self.waitUntil(lambda: "teration" in self.ui.progressLabel.text)
        return folder

    def status(self, folder=None):
        return json.loads(((folder or self.runs[-1]) / "status.json").read_text())

    def canResume(self):
        return self.ui.pauseButton.text == "Resume" and self.ui.pauseButton.enabled

    def waitForEnd(self):
        self.waitUntil(lambda: not self.ui.stopButton.enabled)

    def message(self):
        return "" if self.ui.messageLabel.isHidden() else self.ui.messageLabel.text

    def isAlive(self, folder=None):
        status = self.status(folder)
        return process.alive(status["pid"], status["process_started"])

    def family(self):
        """Process ids of the run: what was started, what works, and the worker of that."""
        started = json.loads((self.runs[-1] / "process.json").read_text())["pid"]
        return {started, self.status()["pid"]} if os.name == "nt" else process._family(started)

    # From start to end

    def test_aRunGoesFromStartToEnd(self):
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
        self.waitForEnd()
        self.assertIn("finished", self.message())
        self.assertIn(f"{self.status()['best_dice']:.3f}", self.message())
        self.assertTrue(self.ui.startButton.enabled)
        self.assertFalse(self.ui.pauseButton.enabled)
        self.assertTrue(self.ui.progressBar.isHidden())
        self.assertIn("finished", self.parameters.runNews)

    def test_curvesPreviewAndLogFillWhileItRuns(self):
        folder = self.startAndWaitForProgress()
        self.waitUntil(lambda: not self.ui.previewSection.isHidden())
        self.assertTrue(self.ui.stopButton.enabled, "the run was over before it could be watched")
        charts = {node.GetAttribute("MedNCA.TrainingRole"): node for node in self.charts()}
        self.assertEqual(set(charts), {"Loss", "Dice", "Both"})
        self.assertEqual(charts["Loss"].GetNumberOfPlotSeriesNodes(), 1)
        # The mean and two labels.
        self.assertEqual(charts["Dice"].GetNumberOfPlotSeriesNodes(), 3)
        for words in ("Mean Dice", "Dice of inner", "Dice of outer"):
            self.assertIn(words, self.ui.legendLabel.text)
        before = self.lastIteration(charts["Loss"])
        self.waitUntil(lambda: self.lastIteration(charts["Loss"]) > before)
        self.assertFalse(self.ui.previewPicture.pixmap.isNull())
        self.assertIn("slice 3", self.ui.previewFactsLabel.text)
        self.ui.logSection.collapsed = False
        self.waitUntil(lambda: "iteration " in self.ui.logText.plainText)
        self.waitForEnd()
        lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
        self.waitUntil(lambda: self.lastIteration(charts["Loss"]) == lines[-1]["iteration"] == 200)
        dice = charts["Dice"].GetNthPlotSeriesNode(0)
        column = dice.GetTableNode().GetTable().GetColumnByName(dice.GetYColumnName())
        self.assertEqual(
            [column.GetValue(row) for row in range(column.GetNumberOfTuples())],
            [line["validation_dice"] for line in lines if line["validation_dice"] is not None],
        )

    @staticmethod
    def charts():
        nodes = slicer.util.getNodesByClass("vtkMRMLPlotChartNode")
        return [node for node in nodes if node.GetAttribute("MedNCA.TrainingFolder")]

    @staticmethod
    def lastIteration(chart):
        column = chart.GetNthPlotSeriesNode(0).GetTableNode().GetTable().GetColumn(0)
        return column.GetValue(column.GetNumberOfTuples() - 1)

    def test_theCurvesAreShownInTheViewsWhenAskedFor(self):
        layout, shown = slicer.app.layoutManager().layout, library("curves")
        self.addCleanup(slicer.app.layoutManager().setLayout, layout)
        self.startAndWaitForProgress()
        self.waitUntil(lambda: not self.ui.showCurvesButton.isHidden())
        with mock.patch.object(shown, "showChartInLayout", wraps=shown.showChartInLayout) as show:
            self.ui.showCurvesButton.click()
        self.assertEqual(show.call_args.args[0].GetAttribute("MedNCA.TrainingRole"), "Both")
        self.assertNotEqual(slicer.app.layoutManager().layout, layout)

    def test_curvesOfARunAreFoundAgainInTheScene(self):
        folder = self.startAndWaitForProgress()
        self.waitUntil(lambda: len(self.charts()) == 3)
        self.waitForEnd()
        before = {node.GetID() for node in self.charts()}
        self.parameters.workFolder = ""
        slicer.app.processEvents()
        self.assertTrue(self.ui.showCurvesButton.isHidden())
        self.assertTrue(self.ui.legendLabel.isHidden())
        nodes = library("curve_nodes").CurveNodes("any", str(folder))
        files = library("run_files").RunFiles(folder)
        files.readLog()
        nodes.update(files.curves, 200, [])
        self.assertEqual({nodes.chart(role).GetID() for role in ("Loss", "Dice", "Both")}, before)
        self.assertEqual({node.GetID() for node in self.charts()}, before)

    def test_curvesOfASavedSceneAreShownAndNotAddedOnceMore(self):
        self.startAndWaitForProgress()
        self.waitUntil(lambda: len(self.charts()) == 3)
        self.waitForEnd()
        path = str(self.folder / "scene.mrb")
        self.assertTrue(slicer.util.saveScene(path))
        series = len(slicer.util.getNodesByClass("vtkMRMLPlotSeriesNode"))
        slicer.mrmlScene.Clear(0)
        slicer.util.loadScene(path)
        self.waitUntil(lambda: not self.ui.showCurvesButton.isHidden())
        self.assertEqual(len(self.charts()), 3)
        self.assertEqual(len(slicer.util.getNodesByClass("vtkMRMLPlotSeriesNode")), series)

    def test_theStepsAreScrubbedAndPlayed(self):
        self.startAndWaitForProgress()
        self.waitUntil(lambda: not self.ui.previewSection.isHidden())
        first = self.ui.previewSlider.value
        self.waitUntil(lambda: self.ui.previewSlider.value != first)
        self.ui.previewPlayButton.click()
        self.ui.previewSlider.value = 0
        self.assertEqual(self.ui.previewStepLabel.text, "Level 1, step 1 of 4")
        self.ui.previewSlider.value = 7
        self.assertEqual(self.ui.previewStepLabel.text, "Level 2, step 4 of 4")
        time.sleep(0.3)
        slicer.app.processEvents()
        self.assertEqual(self.ui.previewSlider.value, 7)

    def test_cancelledWhileTheCasesAreWrittenNothingStarts(self):
        self.ui.startButton.click()
        self.ui.startButton.click()
        self.assertTrue(self.prepared.cancelled)
        self.assertIn("Cancelled", self.message())
        self.assertEqual(self.ui.startButton.text, "Start training")
        self.assertFalse(self.runs[-1].exists())

    # Pausing and ending

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

        self.ui.pauseButton.click()
        self.assertEqual(self.message(), "")
        self.waitUntil(lambda: self.ui.pauseButton.text == "Pause" and self.ui.pauseButton.enabled)
        self.assertNotEqual(self.status()["pid"], paused["pid"])
        self.waitForEnd()
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

    def test_itIsNotEndedWhenThePersonThinksBetterOfIt(self):
        self.startAndWaitForProgress("deaf")
        self.ui.stopButton.click()
        with mock.patch.object(slicer.util, "confirmOkCancelDisplay", lambda text: False):
            self.ui.stopButton.click()
        self.assertTrue(self.isAlive())

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

    def test_stopWhileItStartsEndsItAtOnce(self):
        self.start()
        self.assertTrue(self.ui.stopButton.enabled)
        self.ui.stopButton.click()
        self.assertFalse(self.ui.stopButton.enabled)
        self.assertTrue(self.ui.startButton.enabled)

    # What goes wrong

    def test_aProcessThatWasKilledIsNoticedAndResumed(self):
        self.startAndWaitForProgress("deaf")
        self.waitUntil(lambda: (self.runs[-1] / "checkpoint.pt").exists())
        os.kill(self.status()["pid"], signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
        self.waitForEnd()
        for words in ("ended from outside", "Resume"):
            self.assertIn(words, self.message())
        self.assertNotIn("GB", self.message())
        self.waitUntil(self.canResume)
        self.ui.pauseButton.click()
        self.waitUntil(lambda: self.ui.pauseButton.text == "Pause" and self.ui.pauseButton.enabled)

    def test_aProcessThatTheSystemMayHaveKilledForItsMemoryIsToldWithThePlanThatWouldFit(self):
        folder = self.startAndWaitForProgress("deaf")
        sizes = {"shape": dict.fromkeys(("least", "median", "most"), [64] * 3)}
        sizes["spacing"] = dict.fromkeys(("least", "median", "most"), [1.0] * 3)
        card = load_model(shipped_models()["hippocampus"]).card
        plan = Plan(card, Recipe(iterations=200), {"cases": 10, **sizes})
        (folder / "plan.json").write_text(plan.to_json(), encoding="utf-8")
        with mock.patch.object(library("run_trouble"), "memoryGB", lambda: 0.5):
            os.kill(self.status()["pid"], signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
            self.waitForEnd()
        for words in ("ended from outside", "0.2 GB", "memory"):
            self.assertIn(words, self.message())

    def test_aRunThatStartsWhileAnotherModuleIsOpenIsShownAfterwards(self):
        self.ui.startButton.click()
        slicer.util.selectModule("MedNCASegment")
        self.waitUntil(lambda: (self.runs[-1] / "process.json").exists())
        slicer.util.selectModule("MedNCATrain")
        self.waitUntil(lambda: "teration" in self.ui.progressLabel.text)
        self.assertEqual(self.parameters.workFolder, str(self.runs[-1]))

    def test_aProcessThatCannotStartSaysWhy(self):
        self.start("refuse")
        self.waitForEnd()
        self.assertIn("the data are not good enough", self.message())
        self.assertFalse(self.ui.pauseButton.enabled)
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
        self.assertFalse(self.ui.pauseButton.enabled)
        self.assertTrue(self.ui.startButton.enabled)

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

    # Outliving

    def test_anotherSceneFindsTheRunThatGoesOn(self):
        folder = self.startAndWaitForProgress("deaf")
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()
        self.assertEqual(self.parameters.workFolder, str(folder))
        self.assertTrue(self.isAlive())
        self.waitUntil(lambda: "teration" in self.ui.progressLabel.text)
        self.waitUntil(lambda: len(self.charts()) == 3)

    def test_openingASceneWhileItsRunGoesOnAddsNoCurvesOnceMore(self):
        self.startAndWaitForProgress("deaf")
        self.waitUntil(lambda: len(self.charts()) == 3)
        path = str(self.folder / "scene.mrb")
        self.assertTrue(slicer.util.saveScene(path))
        slicer.util.loadScene(path, {"clear": True})
        self.waitUntil(lambda: not self.ui.showCurvesButton.isHidden())
        self.assertEqual(len(self.charts()), 3)

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

    def test_curvesGoOnWhileAnotherModuleIsOpen(self):
        self.startAndWaitForProgress()
        self.waitUntil(lambda: self.charts())
        slicer.util.selectModule("MedNCASegment")
        before = self.lastIteration(self.charts()[0])
        self.waitUntil(lambda: self.lastIteration(self.charts()[0]) > before)
        slicer.util.selectModule("MedNCATrain")

    def test_closingSlicerPausesTheRunOnlyWhenThatIsWanted(self):
        folder = self.startAndWaitForProgress()
        library("run_section").onSlicerCloses()
        self.assertFalse((folder / "stop").exists())
        self.ui.stopWithSlicerCheckBox.click()
        library("run_section").onSlicerCloses()
        self.waitForEnd()
        self.assertEqual(self.status()["state"], "paused")

    # PyTorch

    def withoutTorch(self, *present):
        patch = mock.patch.object(library("torch_offer"), "_isThere", lambda name: name in present)
        patch.start()
        self.addCleanup(patch.stop)
        self.panel.run.show()

    def withApplication(self, **members):
        """Let what is missing be got from an application of these members; those of Slicer's own cannot be replaced."""
        stand = SimpleNamespace(app=SimpleNamespace(**members), util=slicer.util)
        patch = mock.patch.object(library("torch_offer"), "slicer", stand)
        patch.start()
        self.addCleanup(patch.stop)

    def test_withoutTorchTheExtensionIsOfferedAndNothingIsInstalledUnasked(self):
        model = mock.Mock()
        model.isExtensionInstalled.return_value = False
        self.withApplication(extensionsManagerModel=lambda: model)
        self.withoutTorch()
        self.assertFalse(self.ui.startButton.enabled)
        self.assertIn("PyTorch extension", self.ui.offerLabel.text)
        self.assertFalse(self.ui.offerButton.isHidden())
        model.installExtensionFromServer.assert_not_called()
        self.ui.offerButton.click()
        model.installExtensionFromServer.assert_called_once_with("PyTorch")
        self.assertIn("restart", self.message())

    def test_withoutAnExtensionsManagerItSaysWhatToDo(self):
        self.withApplication()
        self.withoutTorch()
        self.ui.offerButton.click()
        self.assertIn("no Extensions Manager", self.message())

    def test_withTheExtensionItInstallsTorch(self):
        utils = mock.Mock()
        with mock.patch.dict(sys.modules, PyTorchUtils=utils):
            self.withoutTorch("PyTorchUtils")
            self.ui.offerButton.click()
        utils.PyTorchUtilsLogic().installTorch.assert_called_once_with(askConfirmation=True)

    def test_anInstallationThatFailsIsOneSentence(self):
        utils = mock.Mock(**{"PyTorchUtilsLogic.side_effect": OSError("no network")})
        with mock.patch.dict(sys.modules, PyTorchUtils=utils), self.assertLogs(level="ERROR"):
            self.withoutTorch("PyTorchUtils")
            self.ui.offerButton.click()
        self.assertIn("could not be installed", self.message())

    def test_torchioIsOfferedOnlyWhenThePlanHasArtefacts(self):
        self.withoutTorch("torch")
        self.assertTrue(self.ui.offerButton.isHidden())
        self.assertTrue(self.ui.startButton.enabled)
        self.plan.recipe.artefacts = 0.3
        self.panel.run.show()
        self.assertIn("TorchIO", self.ui.offerLabel.text)
        self.assertFalse(self.ui.startButton.enabled)

    def test_torchioComesWithoutReplacingWhatSlicerHas(self):
        self.plan.recipe.artefacts = 0.3
        needed = ["numpy>=1.20", "SimpleITK!=2.0", "torch>=1.9", "no-such-thing>=1", "another; extra == 'all'"]
        asked = []
        with (
            mock.patch.object(slicer.util, "pip_install", asked.append),
            mock.patch("importlib.metadata.requires", lambda package: needed),
        ):
            self.withoutTorch("torch")
            self.ui.offerButton.click()
        self.assertEqual(asked, ["--no-deps torchio", "no-such-thing"])


if __name__ == "__main__":
    unittest.main()
