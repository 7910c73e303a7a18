"""A run on MedNCASegment's panel that is cancelled, or whose volume, output, scene or panel goes away meanwhile.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import unittest

from panel_case import SCAN, PanelCase

# isort: split
import numpy as np
import slicer


class DisturbedPanelTest(PanelCase):
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


if __name__ == "__main__":
    unittest.main()
