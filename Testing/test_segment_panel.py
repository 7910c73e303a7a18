"""MedNCASegment's panel as a person uses it: the real panel, logic, model and scene, driven by clicks.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import unittest

from panel_case import LABEL, SCAN, PanelCase

# isort: split
import numpy as np
import slicer
from mednca.metrics import hundredths_text

LEAST_DICE = 0.8


class SegmentPanelTest(PanelCase):
    def test_firstScanIsChosenByItself(self):
        volume = slicer.util.loadVolume(SCAN)
        self.assertIs(self.ui.volumeSelector.currentNode(), volume)
        self.assertTrue(self.ui.segmentButton.enabled)
        slicer.util.loadVolume(SCAN, {"name": "Another"})
        self.assertIs(self.ui.volumeSelector.currentNode(), volume)

    def test_cardOfTheModelIsShown(self):
        for words in ("Hippocampus", "MR T1", "95,936", "not for clinical use"):
            self.assertIn(words.lower(), self.ui.cardLabel.text.lower())

    def test_oneClickSegmentsTheSample(self):
        volume = self.loadSample()
        self.segment()

        node = self.ui.segmentationSelector.currentNode()
        self.assertIsNotNone(node, self.ui.messageLabel.text)
        found = self.voxels(node, volume)
        truth = slicer.util.arrayFromVolume(slicer.util.loadLabelVolume(LABEL)) > 0
        self.assertGreater(2 * (found & truth).sum() / (found.sum() + truth.sum()), LEAST_DICE)
        self.assertMessage(node.GetName())
        self.assertIn(hundredths_text(found.sum() / 1000) + " mL", self.ui.resultLabel.text)
        self.assertIn(f"{found.sum():,}", self.ui.resultLabel.text)
        self.assertIdle()

    def test_progressIsSaidWhileItRuns(self):
        self.loadSample()
        self.startAndWaitForHalf()
        for words in ("Slice ", "level ", "step ", " left"):
            self.assertIn(words, self.ui.progressLabel.text)
        self.assertFalse(self.ui.progressBar.isHidden())
        self.assertFalse(self.ui.volumeSelector.enabled)
        self.ui.segmentButton.click()

    def test_advancedOptionsReachTheRun(self):
        volume = self.loadSample()
        self.ui.stepsSpinBox.value = 3
        self.ui.runsSpinBox.value = 2
        self.ui.recordEverySpinBox.value = 2
        self.ui.probabilityCheckBox.click()
        self.ui.uncertaintyCheckBox.click()
        self.segment()

        sequences = slicer.util.getNodesByClass("vtkMRMLSequenceNode")
        self.assertEqual([node.GetNumberOfDataNodes() for node in sequences], [3])
        maps = [slicer.util.arrayFromVolume(node) for node in self.scans() if node is not volume]
        self.assertEqual(len(maps), 2)
        self.assertTrue(all(one.min() >= 0 and 0 < one.max() <= 1 for one in maps))

    def test_withoutRecordingThereIsNoSequence(self):
        self.loadSample()
        self.ui.recordStepsCheckBox.click()
        self.assertFalse(self.ui.recordEverySpinBox.enabled)
        self.segment()
        self.assertEqual(slicer.util.getNodesByClass("vtkMRMLSequenceNode"), [])

    def test_secondRunReplacesTheContentOfTheSameNode(self):
        volume = self.loadSample()
        self.segment()
        first = self.ui.segmentationSelector.currentNode()
        before = self.voxels(first, volume).copy()
        self.ui.stepsSpinBox.value = 6
        self.segment()

        self.assertIs(self.ui.segmentationSelector.currentNode(), first)
        self.assertEqual(len(slicer.util.getNodesByClass("vtkMRMLSegmentationNode")), 1)
        self.assertFalse(np.array_equal(self.voxels(first, volume), before))

    def test_createNewKeepsTheOld(self):
        volume = self.loadSample()
        self.segment()
        first = self.ui.segmentationSelector.currentNode()
        before = self.voxels(first, volume).copy()
        self.ui.segmentationSelector.setCurrentNode(None)
        self.ui.stepsSpinBox.value = 6
        self.segment()

        self.assertIsNot(self.ui.segmentationSelector.currentNode(), first)
        np.testing.assert_array_equal(self.voxels(first, volume), before)

    def test_anotherVolumeDoesNotReplaceTheSegmentationOfTheFirst(self):
        first = self.loadSample("First")
        self.segment()
        ofFirst, figures = self.ui.segmentationSelector.currentNode(), self.ui.resultLabel.text
        self.loadSample("Second")
        self.assertIsNone(self.ui.segmentationSelector.currentNode())
        self.assertTrue(self.ui.resultsSection.isHidden())
        self.ui.stepsSpinBox.value = 6
        self.segment()
        self.assertEqual(len(slicer.util.getNodesByClass("vtkMRMLSegmentationNode")), 2)

        self.ui.volumeSelector.setCurrentNode(first)
        self.assertIs(self.ui.segmentationSelector.currentNode(), ofFirst)
        self.assertEqual(self.ui.resultLabel.text, figures)


if __name__ == "__main__":
    unittest.main()
