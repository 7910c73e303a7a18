"""A scene is added to the one on display, or a view of it restored, while MedNCASegment's panel is open.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import tempfile
import unittest
from pathlib import Path

from panel_case import PanelCase
from step_case import layers

# isort: split
import slicer


class AddedScenePanelTest(PanelCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = str(Path(folder.name) / "scene.mrb")
        # The volume is older than the parameters, as for whoever loads one and then opens the module.
        slicer.util.selectModule("MedNCATrain")
        slicer.mrmlScene.Clear(0)
        self.loadSample("Saved")
        slicer.util.selectModule("MedNCASegment")
        self.segment()
        self.assertTrue(slicer.util.saveScene(self.file))
        slicer.util.selectModule("MedNCATrain")
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()
        self.bare = layers()
        self.loadSample("Other")
        slicer.util.selectModule("MedNCASegment")

    def addScene(self):
        slicer.util.loadScene(self.file)
        slicer.app.processEvents()

    def assertResultIsShown(self, of):
        self.assertEqual(self.ui.volumeSelector.currentNode().GetName(), of)
        self.assertEqual(self.ui.segmentationSelector.currentNode().GetName(), f"{of} segmentation")
        self.assertFalse(self.ui.resultsSection.isHidden())

    def assertSlicesAreBareAgain(self):
        self.panel.exit()
        self.assertEqual(layers(), self.bare)
        for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
            self.assertTrue(node.GetDisplayNode().GetVisibility2DFill(), node.GetName())

    def test_its_result_is_shown(self):
        self.addScene()
        self.assertResultIsShown("Saved")
        self.assertNotEqual(layers(), self.bare)
        self.assertSlicesAreBareAgain()

    def test_steps_that_were_watched_leave_nothing_behind(self):
        self.segment()
        self.assertResultIsShown("Other")
        self.addScene()
        self.assertResultIsShown("Saved")
        self.assertSlicesAreBareAgain()

    def test_a_run_under_way_ends_well_and_leaves_nothing_behind(self):
        self.startAndWaitForHalf()
        self.addScene()
        self.assertTrue(self.running())
        self.waitUntil(lambda: not self.running())
        self.assertMessage("Other segmentation")
        self.assertResultIsShown("Saved")
        self.assertSlicesAreBareAgain()

    def test_a_scene_view_that_is_restored_while_steps_are_watched(self):
        self.segment()
        watched = layers()
        scene = slicer.mrmlScene
        scene.StartState(scene.RestoreState)
        self.assertEqual(layers(), self.bare)
        scene.EndState(scene.RestoreState)
        slicer.app.processEvents()
        self.assertResultIsShown("Other")
        self.assertEqual(layers(), watched)
        self.assertSlicesAreBareAgain()


if __name__ == "__main__":
    unittest.main()
