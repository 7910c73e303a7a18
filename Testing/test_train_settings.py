"""MedNCATrain's settings as a person uses them: the model's card, the plan, its limits, and what a training takes.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import importlib.util
import json
import os
import unittest
from pathlib import Path
from unittest import mock

from train_panel_case import TrainPanelCase, library

# isort: split
import slicer
from MedNCATrainLib.phantoms import NODULE, addPhantoms


class SettingsPanelTest(TrainPanelCase):
    """Two cases are in the list, and the model has a name."""

    def setUp(self):
        super().setUp()
        for pair in addPhantoms(2):
            self.panel.logic.addCase(self.parameters, *pair)
        self.waitUntil(lambda: "to be checked" not in self.panel.cases.ui.casesLabel.text)
        self.ui.nameEdit.text = "Nodule (made up)"
        self.ui.runsFolderButton.directory = str(self.folder)
        self.ui.memorySpinBox.value = 8.0
        self.assertEqual(self.reason(), "")

    @property
    def ui(self):
        return self.panel.settings.ui

    @property
    def plan(self):
        return self.panel.logic.plan(self.parameters)

    def reason(self):
        slicer.app.processEvents()
        return self.panel.logic.obstacle(self.parameters)

    def edit(self, before, after):
        """Open the editor, replace a text there, and use it."""
        if not self.ui.editPlanButton.checked:
            self.ui.editPlanButton.click()
        text = self.ui.planEdit.toPlainText()
        self.assertIn(before, text)
        self.ui.planEdit.setPlainText(text.replace(before, after))
        self.ui.usePlanButton.click()

    def typed(self):
        """The text in the editor; None when that is closed."""
        return None if self.ui.planEditor.isHidden() else self.ui.planEdit.toPlainText()

    # What a training takes

    def test_memoryAndTimeAreSaidBeforeTheStart(self):
        text = self.ui.needsLabel.text
        for words in ("GB of memory (limit 8 GB)", "30 min", "iterations without a GPU"):
            self.assertIn(words, text)
        self.ui.minutesSpinBox.value = 5
        self.assertIn("5 min", self.ui.needsLabel.text)
        self.assertEqual(self.plan.recipe.minutes, 5)
        self.edit('"iterations": null', '"iterations": 1234')
        self.assertIn("1,234 iterations", self.ui.needsLabel.text)
        self.assertIsNone(self.plan.recipe.minutes)

    def test_heldOutCasesAreCounted(self):
        self.assertEqual(self.ui.heldOutCountLabel.text, "1 for training, 1 held out")
        for pair in addPhantoms(8, seed=5, name="More"):
            self.panel.logic.addCase(self.parameters, *pair)
        self.waitUntil(lambda: self.ui.heldOutCountLabel.text == "8 for training, 2 held out", seconds=30)
        self.ui.heldOutSpinBox.value = 50
        self.assertEqual(self.ui.heldOutCountLabel.text, "5 for training, 5 held out")
        arguments = self.panel.logic.prepare(self.parameters).arguments
        self.assertEqual(arguments[arguments.index("--validation") + 1], "0.5")

    def test_oneCaseAtLeastIsTrainedOn(self):
        self.ui.heldOutSpinBox.value = 90
        self.assertIn("hold out fewer", self.reason())

    def test_planIsMadeToFitTheMemoryLimit(self):
        free = self.plan
        self.ui.memorySpinBox.value = 0.4
        self.assertLess(self.plan.memory_bytes, 0.4e9)
        self.assertNotEqual(self.plan.recipe, free.recipe)
        self.assertIn("0.4 GB", self.ui.planText.toPlainText())
        self.ui.memorySpinBox.value = 0.1
        self.assertIn("takes at least", self.reason())
        self.assertTrue(self.ui.needsLabel.isHidden())

    def test_automaticMemoryLimitIsAShareOfTheComputers(self):
        self.ui.memorySpinBox.value = 0.0
        self.assertIn("Automatic", self.ui.memorySpinBox.text)
        total = library("computer").memoryGB()
        self.assertGreater(total, 0.5)
        self.assertAlmostEqual(library("planning").memoryLimit(self.parameters), total / 2, delta=0.06)

    def test_whetherPyTorchIsThereIsSaidWithoutLoadingIt(self):
        there = importlib.util.find_spec("torch") is not None
        self.assertEqual("not installed" in self.ui.torchLabel.text, not there)
        with mock.patch.object(importlib.util, "find_spec", return_value=None):
            self.ui.minutesSpinBox.value = 7
        self.assertIn("not installed", self.ui.torchLabel.text)

    # Plan

    def test_presetChangesThePlanAndLeavesOutWhatWasEditedInAnother(self):
        self.assertEqual(self.ui.planSelector.currentText, "Planned from the data")
        self.assertEqual(self.plan.card.channels, 32)
        self.edit('"hidden": 128', '"hidden": 96')
        self.assertEqual(self.plan.card.hidden, 96)
        names = [self.ui.planSelector.itemText(index) for index in range(self.ui.planSelector.count)]
        self.ui.planSelector.setCurrentIndex(names.index("Med-NCA with 16 channels"))
        self.assertEqual((self.plan.card.channels, self.plan.card.hidden), (16, 128))
        self.assertNotIn("by hand", self.ui.planText.toPlainText())
        for index in range(len(names)):
            self.ui.planSelector.setCurrentIndex(index)
            self.assertEqual(self.reason(), "")

    def test_editedPlanIsUsedAndTakenBack(self):
        proposed = self.plan
        self.assertTrue(self.ui.planEditor.isHidden())
        self.edit(f'"patch": {proposed.recipe.patch}', '"patch": 20')
        self.assertEqual(self.plan.recipe.patch, 20)
        self.assertEqual(json.loads(self.parameters.editedPlan)["recipe"], {"patch": 20})
        self.assertIn("20, edited by hand", self.ui.planText.toPlainText())
        self.ui.minutesSpinBox.value = 12
        self.assertEqual((self.plan.recipe.patch, self.plan.recipe.minutes), (20, 12))
        self.assertIn('"patch": 20', self.ui.planEdit.toPlainText())

        self.ui.dropPlanButton.click()
        self.assertEqual(self.plan.recipe.patch, proposed.recipe.patch)
        self.assertIn(f'"patch": {proposed.recipe.patch}', self.ui.planEdit.toPlainText())
        self.ui.editPlanButton.click()
        self.assertTrue(self.ui.planEditor.isHidden())

    def test_wrongPlanIsOneSentenceAndChangesNothing(self):
        proposed = self.plan
        for before, after, words in (
            ('"card"', '"card', "not valid JSON in line 2"),
            ('"batch"', '"bunch"', "unknown fields (bunch)"),
            ('"learning_rate": 0', '"learning_rate": 9', "must be a number from"),
            ('"recipe"', '"receipt"', "'card' and 'recipe'"),
        ):
            self.edit(before, after)
            self.assertIn(words, self.ui.planProblemLabel.text)
            self.assertFalse(self.ui.planProblemLabel.isHidden())
            self.assertEqual(self.plan, proposed)
            self.ui.dropPlanButton.click()
        self.assertTrue(self.ui.planProblemLabel.isHidden())

    def test_whatIsBeingTypedIsLeftAlone(self):
        self.ui.editPlanButton.click()
        self.ui.planEdit.setPlainText("half-way")
        self.ui.minutesSpinBox.value = 9
        self.assertEqual(self.ui.planEdit.toPlainText(), "half-way")

    def test_whatIsBeingTypedWaitsWhileThereIsNoProposal(self):
        self.ui.editPlanButton.click()
        self.ui.planEdit.setPlainText("half-way")
        self.ui.memorySpinBox.value = 0.1
        self.assertEqual(self.typed(), "half-way")
        self.assertFalse(self.ui.usePlanButton.enabled)
        self.ui.memorySpinBox.value = 8.0
        self.assertTrue(self.ui.usePlanButton.enabled)
        self.panel.logic.addCase(self.parameters, *addPhantoms(1, seed=5, name="More")[0])
        self.assertFalse(self.ui.usePlanButton.enabled)
        self.waitUntil(lambda: self.ui.usePlanButton.enabled, seconds=30)
        self.assertEqual(self.typed(), "half-way")

    def test_whatIsBeingTypedIsStillThereWhenThePersonComesBackFromAnotherModule(self):
        self.ui.editPlanButton.click()
        self.ui.planEdit.setPlainText("half-way")
        slicer.util.selectModule("MedNCASegment")
        slicer.app.processEvents()
        slicer.util.selectModule("MedNCATrain")
        slicer.app.processEvents()
        self.assertEqual(self.typed(), "half-way")
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()
        self.assertEqual(self.typed(), None)

    def test_editorCanBeClosedWhileThereIsNoProposalAndOpensAnewLater(self):
        self.ui.editPlanButton.click()
        self.ui.planEdit.setPlainText("half-way")
        self.ui.memorySpinBox.value = 0.1
        self.ui.editPlanButton.click()
        self.assertEqual(self.typed(), None)
        self.assertFalse(self.ui.editPlanButton.enabled)
        self.ui.memorySpinBox.value = 8.0
        self.ui.editPlanButton.click()
        self.assertIn('"recipe"', self.typed())

    def test_editedPlanThatTakesTooMuchMemorySaysWhatWouldFit(self):
        self.ui.memorySpinBox.value = 0.5
        self.edit(f'"batch": {self.plan.recipe.batch}', '"batch": 900')
        self.assertRegex(self.reason(), r"takes about .* more than the limit of 0.5 GB. With .* it would fit.")
        self.assertIn("more than the limit", self.ui.planText.toPlainText())
        self.ui.dropPlanButton.click()
        self.assertEqual(self.reason(), "")

    # Card

    def test_whatIsTypedAboutTheModelGoesIntoItsCard(self):
        self.ui.anatomyEdit.text = "Nodules of nobody"
        self.ui.modalityEdit.text = "Made up"
        self.ui.licenceEdit.text = "CC0 1.0"
        self.ui.useEdit.text = "For tests only."
        card = self.plan.card
        self.assertEqual((card.title, card.name), ("Nodule (made up)", "Nodule_made_up"))
        self.assertEqual((card.anatomy, card.modality), ("Nodules of nobody", "Made up"))
        self.assertEqual((card.intended_use, card.training["data_licence"]), ("For tests only.", "CC0 1.0"))
        (label,) = card.labels
        self.assertEqual((label.name, label.terminology["type"][2]), (NODULE, "Nodule"))
        preparation = self.panel.logic.prepare(self.parameters)
        preparation.complete()
        written = json.loads((preparation.folder / "cases" / "plan.json").read_text(encoding="utf-8"))
        self.assertEqual(written["card"]["title"], "Nodule (made up)")

    def test_nameAndFolderAreNeeded(self):
        self.ui.nameEdit.text = " "
        self.assertIn("name", self.reason())
        self.ui.nameEdit.text = "Nodule"
        (self.folder / "file").touch()
        self.ui.runsFolderButton.directory = str(self.folder / "file")
        self.assertIn("cannot be written to", self.reason())
        with mock.patch.object(os, "access", return_value=False):
            self.ui.runsFolderButton.directory = str(self.folder / "locked")
            self.assertIn("cannot be written to", self.reason())
        self.ui.runsFolderButton.directory = str(self.folder / "new")
        self.assertEqual(self.reason(), "")

    def test_savedSceneRestoresTheSettings(self):
        self.ui.minutesSpinBox.value = 11
        self.ui.licenceEdit.text = "CC0 1.0"
        self.ui.planSelector.setCurrentIndex(2)
        self.edit('"hidden": 128', '"hidden": 80')
        plan = self.plan
        with self.closedScene():
            slicer.app.processEvents()
            self.assertEqual(self.ui.minutesSpinBox.value, 30)
        self.waitUntil(lambda: not self.reason(), seconds=30)
        self.assertEqual(self.plan, plan)
        self.assertEqual(self.ui.minutesSpinBox.value, 11)
        self.assertEqual(self.ui.planSelector.currentIndex, 2)
        self.assertEqual(Path(self.ui.runsFolderButton.directory), self.folder)


if __name__ == "__main__":
    unittest.main()
