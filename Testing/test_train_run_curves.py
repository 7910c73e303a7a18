"""What a person watches of a training run on MedNCATrain's panel: curves, preview and log.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import json
import unittest
from unittest import mock

from train_panel_case import library
from train_run_case import TrainRunCase

# isort: split
import slicer

SEVERAL_LOOKS = 2.5  # seconds, in which a run that goes on is looked at more than twice


class TrainCurvesTest(TrainRunCase):
    @staticmethod
    def reading():
        """What is read of runs within."""
        files = library("run_files").RunFiles
        return mock.patch.object(files, "status", autospec=True, side_effect=files.status)

    def test_curvesPreviewAndLogFillWhileItRuns(self):
        folder = self.startAndWaitForProgress()
        self.waitUntil(lambda: not self.ui.previewSection.isHidden())
        charts = {node.GetAttribute("MedNCA.TrainingRole"): node for node in self.charts()}
        self.assertEqual(set(charts), {"Loss", "Dice", "Both"})
        self.assertEqual(charts["Loss"].GetNumberOfPlotSeriesNodes(), 1)
        # The mean and two labels.
        self.assertEqual(charts["Dice"].GetNumberOfPlotSeriesNodes(), 3)
        for words in ("Mean Dice", "Dice of inner", "Dice of outer"):
            self.assertIn(words, self.ui.legendLabel.text)
        self.waitUntil(lambda: self.lastIteration(charts["Loss"]) == 100)
        self.assertFalse(self.ui.previewPicture.pixmap.isNull())
        self.assertIn("slice 3", self.ui.previewFactsLabel.text)
        self.ui.logSection.collapsed = False
        self.waitUntil(lambda: "iteration " in self.ui.logText.plainText)
        self.letItEnd()
        lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
        self.waitUntil(lambda: self.lastIteration(charts["Loss"]) == lines[-1]["iteration"] == 200)
        dice = charts["Dice"].GetNthPlotSeriesNode(0)
        column = dice.GetTableNode().GetTable().GetColumnByName(dice.GetYColumnName())
        self.assertEqual(
            [column.GetValue(row) for row in range(column.GetNumberOfTuples())],
            [line["validation_dice"] for line in lines if line["validation_dice"] is not None],
        )

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
        self.letItEnd()
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
        self.letItEnd()
        series = len(slicer.util.getNodesByClass("vtkMRMLPlotSeriesNode"))
        self.saveAndOpenAgain()
        self.waitUntil(lambda: not self.ui.showCurvesButton.isHidden())
        self.assertEqual(len(self.charts()), 3)
        self.assertEqual(len(slicer.util.getNodesByClass("vtkMRMLPlotSeriesNode")), series)

    def test_openingASceneWhileItsRunGoesOnAddsNoCurvesOnceMore(self):
        self.startAndWaitForProgress()
        self.waitUntil(lambda: len(self.charts()) == 3)
        path = str(self.folder / "scene.mrb")
        self.assertTrue(slicer.util.saveScene(path))
        slicer.util.loadScene(path, {"clear": True})
        self.waitUntil(lambda: not self.ui.showCurvesButton.isHidden())
        self.assertEqual(len(self.charts()), 3)

    def test_curvesGoOnWhileAnotherModuleIsOpen(self):
        self.startAndWaitForProgress()
        self.waitUntil(lambda: self.charts())
        slicer.util.selectModule("MedNCASegment")
        (self.runs[-1] / "go-on").touch()
        self.waitUntil(lambda: self.lastIteration(self.charts()[0]) == 200)
        slicer.util.selectModule("MedNCATrain")

    def test_aRunThatHasEndedIsReadNoMoreUntilItGoesOn(self):
        self.startAndWaitForProgress()
        self.ui.stopButton.click()
        self.waitUntil(self.canResume)
        with self.reading() as read:
            self.waitFor(SEVERAL_LOOKS)
            self.assertLessEqual(read.call_count, 1)
            with self.trainings("wait"):
                self.ui.pauseButton.click()
            self.waitUntil(lambda: read.call_count > 3)

    def test_aRunWithoutCurvesIsReadOnlyWhileThePanelIsOpen(self):
        self.start("mute")
        slicer.util.selectModule("MedNCASegment")
        with self.reading() as read:
            self.waitFor(SEVERAL_LOOKS)
            self.assertLessEqual(read.call_count, 1)
            slicer.util.selectModule("MedNCATrain")
            self.waitUntil(lambda: read.call_count > 3)

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
        # More than twice as long as a step is shown while they are played.
        self.waitFor(0.3)
        self.assertEqual(self.ui.previewSlider.value, 7)


if __name__ == "__main__":
    unittest.main()
