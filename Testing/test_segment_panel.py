"""MedNCASegment's panel as a person uses it: the real panel, logic, model and scene, driven by clicks.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from panel_case import LABEL, SCAN, PanelCase, library

# isort: split
import numpy as np
import slicer

LEAST_DICE = 0.8


class SegmentPanelTest(PanelCase):
    # Segmenting

    def test_oneClickSegmentsTheSample(self):
        volume = self.loadSample()
        self.segment()

        node = self.ui.segmentationSelector.currentNode()
        self.assertIsNotNone(node, self.ui.messageLabel.text)
        found = self.voxels(node, volume)
        truth = slicer.util.arrayFromVolume(slicer.util.loadLabelVolume(LABEL)) > 0
        self.assertGreater(2 * (found & truth).sum() / (found.sum() + truth.sum()), LEAST_DICE)
        self.assertMessage(node.GetName())
        self.assertIn(f"{found.sum() / 1000:.2f} mL", self.ui.resultLabel.text)
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

    # Cancelling and being disturbed

    def test_cancelHalfWayLeavesTheSceneAsItWas(self):
        self.loadSample()
        before = self.sceneState()
        self.startAndWaitForHalf()
        self.ui.segmentButton.click()

        self.assertFalse(self.running())
        self.assertMessage("Cancelled")
        for _ in range(20):
            slicer.app.processEvents()
        self.assertEqual(self.sceneState(), before)
        self.assertTrue(self.ui.segmentButton.enabled)

    def test_cancelledRunKeepsTheFormerResult(self):
        volume = self.loadSample()
        self.segment()
        node = self.ui.segmentationSelector.currentNode()
        before, state = self.voxels(node, volume).copy(), self.sceneState()
        self.ui.stepsSpinBox.value = 8
        self.startAndWaitForHalf()
        self.ui.segmentButton.click()

        self.assertEqual(self.sceneState(), state)
        np.testing.assert_array_equal(self.voxels(node, volume), before)

    def test_closingTheSceneEndsTheRun(self):
        self.loadSample()
        self.startAndWaitForHalf()
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()

        self.assertIdle()
        self.assertMessage("scene was closed")
        self.assertCannotStart("Load a scan")
        self.loadSample()
        self.segment()
        self.assertIsNotNone(self.ui.segmentationSelector.currentNode())

    def test_removingTheVolumeEndsTheRun(self):
        volume = self.loadSample("Doomed")
        self.startAndWaitForHalf()
        slicer.mrmlScene.RemoveNode(volume)
        slicer.app.processEvents()

        self.assertIdle()
        self.assertMessage("'Doomed' was removed")
        self.assertEqual(slicer.util.getNodesByClass("vtkMRMLSegmentationNode"), [])

    def test_removingTheOutputEndsTheRun(self):
        self.loadSample()
        output = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Target")
        self.ui.segmentationSelector.setCurrentNode(output)
        self.startAndWaitForHalf()
        slicer.mrmlScene.RemoveNode(output)
        slicer.app.processEvents()

        self.assertIdle()
        self.assertMessage("'Target' was removed")
        self.assertEqual(slicer.util.getNodesByClass("vtkMRMLSegmentationNode"), [])

    def test_volumeChosenMeanwhileDoesNotGetTheResult(self):
        first = self.loadSample("First")
        second = slicer.util.loadVolume(SCAN, {"name": "Second"})
        self.ui.volumeSelector.setCurrentNode(first)
        self.startAndWaitForHalf()
        self.parameters.inputVolume = second
        self.waitUntil(lambda: not self.running())

        (segmentation,) = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
        role = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
        self.assertIs(segmentation.GetNodeReference(role), first)
        self.assertIsNone(self.ui.segmentationSelector.currentNode())

    def test_leavingTheModuleLetsTheRunFinish(self):
        self.loadSample()
        self.startAndWaitForHalf()
        self.panel.exit()
        self.waitUntil(lambda: not self.running())
        self.assertEqual(len(slicer.util.getNodesByClass("vtkMRMLSegmentationNode")), 1)
        self.panel.enter()
        self.assertIsNotNone(self.ui.segmentationSelector.currentNode())

    # Saying what is wrong

    def test_buttonSaysWhyItIsDisabled(self):
        self.assertCannotStart("Load a scan")
        self.loadSample()
        self.assertTrue(self.ui.segmentButton.enabled)
        self.assertTrue(self.ui.reasonLabel.isHidden())

        self.ui.uncertaintyCheckBox.click()
        self.assertCannotStart("2 or more")
        self.ui.runsSpinBox.value = 2
        self.assertTrue(self.ui.segmentButton.enabled)

        options = library("parameters")
        self.parameters.engine, self.parameters.device = options.Engine.NUMPY, options.Device.GPU
        self.assertCannotStart("CPU only")
        self.parameters.device = options.Device.CPU
        self.assertTrue(self.ui.segmentButton.enabled)

        self.ui.recordEverySpinBox.value = 1
        self.ui.recordLimitSpinBox.value = 1
        self.assertCannotStart("more than the limit")
        self.ui.recordEverySpinBox.value = 0
        self.assertTrue(self.ui.segmentButton.enabled)
        self.assertIn("steps", self.ui.recordMemoryLabel.text)

        self.parameters.model = "of-tomorrow"
        self.assertCannotStart("Choose a model")

    def test_emptyVolumeIsAReasonUntilItIsFilled(self):
        volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Nothing")
        self.ui.volumeSelector.setCurrentNode(volume)
        self.assertCannotStart("'Nothing' has no voxels")
        slicer.util.updateVolumeFromArray(volume, np.zeros((8, 9, 10), np.float32))
        self.assertTrue(self.ui.segmentButton.enabled, self.ui.reasonLabel.text)
        self.assertNotEqual(self.ui.recordMemoryLabel.text, "")

    def test_firstScanIsChosenByItself(self):
        volume = slicer.util.loadVolume(SCAN)
        self.assertIs(self.ui.volumeSelector.currentNode(), volume)
        self.assertTrue(self.ui.segmentButton.enabled)
        slicer.util.loadVolume(SCAN, {"name": "Another"})
        self.assertIs(self.ui.volumeSelector.currentNode(), volume)

    def test_unusableVolumeIsOneSentenceAndLeavesTheScene(self):
        volume = self.loadSample()
        volume.SetSpacing(2000, 2000, 2000)
        before = self.sceneState()
        self.segment()

        self.assertMessage("crop it")
        self.assertEqual(self.sceneState(), before)
        self.assertTrue(self.ui.segmentButton.enabled)

    def test_unexpectedErrorIsOneSentenceWithDetailsInTheLog(self):
        self.loadSample()
        run = library("logic").SegmentationRun
        with mock.patch.object(run, "advance", side_effect=ZeroDivisionError("deep inside")), self.assertLogs() as log:
            self.segment()
        self.assertMessage("ZeroDivisionError")
        self.assertIn("deep inside", "\n".join(log.output))
        self.segment()
        self.assertIsNotNone(self.ui.segmentationSelector.currentNode())

    # Parameters

    def test_cardOfTheModelIsShown(self):
        for words in ("Hippocampus", "MR T1", "70,016", "not for clinical use"):
            self.assertIn(words.lower(), self.ui.cardLabel.text.lower())

    def test_savedSceneRestoresThePanel(self):
        volume = self.loadSample("Kept")
        self.ui.runsSpinBox.value = 2
        self.ui.seedSpinBox.value = 7
        self.ui.fireRateSpinBox.value = 0.6
        self.ui.recordEverySpinBox.value = 4
        self.ui.uncertaintyCheckBox.click()
        self.ui.largestComponentSelector.setCurrentIndex(1)
        self.ui.engineSelector.setCurrentIndex(1)
        self.segment()
        result, output = self.ui.resultLabel.text, self.ui.segmentationSelector.currentNode().GetName()
        self.assertIn("mL", result)
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "scene.mrb")
            self.assertTrue(slicer.util.saveScene(path))
            slicer.mrmlScene.Clear(0)
            self.assertEqual(self.ui.seedSpinBox.value, 0)
            slicer.util.loadScene(path)
            slicer.app.processEvents()

        self.assertEqual(self.ui.volumeSelector.currentNode().GetName(), volume.GetName())
        self.assertEqual(self.ui.segmentationSelector.currentNode().GetName(), output)
        self.assertEqual(self.ui.runsSpinBox.value, 2)
        self.assertEqual(self.ui.seedSpinBox.value, 7)
        self.assertAlmostEqual(self.ui.fireRateSpinBox.value, 0.6)
        self.assertEqual(self.ui.recordEverySpinBox.value, 4)
        self.assertTrue(self.ui.uncertaintyCheckBox.checked)
        self.assertEqual(self.ui.largestComponentSelector.currentIndex, 1)
        self.assertEqual(self.ui.engineSelector.currentIndex, 1)
        self.assertEqual(self.ui.resultLabel.text, result)
        self.segment()
        self.assertMessage(output)

    def test_parameterNodesAreShownOneAtATime(self):
        wrapper = library("parameters").MedNCASegmentParameterNode
        first = self.parameters
        second = wrapper(slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "Second set"))
        first.seed, second.seed = 3, 5
        self.panel.setParameterNode(second)
        self.assertEqual(self.ui.seedSpinBox.value, 5)
        self.ui.seedSpinBox.value = 6
        self.assertEqual((first.seed, second.seed), (3, 6))
        self.panel.setParameterNode(first)
        self.assertEqual(self.ui.seedSpinBox.value, 3)

    def test_nothingIsConnectedAfterLeaving(self):
        parameters = self.parameters
        self.panel.exit()
        parameters.seed = 9
        self.assertEqual(self.ui.seedSpinBox.value, 0)
        self.ui.runsSpinBox.value = 4
        self.assertEqual(parameters.runs, 1)
        self.panel.enter()
        self.assertEqual((self.ui.seedSpinBox.value, self.ui.runsSpinBox.value), (9, 1))

    @staticmethod
    def bringBack(modules):
        """Put the modules of before in place again: other tests hold on to their classes."""
        sys.modules.update(modules)
        slicer.util.reloadScriptedModule("MedNCASegment")

    def test_reloadGivesANewPanelThatWorks(self):
        self.loadSample()
        self.startAndWaitForHalf()
        panel, core = self.panel, sys.modules["mednca"]
        names = ("MedNCASegmentLib", "mednca")
        self.addCleanup(
            self.bringBack, {name: one for name, one in sys.modules.items() if name.partition(".")[0] in names}
        )
        panel.onReload()
        slicer.app.processEvents()

        self.assertIsNot(self.panel, panel)
        self.assertIsNot(sys.modules["mednca"], core)
        self.assertEqual(slicer.util.getNodesByClass("vtkMRMLSegmentationNode"), [], "the run went on after reloading")
        self.segment()
        self.assertIsNotNone(self.ui.segmentationSelector.currentNode())


if __name__ == "__main__":
    unittest.main()
