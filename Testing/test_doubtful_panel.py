"""What MedNCASegment's panel says of a result whose runs disagree more than the model's card allows.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import unittest
from dataclasses import replace

from panel_case import SCAN, PanelCase

# isort: split
import numpy as np
import slicer
from mednca import load_model, save_model

DISAGREE = "The runs disagree (spread 0."


class DoubtfulPanelTest(PanelCase):
    def importDoubtful(self, shipped="hippocampus"):
        """Import a model whose results are all doubtful, and choose it."""
        path = self.useOwnModelFolder() / "doubtful.npz"
        model = load_model(shipped)
        save_model(replace(model, card=replace(model.card, name="doubtful", runs=2, spread_limit=1e-6)), path)
        self.importModel(path)
        self.assertIn(", 2 runs", self.ui.cardLabel.text)

    def test_aDoubtfulResultIsSaidAndKeptInTheScene(self):
        self.importDoubtful()
        self.loadSample()
        self.assertEqual(self.ui.runsSpinBox.text, "As the model's card says")
        self.segment()
        self.assertMessage("read what is said of it under Results")
        figures = self.ui.resultLabel.text
        self.assertEqual(figures.count(DISAGREE), 1)
        self.assertIn("limit 0.000): check this segmentation", figures)
        self.saveAndOpenAgain()
        self.assertEqual(self.ui.resultLabel.text, figures)

        self.ui.runsSpinBox.value = 1
        self.segment()
        self.assertNotIn("disagree", self.ui.messageLabel.text + self.ui.resultLabel.text)

    def test_aScriptHearsOfItInTheLog(self):
        self.importDoubtful()
        volume = self.loadSample()
        with self.assertLogs(level="WARNING") as log:
            self.panel.logic.segment(volume, "doubtful")
        self.assertIn(f"Scan: {DISAGREE}", log.output[0])

    def test_theShippedModelDoesNotDoubtTheSample(self):
        self.loadSample()
        self.segment()
        self.assertIn("Spread of runs", self.ui.resultLabel.text)
        self.assertNotIn("disagree", self.ui.messageLabel.text + self.ui.resultLabel.text)

    def test_severalSegmentsAreDoubtedInOneSentence(self):
        self.importDoubtful("hippocampus-parts")
        self.loadSample()
        self.segment()
        self.assertMessage("read what is said of it under Results")
        self.assertEqual(self.ui.resultLabel.text.count(DISAGREE), 1)

    def test_anEmptyResultIsSaidToBeEmpty(self):
        volume = self.loadSample()
        slicer.util.updateVolumeFromArray(volume, np.zeros_like(slicer.util.arrayFromVolume(volume)))
        self.segment()
        self.assertMessage("read what is said of it under Results")
        self.assertIn("Nothing was found: check that the scan", self.ui.resultLabel.text)
        self.assertNotIn("disagree", self.ui.resultLabel.text)

    def test_ofManyVolumesTheTableSaysWhichToCheck(self):
        self.importDoubtful()
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        folder = hierarchy.CreateFolderItem(hierarchy.GetSceneItemID(), "Study")
        for name in ("First", "Empty"):
            volume = slicer.util.loadVolume(SCAN, {"name": name})
            hierarchy.SetItemParent(hierarchy.GetItemByDataNode(volume), folder)
        volume.SetAndObserveImageData(None)
        self.ui.volumeSelector.setCurrentNode(slicer.util.getNode("First"))
        self.ui.scopeSelector.setCurrentIndex(1)
        self.addCleanup(self.ui.scopeSelector.setCurrentIndex, 0)
        self.segment()
        self.assertMessage("1 of 2 volumes were segmented. The table says what was wrong with the others.")
        self.assertMessage("Check 1 of the results before you use them; the table says which, and why.")
        self.assertIn(DISAGREE, self.ui.resultLabel.text)


if __name__ == "__main__":
    unittest.main()
