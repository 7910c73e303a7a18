"""MedNCASegment's panel as a person has it in front of them."""

import html
import re
import sys
import tempfile
from pathlib import Path
from unittest import mock

from slicer_case import ROOT, ModuleCase

# isort: split
import slicer

SAMPLE_DATA = ROOT / "MedNCASegment" / "Resources" / "SampleData"
SCAN, LABEL = (str(SAMPLE_DATA / f"MedNCA_Hippocampus_{name}.nii.gz") for name in ("T1", "Label"))


def library(name):
    """A module of the panel's library; looked up anew, because reloading replaces it."""
    return sys.modules[f"MedNCASegmentLib.{name}"]


class PanelCase(ModuleCase):
    """Each test starts with an empty scene and the panel open, and must leave it idle."""

    MODULE = "MedNCASegment"

    def tearDown(self):
        super().tearDown()
        self.assertIdle()

    # What a person sees and does

    @property
    def ui(self):
        return self.panel.ui

    def loadSample(self, name="Scan"):
        volume = slicer.util.loadVolume(SCAN, {"name": name})
        slicer.app.processEvents()
        self.ui.volumeSelector.setCurrentNode(volume)
        slicer.app.processEvents()
        return volume

    def useOwnModelFolder(self) -> Path:
        """Let the panel keep imported models in a folder that goes with the test; returns the folder above it."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        models, kept = self.panel._models, self.panel.logic.models

        def putBack():
            self.panel.logic.models = kept
            models.refresh()

        self.addCleanup(putBack)
        self.panel.logic.models = library("model_store").ModelStore(Path(folder.name) / "settings" / "models")
        models.refresh()
        return Path(folder.name)

    def importModel(self, path):
        """Press Import model and choose a file."""
        with mock.patch.object(library("model_chooser"), "askForModelFile", return_value=str(path)):
            self.ui.importModelButton.click()

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
        self.assertEqual(self.toolTip(self.ui.segmentButton), self.ui.reasonLabel.text)

    def assertMessage(self, words):
        self.assertIn(words, self.ui.messageLabel.text)
        self.assertFalse(self.ui.messageLabel.isHidden())

    @staticmethod
    def toolTip(widget):
        """What the tooltip of a widget says; Slicer makes a paragraph of rich text of it."""
        return html.unescape(re.sub(r"</?p>", "", widget.toolTip))

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
    def voxels(segmentationNode, volumeNode, index=0):
        segmentId = segmentationNode.GetSegmentation().GetNthSegmentID(index)
        return slicer.util.arrayFromSegmentBinaryLabelmap(segmentationNode, segmentId, volumeNode) > 0
