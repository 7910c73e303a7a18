"""What came of a run on MedNCATrain's panel: figures, table, plot, and the model on its way to MedNCA Segment.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has both modules.
"""

import json
import os
import shutil
import unittest
from dataclasses import replace
from unittest import mock

from train_panel_case import TrainPanelCase, columnOf, library, saveTrainedModel

# isort: split
import qt
import slicer
from mednca import load_model
from MedNCASegmentLib import MedNCASegmentLogic
from MedNCASegmentLib.hierarchy_folder import runFolderOf

NAME = "made-by-a-test"


def evaluation(dice=(0.8, 0.9), labels=("Front", "Back")):
    """What `results.json` says: a case for each Dice, the second label 0.1 better than the first."""
    cases = [
        {
            "case": f"case{number}",
            "dice": value,
            "dice_by_label": {label: value + 0.1 * index for index, label in enumerate(labels)},
            "hausdorff95_mm": dict.fromkeys(labels, None if number else 2.0),
            "volume_ml": dict.fromkeys(labels, 1.5),
            "reference_ml": dict.fromkeys(labels, 1.25),
        }
        for number, value in enumerate(dice)
    ]
    return {"model": NAME, "cases": cases, "mean_dice": 0.85, "std_dice": 0.07, "mean_hausdorff95_mm": 2.0}


class TrainResultsTest(TrainPanelCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.removeModels)
        self.removeModels()
        self.parameters.modelName = NAME

    @staticmethod
    def removeModels():
        """Take away what tests have installed in MedNCA Segment."""
        store = MedNCASegmentLogic().models
        for name in store.names():
            if name.lower().startswith((NAME, "hippocampus ")) and store.isImported(name):
                store.remove(name)

    @property
    def ui(self):
        return self.panel.results.ui

    def showRun(self, state="finished", results=None, name=NAME, **status):
        """Let the panel show the folder of a run, with the shipped model as its outcome."""
        saveTrainedModel(self.folder, name, evaluation={}, date="")
        shutil.copy(self.folder / f"{name}.npz", self.folder / "best.npz")
        facts = {"state": state, "model": str(self.folder / f"{name}.npz"), "iteration": 200}
        facts |= {"best_iteration": 150, "best_dice": 0.876, "updated": 1.0} | status
        (self.folder / "status.json").write_text(json.dumps(facts))
        if results is not None:
            self.writeResults(results)
        self.parameters.workFolder = str(self.folder)
        slicer.app.processEvents()

    def writeResults(self, results):
        (self.folder / "results.json").write_text(json.dumps(results))

    def saveAs(self, path):
        """Press the button, and choose this file."""
        with mock.patch.object(library("result_section"), "askWhereToSave", return_value=path):
            self.ui.saveModelButton.click()

    @staticmethod
    def tables():
        return slicer.util.getNodesByClass("vtkMRMLTableNode")

    # Figures

    def test_withoutARunNothingCanBeUsed(self):
        self.assertIn("no model yet", self.ui.modelLabel.text)
        for button in (self.ui.useButton, self.ui.saveModelButton):
            self.assertFalse(button.enabled)
        for widget in (self.ui.figuresLabel, self.ui.showTableButton, self.ui.showPlotButton):
            self.assertTrue(widget.isHidden())

    def test_tableHasARowForEachCaseAndLabelAndTheirMeans(self):
        self.showRun(results=evaluation())
        table = self.parameters.resultsTable
        self.assertEqual(columnOf(table, "Case"), ["case0"] * 2 + ["case1"] * 2 + ["Mean"] * 2)
        self.assertEqual(columnOf(table, "Segment"), ["Front", "Back"] * 3)
        for found, wanted in zip(columnOf(table, "Dice"), (0.8, 0.9, 0.9, 1.0, 0.85, 0.95), strict=True):
            self.assertAlmostEqual(found, wanted)
        distances = columnOf(table, "95 % Hausdorff distance")
        self.assertEqual([value == value for value in distances], [True, True, False, False, True, True])
        self.assertEqual(distances[4], 2.0, "a case without a distance does not count")
        self.assertEqual(table.GetColumnUnitLabel("95 % Hausdorff distance"), "mm")
        self.assertEqual(columnOf(table, "Volume"), [1.5] * 6)
        self.assertEqual(columnOf(table, "Reference volume"), [1.25] * 6)

    def test_figuresHaveTheNameOfTheirModel(self):
        self.parameters.modelName = "The next model"
        self.showRun(results=evaluation())
        self.assertEqual(self.parameters.resultsTable.GetName(), f"{NAME}, held-out cases")

    def test_panelSaysWhatTheHeldOutCasesComeTo(self):
        self.showRun(results=evaluation())
        for words in ("Held-out cases", ">2<", "0.8500 ± 0.0700", "Front", "Back", "2.0 mm"):
            self.assertIn(words, self.ui.figuresLabel.text)
        self.assertFalse(self.ui.figuresLabel.isHidden())
        self.assertIn("ended", self.ui.modelLabel.text)

    def test_plotHasAPointForEachCase(self):
        manager = slicer.app.layoutManager()
        self.addCleanup(manager.setLayout, manager.layout)
        self.showRun(results=evaluation())
        chart = library("results_nodes").chartOf(self.parameters.resultsTable)
        points = chart.GetNthPlotSeriesNode(0).GetTableNode()
        self.assertEqual(columnOf(points, "Case number"), [1.0, 2.0])
        self.assertEqual(columnOf(points, "Dice of Front"), [0.8, 0.9])
        self.assertEqual(chart.GetNumberOfPlotSeriesNodes(), 4)
        self.ui.showPlotButton.click()
        selection = slicer.app.applicationLogic().GetSelectionNode()
        self.assertEqual(selection.GetActivePlotChartID(), chart.GetID())
        self.ui.showTableButton.click()
        self.assertEqual(selection.GetActiveTableID(), self.parameters.resultsTable.GetID())

    def test_oneHeldOutCaseCanBePlotted(self):
        self.showRun(results=evaluation(dice=(0.8,), labels=("Front",)))
        chart = library("results_nodes").chartOf(self.parameters.resultsTable)
        self.assertEqual(columnOf(chart.GetNthPlotSeriesNode(0).GetTableNode(), "Dice of Front"), [0.8, 0.8])

    def test_figuresComeIntoTheSceneOnce(self):
        self.showRun(results=evaluation())
        count = len(self.tables())
        self.parameters.licence = "CC0"
        self.panel.results.show()
        self.assertEqual(len(self.tables()), count)

    def test_figuresOfTwoRunsStayApart(self):
        self.showRun(results=evaluation())
        first, count = self.parameters.resultsTable.GetID(), len(self.tables())
        other = self.folder / "other"
        shutil.copytree(self.folder, other)
        (other / "results.json").write_text(json.dumps(evaluation(dice=(0.4,))))
        self.parameters.workFolder = str(other)
        self.assertAlmostEqual(columnOf(self.parameters.resultsTable, "Dice")[0], 0.4)
        self.assertEqual(len(self.tables()), 2 * count)
        self.parameters.workFolder = str(self.folder)
        self.assertEqual(self.parameters.resultsTable.GetID(), first)
        self.assertEqual(len(self.tables()), 2 * count)

    def test_figuresOfARunThatWasGoneOnWithTakeThePlaceOfTheFormer(self):
        self.showRun(results=evaluation())
        count, former = len(self.tables()), self.parameters.resultsTable.GetID()
        self.writeResults(evaluation(dice=(0.5, 0.6, 0.7)))
        os.utime(self.folder / "results.json", (2e9, 2e9))
        self.panel.results.show()
        self.assertEqual(len(self.tables()), count)
        self.assertNotEqual(self.parameters.resultsTable.GetID(), former)
        self.assertAlmostEqual(columnOf(self.parameters.resultsTable, "Dice")[0], 0.5)

    def test_deletedFiguresStayAway(self):
        self.showRun(results=evaluation())
        folder = runFolderOf(self.parameters.resultsTable)
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        hierarchy.RemoveItem(folder, True, True)
        slicer.app.processEvents()
        self.panel.results.show()
        self.assertEqual(self.tables(), [])
        self.assertEqual(slicer.util.getNodesByClass("vtkMRMLPlotChartNode"), [])
        self.assertTrue(self.ui.showTableButton.isHidden())
        self.assertTrue(self.ui.showPlotButton.isHidden())
        self.assertTrue(self.ui.useButton.enabled)

    def test_figuresAreFoundAgainInASavedScene(self):
        self.showRun(results=evaluation())
        with self.closedScene():
            slicer.app.processEvents()
            self.assertTrue(self.ui.figuresLabel.isHidden())
            shutil.rmtree(self.folder)
        self.assertEqual(columnOf(self.parameters.resultsTable, "Case")[0], "case0")
        self.assertIsNotNone(library("results_nodes").chartOf(self.parameters.resultsTable))
        self.assertFalse(self.ui.showTableButton.isHidden())
        self.assertIn("no model yet", self.ui.modelLabel.text)

    def test_damagedEvaluationGetsASentence(self):
        for content in ("[", "[]", "{}", json.dumps({"cases": [{}]})):
            self.showRun(results=evaluation())
            (self.folder / "results.json").write_text(content)
            self.panel.results.show()
            self.assertIn("cannot be read", self.ui.modelLabel.text)
            self.assertTrue(self.ui.useButton.enabled)

    # Model

    def test_modelIsUsedInMedNCASegment(self):
        self.showRun(results=evaluation())
        self.ui.useButton.click()
        slicer.app.processEvents()
        self.assertEqual(slicer.util.selectedModule(), "MedNCASegment")
        segment = slicer.modules.MedNCASegmentWidget
        self.assertEqual(segment.logic.getParameterNode().model, NAME)
        self.assertEqual(segment.ui.modelSelector.currentText, NAME)
        self.assertTrue(segment.logic.card(NAME).date)

    def test_bestModelSoFarCanBeUsedWhileTheRunGoesOn(self):
        (self.folder / "split.json").write_text(json.dumps({"training": ["a", "b"], "validation": ["c", "d", "e"]}))
        self.showRun(state="training", results=evaluation())
        self.assertIn("iteration 150 (mean Dice 0.8760)", self.ui.modelLabel.text)
        self.assertTrue(self.ui.figuresLabel.isHidden(), "the evaluation is that of an earlier end")
        self.ui.useButton.click()
        card = MedNCASegmentLogic().card(NAME)
        self.assertEqual(card.evaluation["mean_dice"], 0.876)
        self.assertEqual(card.evaluation["cases"], 3)
        self.assertIn("iteration 150", card.evaluation["how"])

    def test_modelOfTheSameNameIsReplacedOnlyWhenAsked(self):
        self.showRun(results=evaluation())
        store = MedNCASegmentLogic().models
        store.save(
            replace(load_model("hippocampus"), card=replace(load_model("hippocampus").card, title="Former")), NAME
        )
        with mock.patch.object(slicer.util, "confirmOkCancelDisplay", return_value=False) as asked:
            self.ui.useButton.click()
        self.assertIn(NAME, asked.call_args[0][0])
        self.assertEqual(store.model(NAME).card.title, "Former")
        self.assertEqual(slicer.util.selectedModule(), "MedNCATrain")
        with mock.patch.object(slicer.util, "confirmOkCancelDisplay", return_value=True):
            self.ui.useButton.click()
        self.assertEqual(store.model(NAME).card.title, NAME)
        self.assertEqual(slicer.util.selectedModule(), "MedNCASegment")

    def test_modelThatComesWithTheExtensionIsNotReplaced(self):
        self.showRun(name="hippocampus")
        shipped = load_model("hippocampus").card.title
        self.ui.useButton.click()
        self.assertEqual(slicer.modules.MedNCASegmentWidget.logic.getParameterNode().model, "hippocampus 2")
        self.assertEqual(MedNCASegmentLogic().card("hippocampus").title, shipped)

    def test_modelThatIsThereAlreadyIsNotAddedOnceMore(self):
        self.showRun(name="hippocampus")
        store = MedNCASegmentLogic().models
        before = set(store.names())
        with mock.patch.object(slicer.util, "confirmOkCancelDisplay") as asked:
            for _ in range(3):
                self.ui.useButton.click()
                slicer.util.selectModule("MedNCATrain")
        asked.assert_not_called()
        self.assertEqual(set(store.names()) - before, {"hippocampus 2"})
        self.assertEqual(MedNCASegmentLogic().getParameterNode().model, "hippocampus 2")

    def test_modelOfTheSameNameInOtherLettersIsReplacedOnlyWhenAsked(self):
        self.showRun(results=evaluation())
        store, former = MedNCASegmentLogic().models, NAME.title()
        store.save(load_model("hippocampus"), former)
        self.assertEqual(store.unusedName(NAME), f"{NAME} 2")
        with mock.patch.object(slicer.util, "confirmOkCancelDisplay", return_value=True) as asked:
            self.ui.useButton.click()
        self.assertIn(former, asked.call_args[0][0])
        self.assertEqual(MedNCASegmentLogic().getParameterNode().model, former)
        self.assertEqual(store.model(former).card.title, NAME)
        self.assertNotIn(NAME, store.names())

    def test_modelIsSavedAsAFile(self):
        self.showRun(results=evaluation())
        path = self.folder / "elsewhere"
        self.saveAs(f"{path}.npz")
        self.assertIn("elsewhere.npz", self.ui.messageLabel.text)
        self.assertEqual(load_model(f"{path}.npz").card.title, NAME)
        with mock.patch.object(
            library("result_section"), "askWhereToSave", return_value=str(self.folder / "no" / "x.npz")
        ):
            self.ui.saveModelButton.click()
        self.assertIn("does not exist", self.ui.messageLabel.text)

    def test_fileToSaveIsNotReplacedUnasked(self):
        ask = library("result_section").askWhereToSave
        there, new = self.folder / "there.npz", self.folder / "new"
        there.write_text("precious")
        for chosen, answer, expected in (
            (there.with_suffix(""), False, ""),
            (there.with_suffix(""), True, str(there)),
            (there, False, str(there)),  # the dialog itself has asked
            (new, False, f"{new}.npz"),
            ("", False, ""),
        ):
            with (
                mock.patch.object(qt.QFileDialog, "getSaveFileName", lambda *given, path=str(chosen): path),
                mock.patch.object(slicer.util, "confirmOkCancelDisplay", lambda text, answer=answer: answer),
            ):
                self.assertEqual(ask("model"), expected)

    def test_damagedModelGetsASentence(self):
        self.showRun()
        (self.folder / f"{NAME}.npz").write_text("nothing")
        self.ui.useButton.click()
        self.assertIn("cannot be used as a model", self.ui.messageLabel.text)
        self.assertEqual(slicer.util.selectedModule(), "MedNCATrain")


if __name__ == "__main__":
    unittest.main()
