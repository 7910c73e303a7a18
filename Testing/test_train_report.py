"""A report of how robust the trained model is, on MedNCATrain's panel: made, watched, cancelled and found again.

The process is a real one; what it runs keeps a report's folder as the program does, and in one test it is the program.
"""

import json
import os
import signal
import sys
import time
import unittest
from dataclasses import replace
from pathlib import Path
from unittest import mock

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from train_panel_case import TrainPanelCase, library  # noqa: E402

# isort: split
import numpy as np  # noqa: E402
import slicer  # noqa: E402
from mednca import Label, Volume, load_model, process, write_volume  # noqa: E402
from mednca.model import save_model  # noqa: E402
from mednca.report.findings import summary  # noqa: E402
from mednca.report.result import read_result  # noqa: E402
from MedNCASegmentLib.run_folder import nodesIn, runFolderOf  # noqa: E402

FAKE = (str(HERE / "fake_report.py"),)
NAME = "made-by-a-test"
HELD_OUT, LEARNT = ["b", "d"], ["a", "c"]


class TrainReportTest(TrainPanelCase):
    def setUp(self):
        self.installed = {"torch", "torchio"}
        for patch in (
            mock.patch.object(library("known_runs"), "KEY", f"MedNCATest/{time.time_ns()}"),
            mock.patch.object(library("folder_process"), "PROGRAM", FAKE),
            mock.patch.object(library("folder_process"), "AGAIN", 0.05),
            mock.patch.object(library("report_section"), "MILLISECONDS", 50),
            mock.patch.object(library("torch_offer"), "_isThere", lambda name: name in self.installed),
        ):
            patch.start()
            self.addCleanup(patch.stop)
        super().setUp()
        self.addCleanup(lambda: self.process().end())
        self.parameters.modelName = NAME

    # What a person sees and does

    @property
    def ui(self):
        return self.panel.report.ui

    def process(self):
        return library("report_process").ReportProcess(self.folder / "report")

    def showRun(self, heldOut=HELD_OUT, state="finished"):
        """Let the panel show the folder of a run: its cases, and a model that has come of them."""
        for name in sorted(HELD_OUT + LEARNT):
            self.writeCase(name)
        (self.folder / "split.json").write_text(json.dumps({"training": LEARNT, "validation": heldOut}))
        self.writeModel()
        self.writeStatus(state)
        self.parameters.workFolder = str(self.folder)
        slicer.app.processEvents()

    def writeCase(self, name):
        rng = np.random.default_rng(ord(name))
        inside = np.zeros((8, 8, 3), np.uint8)
        inside[2:6, 2:6] = 1
        affine = np.diag([1.0, 1.0, 3.0, 1.0])
        for kind, array in (("imagesTr", rng.random(inside.shape, np.float32)), ("labelsTr", inside)):
            folder = self.folder / "cases" / kind
            folder.mkdir(parents=True, exist_ok=True)
            write_volume(folder / f"{name}.nii", Volume(array, affine))

    def writeModel(self):
        shipped = load_model("hippocampus")
        card = replace(shipped.card, name=NAME, title=NAME, labels=(Label(1, "Nodule", (1.0, 0.0, 0.0)),))
        save_model(replace(shipped, card=card), self.folder / f"{NAME}.npz")

    def writeStatus(self, state):
        facts = {"state": state, "model": str(self.folder / f"{NAME}.npz"), "iteration": 200, "updated": time.time()}
        facts |= {"pid": os.getpid(), "process_started": process.started_at(os.getpid())}
        (self.folder / "status.json").write_text(json.dumps(facts))

    def make(self, misbehaviour=""):
        self.assertTrue(self.ui.makeReportButton.enabled, self.ui.reportReasonLabel.text)
        with mock.patch.dict(os.environ, FAKE_REPORT=misbehaviour):
            self.ui.makeReportButton.click()

    def makeAndWaitForProgress(self, misbehaviour="wait"):
        self.make(misbehaviour)
        self.waitUntil(lambda: "Scale" in self.ui.reportProgressLabel.text)

    def waitForEnd(self):
        self.waitUntil(lambda: self.ui.makeReportButton.text == "Make report" and self.ui.makeReportButton.enabled)

    def makeToTheEnd(self, misbehaviour=""):
        self.make(misbehaviour)
        self.waitForEnd()
        self.assertIsNotNone(self.parameters.reportTable, self.message())

    def message(self):
        return "" if self.ui.reportMessageLabel.isHidden() else self.ui.reportMessageLabel.text

    def charts(self):
        return library("report_nodes").chartsOf(self.parameters.reportTable)

    @staticmethod
    def chartsOfPanel():
        """What the plot views of the panel show, of which the layout knows nothing."""
        views = slicer.util.getNodesByClass("vtkMRMLPlotViewNode")
        shown = [view.GetPlotChartNode() for view in views if view.GetLayoutName() == "MedNCAReport"]
        return [chart for chart in shown if chart is not None]

    def column(self, title, tableNode=None):
        column = (tableNode or self.parameters.reportTable).GetTable().GetColumnByName(title)
        return [column.GetValue(row) for row in range(column.GetNumberOfValues())]

    # Before it is made

    def test_withoutAModelThereIsNoReport(self):
        self.assertFalse(self.ui.makeReportButton.enabled)
        self.assertIn("no model yet", self.ui.reportReasonLabel.text)
        for widget in ("reportSummaryLabel", "experimentSelector", "reportTableButton", "reportProgressBar"):
            self.assertTrue(getattr(self.ui, widget).isHidden(), widget)

    def test_whileTheModelLearnsThereIsNoReport(self):
        self.showRun(state="training")
        self.assertFalse(self.ui.makeReportButton.enabled)
        (self.folder / "best.npz").write_bytes((self.folder / f"{NAME}.npz").read_bytes())
        self.panel.report.show()
        self.assertFalse(self.ui.makeReportButton.enabled)
        self.assertIn("as soon as the training has ended", self.ui.reportReasonLabel.text)
        self.writeStatus("paused")
        self.waitUntil(lambda: self.ui.makeReportButton.enabled)

    def test_heldOutCasesAreChosenAndAllCanBe(self):
        self.showRun()
        selector = self.ui.reportCasesSelector
        self.assertEqual(
            [selector.itemText(index) for index in range(2)], ["Held-out cases (2)", "All cases of the run (4)"]
        )
        self.assertEqual(selector.currentIndex, 0)
        self.makeToTheEnd()
        self.assertEqual((self.folder / "report" / "cases.txt").read_text().split(), HELD_OUT)
        self.assertIn("2 cases that the model has not learnt from", self.ui.reportSummaryLabel.text)
        selector.setCurrentIndex(1)
        self.makeToTheEnd()
        self.assertEqual((self.folder / "report" / "cases.txt").read_text().split(), sorted(HELD_OUT + LEARNT))
        self.assertIn("learnt from 2: the Dice is too good", self.ui.reportSummaryLabel.text)

    def test_aRunWithoutHeldOutCasesSaysSo(self):
        self.showRun(heldOut=[])
        self.assertIn("No case was held out", self.ui.reportReasonLabel.text)
        self.assertEqual(self.ui.reportCasesSelector.currentIndex, 1)
        self.assertFalse(self.ui.reportCasesSelector.enabled)
        self.makeToTheEnd()
        self.assertEqual((self.folder / "report" / "cases.txt").read_text().split(), sorted(HELD_OUT + LEARNT))

    def test_aRunWhoseCasesWereTakenAwaySaysSo(self):
        self.showRun()
        (self.folder / "cases" / "labelsTr").rename(self.folder / "elsewhere")
        self.panel.report.show()
        self.assertFalse(self.ui.makeReportButton.enabled)
        self.assertIn("no longer in the folder", self.ui.reportReasonLabel.text)

    def test_torchioIsOfferedAndNothingIsInstalledUnasked(self):
        self.installed = {"torch"}
        with mock.patch.object(slicer.util, "pip_install") as install:
            self.showRun()
            self.assertIn("leaves ghosting, anisotropy and bias field out", self.ui.artefactsLabel.text)
            self.assertFalse(self.ui.artefactsLabel.isHidden())
            self.assertEqual(self.ui.artefactsButton.text, "Install TorchIO...")
            self.makeToTheEnd("partly")
            self.assertIn("Left out: Ghosting.", self.ui.reportSummaryLabel.text)
            with mock.patch.object(slicer.util, "confirmOkCancelDisplay", return_value=False) as asked:
                self.ui.artefactsButton.click()
            asked.assert_called_once()
            install.assert_not_called()
        self.installed.add("torchio")
        self.panel.report.show()
        self.assertTrue(self.ui.artefactsLabel.isHidden())
        self.assertIn("Make report adds them", self.ui.reportSummaryLabel.text)

    # While it is made

    def test_progressIsShownAndTheReportComes(self):
        self.showRun()
        self.makeAndWaitForProgress("")
        self.assertEqual(self.ui.makeReportButton.text, "Cancel")
        for words in ("case b", "of 10", "left"):
            self.assertIn(words, self.ui.reportProgressLabel.text)
        self.assertFalse(self.ui.reportProgressBar.isHidden())
        self.assertFalse(self.ui.reportCasesSelector.enabled)
        self.waitForEnd()
        self.assertEqual(self.message(), "")
        self.assertTrue(self.ui.reportProgressBar.isHidden())
        self.assertIn(summary(read_result(self.folder / "report")), self.ui.reportSummaryLabel.text)

    def test_cancelledItKeepsWhatIsMeasured(self):
        self.showRun()
        self.makeAndWaitForProgress()
        self.ui.makeReportButton.click()
        self.assertIn("ending", self.ui.reportProgressLabel.text)
        self.waitForEnd()
        self.assertIn("cancelled. Make report goes on", self.message())
        self.assertFalse(self.process().isAlive())
        self.makeToTheEnd()
        self.assertEqual(self.message(), "")

    def test_cancelledWhileItStartsItEndsToo(self):
        self.showRun()
        self.make("wait")
        self.ui.makeReportButton.click()
        self.waitForEnd()
        self.assertIn("cancelled", self.message())

    def test_aProcessThatDoesNotAnswerIsEnded(self):
        self.showRun()
        self.makeAndWaitForProgress("deaf")
        self.ui.makeReportButton.click()
        self.assertEqual(self.ui.makeReportButton.text, "End now")
        self.ui.makeReportButton.click()
        self.assertEqual((self.ui.makeReportButton.text, self.ui.makeReportButton.enabled), ("Make report", True))
        self.assertFalse(self.process().isAlive())
        self.assertIn("The report was cancelled.", self.message())

    def test_itGoesOnWithoutThePanelAndIsFoundAgain(self):
        self.showRun()
        self.makeAndWaitForProgress()
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()
        # A new scene knows nothing, but the settings do.
        self.waitUntil(lambda: self.ui.makeReportButton.text == "Cancel")
        self.assertEqual(self.parameters.workFolder, str(self.folder))
        slicer.util.selectModule("Data")
        self.assertTrue(self.process().isAlive())
        self.process().pause()
        self.waitUntil(lambda: not self.process().isAlive())
        slicer.util.selectModule("MedNCATrain")
        self.waitUntil(lambda: "cancelled" in self.message())
        with mock.patch.dict(os.environ, FAKE_REPORT=""):
            self.ui.makeReportButton.click()
        slicer.util.selectModule("Data")
        self.waitUntil(lambda: (self.folder / "report" / "report.json").exists())
        self.waitUntil(lambda: not self.process().isAlive())
        slicer.util.selectModule("MedNCATrain")
        self.waitUntil(lambda: self.parameters.reportTable is not None)

    # What goes wrong

    def test_aKilledProcessIsNoticed(self):
        self.showRun()
        self.makeAndWaitForProgress()
        self.waitUntil(self.process().hasBegun)
        os.kill(json.loads((self.folder / "report" / "progress.json").read_text())["pid"], signal.SIGTERM)
        self.waitForEnd()
        self.assertIn("ended from outside. Make report goes on", self.message())

    def test_aFullDiskIsSaid(self):
        self.showRun()
        self.make("fail")
        self.waitForEnd()
        self.assertIn("The disk is full", self.message())

    def test_aFullDiskBeforeItStartsIsSaid(self):
        self.showRun()
        full = OSError(28, "No space left on device")
        with mock.patch("mednca.writing.os.replace", side_effect=full):
            self.ui.makeReportButton.click()
        self.assertIn("The disk is full", self.message())
        self.assertFalse(self.process().isAlive())

    def test_whatTheProgramSaysBeforeItStartsIsPassedOn(self):
        self.showRun()
        self.make("refuse")
        self.waitForEnd()
        self.assertEqual(self.message(), "The image 'a.nii' has no label of the same name.")

    def test_aDamagedReportGetsASentenceAndCanBeMadeAgain(self):
        self.showRun()
        (self.folder / "report").mkdir()
        (self.folder / "report" / "report.json").write_text("[")
        self.panel.report.show()
        self.assertIn("cannot be read; make the report again", self.message())
        self.makeToTheEnd()
        self.assertEqual(self.message(), "")

    def test_aReportOfAModelThatHasLearntOnIsMarked(self):
        self.showRun()
        self.makeToTheEnd()
        self.assertNotIn("changed since", self.ui.reportSummaryLabel.text)
        os.utime(self.folder / f"{NAME}.npz", (2e9, 2e9))
        self.panel.report.show()
        self.assertIn("changed since; make the report again", self.ui.reportSummaryLabel.text)

    # What comes into the scene

    def test_tableHasARowForEachExperimentLevelAndLabel(self):
        self.showRun()
        self.makeToTheEnd()
        self.assertEqual(self.column("Experiment"), ["Scale"] * 6 + ["Ghosting"] * 4)
        self.assertEqual(self.column("Level"), [0.5, 1.0, 2.0] * 2 + [0.0, 1.0] * 2)
        self.assertEqual(self.column("Segment"), ["inner"] * 3 + ["outer"] * 3 + ["inner"] * 2 + ["outer"] * 2)
        # Of two cases 0.01 apart.
        for found, wanted in zip(self.column("Mean Dice")[:4], (0.895, 0.895, 0.595, 0.795), strict=True):
            self.assertAlmostEqual(found, wanted)
        for spread in self.column("Standard deviation"):
            self.assertAlmostEqual(spread, 0.01 / 2**0.5)
        self.assertAlmostEqual(self.column("Lowest Dice")[0], 0.89)
        self.assertEqual(self.column("Lowest case")[0], "d")

    def test_thereIsAChartForEachExperimentWithMeanAndSpread(self):
        self.showRun()
        self.makeToTheEnd()
        scale, ghosting = self.charts()
        self.assertEqual((scale.GetTitle(), ghosting.GetTitle()), ("Scale", "Ghosting"))
        self.assertEqual(scale.GetXAxisTitle(), "times the training size")
        # Mean and a deviation to both sides, of two labels.
        self.assertEqual(scale.GetNumberOfPlotSeriesNodes(), 6)
        points = scale.GetNthPlotSeriesNode(0).GetTableNode()
        self.assertEqual(self.column("times the training size", points), [0.5, 1.0, 2.0])
        mean, below, above = (
            np.array(self.column(title, points))
            for title in ("Dice of inner", "inner, mean - deviation", "inner, mean + deviation")
        )
        np.testing.assert_allclose(mean, [0.895, 0.895, 0.595])
        np.testing.assert_allclose(above - mean, 0.01 / 2**0.5)
        np.testing.assert_allclose(mean - below, 0.01 / 2**0.5)

    def test_whereNoCaseHasADiceTableAndCurvesHaveAGap(self):
        self.showRun()
        self.makeToTheEnd("gone")
        means, spreads, lowest = (self.column(title) for title in ("Mean Dice", "Standard deviation", "Lowest Dice"))
        # Twice the size is without the first of two cases; with four ghosts, without both.
        np.testing.assert_allclose((means[2], spreads[2], lowest[2]), (0.59, 0.0, 0.59))
        self.assertTrue(np.isnan([means[7], spreads[7], lowest[7]]).all())
        self.assertEqual((self.column("Lowest case")[2], self.column("Lowest case")[7]), ("d", ""))
        self.assertEqual(np.isnan(means).sum(), 1)
        series = self.charts()[1].GetNthPlotSeriesNode(0)
        np.testing.assert_allclose(self.column(series.GetYColumnName(), series.GetTableNode()), [0.895, np.nan])
        # A saved scene has the gaps too.
        path = str(self.folder / "scene.mrb")
        self.assertTrue(slicer.util.saveScene(path))
        slicer.mrmlScene.Clear(0)
        slicer.util.loadScene(path)
        series = self.charts()[1].GetNthPlotSeriesNode(0)
        np.testing.assert_allclose(self.column(series.GetYColumnName(), series.GetTableNode()), [0.895, np.nan])

    def test_experimentOnThePanelIsChosenAndShownInTheViews(self):
        manager = slicer.app.layoutManager()
        self.addCleanup(manager.setLayout, manager.layout)
        self.showRun()
        self.makeToTheEnd()
        self.ui.experimentSelector.setCurrentIndex(1)
        (onPanel,) = self.chartsOfPanel()
        self.assertEqual(onPanel.GetTitle(), "Ghosting")
        self.ui.reportPlotButton.click()
        selection = slicer.app.applicationLogic().GetSelectionNode()
        self.assertEqual(selection.GetActivePlotChartID(), self.charts()[1].GetID())
        self.ui.reportTableButton.click()
        self.assertEqual(selection.GetActiveTableID(), self.parameters.reportTable.GetID())

    def test_legendOfSeveralLabelsDoesNotCoverThePlotOnThePanel(self):
        self.showRun()
        self.makeToTheEnd()
        (onPanel,) = self.chartsOfPanel()
        self.assertFalse(onPanel.GetLegendVisibility())
        # From 0.5 to 2, and a little more so that the markers are whole.
        np.testing.assert_allclose(onPanel.GetXAxisRange(), (0.455, 2.045))
        for words in ("inner", "outer"):
            self.assertIn(words, self.ui.reportLegendLabel.text)
        self.assertFalse(self.ui.reportLegendLabel.isHidden())
        # In a view of the layout there is room, and each chart has the labels' own names.
        for chart in self.charts():
            self.assertTrue(chart.GetLegendVisibility())
            self.assertEqual(chart.GetNthPlotSeriesNode(0).GetName(), "inner")

    def test_reportComesIntoTheSceneOnceAndALaterOneTakesItsPlace(self):
        self.showRun()
        self.makeToTheEnd()
        former, count = self.parameters.reportTable.GetID(), slicer.mrmlScene.GetNumberOfNodes()
        self.parameters.licence = "CC0"
        self.panel.report.show()
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), count)
        self.ui.reportCasesSelector.setCurrentIndex(1)
        self.make()
        self.waitForEnd()
        self.waitUntil(lambda: self.parameters.reportTable.GetID() != former)
        slicer.app.processEvents()
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), count)

    def test_deletedReportStaysAwayAndOneFolderHoldsAllOfIt(self):
        before = slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLTableNode")
        self.showRun()
        self.makeToTheEnd()
        folder = runFolderOf(self.parameters.reportTable)
        # The table; for each experiment a chart, its points and six curves.
        self.assertEqual(len(nodesIn(folder)), 1 + 2 * 8)
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        hierarchy.RemoveItem(folder, True, True)
        slicer.app.processEvents()
        self.panel.report.show()
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLTableNode"), before)
        self.assertTrue(self.ui.experimentSelector.isHidden())
        self.assertTrue(self.ui.reportTableButton.isHidden())
        self.assertFalse(self.ui.reportSummaryLabel.isHidden())

    def test_manyNodesThatGoAtOnceAreOneReasonToLookAgain(self):
        self.showRun()
        tables = [slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode") for _ in range(20)]
        slicer.app.processEvents()
        looks = []
        casesOfRun = library("report_section").casesOfRun
        with mock.patch.object(library("report_section"), "casesOfRun", lambda run: looks.append(1) or casesOfRun(run)):
            for table in tables:
                slicer.mrmlScene.RemoveNode(table)
            self.waitUntil(lambda: looks)
            slicer.app.processEvents()
        self.assertEqual(len(looks), 1)

    def test_reportIsFoundAgainInASavedScene(self):
        self.showRun()
        self.makeToTheEnd()
        path = str(self.folder / "scene.mrb")
        self.assertTrue(slicer.util.saveScene(path))
        slicer.mrmlScene.Clear(0)
        for name in ("report", "cases"):
            (self.folder / name).rename(self.folder / f"former {name}")
        (self.folder / f"{NAME}.npz").unlink()
        slicer.util.loadScene(path)
        slicer.app.processEvents()
        self.assertEqual([chart.GetTitle() for chart in self.charts()], ["Scale", "Ghosting"])
        self.assertFalse(self.ui.reportTableButton.isHidden())
        self.assertFalse(self.ui.experimentSelector.isHidden())
        self.assertTrue(self.ui.reportSummaryLabel.isHidden())

    # The program itself

    def test_theProgramMakesAReportThatThePanelShows(self):
        absent = self.folder / "absent"
        absent.mkdir()
        for name in ("torchio", "matplotlib"):
            # Both take longer to import than this report takes to be made.
            (absent / f"{name}.py").write_text("raise ImportError")
        self.installed = {"torch"}
        self.showRun()
        with (
            mock.patch.object(library("folder_process"), "PROGRAM", ("-m", "mednca")),
            mock.patch.dict(os.environ, PYTHONPATH=str(absent)),
        ):
            self.makeToTheEnd()
        self.assertEqual([chart.GetTitle() for chart in self.charts()], ["Scale", "Vertical stretch", "Translation"])
        self.assertIn("Left out: Ghosting, Anisotropy, Bias field.", self.ui.reportSummaryLabel.text)
        self.assertEqual(len(self.column("Level")), 20)
        # The curve of one label has the limit beside it.
        self.assertEqual(self.charts()[0].GetNumberOfPlotSeriesNodes(), 4)
        self.assertTrue((self.folder / "report" / "report.md").exists())


if __name__ == "__main__":
    unittest.main()
