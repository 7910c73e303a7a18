"""The panel of MedNCASegment as a person has it in front of them: what test files of it have in common."""

import re
import sys
import time
import unittest
from pathlib import Path

import slicer

SAMPLE_DATA = Path(__file__).resolve().parent.parent / "MedNCASegment" / "Resources" / "SampleData"
SCAN, LABEL = (str(SAMPLE_DATA / f"MedNCA_Hippocampus_{name}.nii.gz") for name in ("T1", "Label"))


def library(name):
    """A module of the panel's library; looked up anew, because reloading replaces it."""
    return sys.modules[f"MedNCASegmentLib.{name}"]


class PanelCase(unittest.TestCase):
    maxDiff = None
    """Each test starts with an empty scene and the panel open, and must leave it idle."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        slicer.util.selectModule("MedNCASegment")
        slicer.app.processEvents()

    def tearDown(self):
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()
        self.assertIdle()

    # What a person sees and does

    @property
    def panel(self):
        return slicer.modules.MedNCASegmentWidget

    @property
    def ui(self):
        return self.panel.ui

    @property
    def parameters(self):
        return self.panel.logic.getParameterNode()

    def loadSample(self, name="Scan"):
        volume = slicer.util.loadVolume(SCAN, {"name": name})
        slicer.app.processEvents()
        self.ui.volumeSelector.setCurrentNode(volume)
        slicer.app.processEvents()
        return volume

    def waitUntil(self, condition, seconds=120):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "waited in vain")
            slicer.app.processEvents()

    def running(self):
        return self.ui.segmentButton.text == "Cancel"

    def segment(self):
        """Press Segment and wait for the end."""
        self.assertTrue(self.ui.segmentButton.enabled, self.ui.reasonLabel.text)
        self.ui.segmentButton.click()
        self.waitUntil(lambda: not self.running())

    def startAndWaitForHalf(self):
        self.ui.segmentButton.click()
        self.assertTrue(self.running(), self.ui.messageLabel.text)
        self.waitUntil(lambda: self.ui.progressBar.value >= self.ui.progressBar.maximum / 2)
        self.assertTrue(self.running(), "the run was over before it could be disturbed")

    def assertIdle(self):
        self.assertEqual(self.ui.segmentButton.text, "Segment")
        self.assertTrue(self.ui.progressBar.isHidden())
        self.assertTrue(self.ui.volumeSelector.enabled)
        self.assertTrue(self.ui.advancedSection.enabled)

    def assertCannotStart(self, words):
        self.assertFalse(self.ui.segmentButton.enabled)
        self.assertIn(words, self.ui.reasonLabel.text)
        self.assertFalse(self.ui.reasonLabel.isHidden())
        self.assertEqual(self.ui.segmentButton.toolTip, self.ui.reasonLabel.text)

    def assertMessage(self, words):
        self.assertIn(words, self.ui.messageLabel.text)
        self.assertFalse(self.ui.messageLabel.isHidden())

    @staticmethod
    def sceneState():
        """Classes and names of all nodes but the parameters and what nodes display and store themselves with.

        Without the numbers that make names unique: what the panel takes away and shows again may get others.
        """
        own = ("vtkMRMLScriptedModuleNode", "vtkMRMLDisplayNode", "vtkMRMLStorageNode")
        nodes = (slicer.mrmlScene.GetNthNode(index) for index in range(slicer.mrmlScene.GetNumberOfNodes()))
        return sorted(
            (node.GetClassName(), re.sub(r"_\d+$", "", node.GetName() or ""))
            for node in nodes
            if not any(node.IsA(one) for one in own)
        )

    @staticmethod
    def scans():
        """Scalar volumes of the scene that are not label maps."""
        nodes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
        return [node for node in nodes if not node.IsA("vtkMRMLLabelMapVolumeNode")]

    @staticmethod
    def voxels(segmentationNode, volumeNode):
        segmentId = segmentationNode.GetSegmentation().GetNthSegmentID(0)
        return slicer.util.arrayFromSegmentBinaryLabelmap(segmentationNode, segmentId, volumeNode) > 0
