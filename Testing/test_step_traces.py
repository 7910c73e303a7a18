"""What the player of the steps leaves behind when it hides, closes or loses what it shows.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import unittest

from step_case import StepCase, composites, layers, sceneNodes, setThreeDViewOnDisplay

# isort: split
import numpy as np
import slicer
from MedNCASegmentLib.logic import MedNCASegmentLogic, RunOptions


class StepTracesTest(StepCase):
    def test_leaving_shows_the_label_layer_that_was_there(self):
        other = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Other")
        first = composites()[0]
        first.SetLabelVolumeID(other.GetID())
        first.SetLabelOpacity(0.3)
        before = layers()
        self.show()
        self.assertEqual(set(layers().values()), {(self.browser.GetProxyNode(self.sequence).GetID(), 0.6)})
        self.scrub(4)
        self.player.hide()
        self.assertEqual(layers(), before)
        self.assertFalse(self.visible)

    def test_a_label_layer_that_somebody_chose_meanwhile_is_left_alone(self):
        other = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Other")
        self.show()
        composites()[0].SetLabelVolumeID(other.GetID())
        self.player.hide()
        self.assertEqual(composites()[0].GetLabelVolumeID(), other.GetID())

    def test_a_label_map_that_was_removed_meanwhile_does_not_come_back(self):
        other = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Other")
        for composite in composites():
            composite.SetLabelVolumeID(other.GetID())
        self.show()
        slicer.mrmlScene.RemoveNode(other)
        self.player.hide()
        self.assertEqual({label for label, _ in layers().values()}, {None})

    def test_a_slice_view_that_another_layout_brings_shows_the_step_too(self):
        self.show()
        view = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSliceCompositeNode")
        self.addCleanup(slicer.mrmlScene.RemoveNode, view)
        self.assertEqual(view.GetLabelVolumeID(), self.browser.GetProxyNode(self.sequence).GetID())
        self.player.hide()
        self.assertEqual({label for label, _ in layers().values()}, {None})

    def test_hiding_leaves_the_scene_as_it_was_and_playing_stops(self):
        setThreeDViewOnDisplay(True)
        before = sceneNodes()
        self.ui.showIn3DCheckBox.checked = True
        self.show()
        self.assertNotEqual(sceneNodes(), before)
        self.press("VcrPlayPause")
        self.player.hide()
        self.assertEqual(sceneNodes(), before)
        self.assertFalse(self.browser.GetPlaybackActive())

    def test_nothing_is_observed_after_closing(self):
        self.show()
        self.assertTrue(self.player.Observations)
        self.player.close()
        self.assertFalse(self.player.Observations)
        text = self.ui.stepLabel.text
        self.browser.SetSelectedItemNumber(2)
        self.ui.showIn3DCheckBox.toggle()
        slicer.app.processEvents()
        self.assertEqual(self.ui.stepLabel.text, text)
        self.assertEqual(self.surfaces(), [])

    def test_it_hides_when_what_it_shows_is_removed(self):
        setThreeDViewOnDisplay(True)
        self.ui.showIn3DCheckBox.checked = True
        for what in ("sequence", "browser"):
            before = layers()
            self.show()
            self.press("VcrPlayPause")
            slicer.mrmlScene.RemoveNode(getattr(self, what))
            slicer.app.processEvents()
            self.assertFalse(self.visible)
            self.assertEqual(layers(), before)
            self.assertEqual(self.surfaces(), [])
            self.sequence, self.browser = self.addSteps()
        self.show()
        self.assertTrue(self.visible)

    def test_closing_the_scene_while_playing_hides_it(self):
        self.show()
        self.press("VcrPlayPause")
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()
        self.assertFalse(self.visible)
        self.assertFalse(self.player.Observations)

    def test_another_run_takes_the_place_of_the_first(self):
        self.show()
        self.browser.SetPlaybackActive(True)
        before, first = layers(), self.browser
        self.sequence, self.browser = self.addSteps()
        self.show()
        self.assertFalse(first.GetPlaybackActive())
        self.assertNotEqual(layers(), before)
        self.player.hide()
        self.assertEqual({label for label, _ in layers().values()}, {None})

    def test_the_result_is_an_outline_meanwhile(self):
        segmentation = MedNCASegmentLogic().segment(self.volume)
        display = segmentation.GetDisplayNode()
        display.SetVisibility3D(True)
        setThreeDViewOnDisplay(True)
        self.show(segmentationNode=segmentation)
        self.assertFalse(display.GetVisibility2DFill())
        self.assertTrue(display.GetVisibility2DOutline() and display.GetVisibility3D())
        self.ui.showIn3DCheckBox.checked = True
        self.assertFalse(display.GetVisibility3D())
        self.player.hide()
        self.assertTrue(display.GetVisibility2DFill() and display.GetVisibility3D())

    def test_a_saved_scene_is_watched_like_a_new_run(self):
        self.show()
        self.scrub(20)
        self.saveAndOpenAgain()
        self.assertEqual(slicer.util.getNodesByClass("vtkMRMLPlotChartNode"), [], "the plot was saved")
        self.sequence = slicer.util.getNodesByClass("vtkMRMLSequenceNode")[0]
        self.browser = slicer.util.getNodesByClass("vtkMRMLSequenceBrowserNode")[0]
        self.show()
        self.assertIn("Level 2, step 5 of 16", self.ui.stepLabel.text)
        self.assertShown(20)
        self.player.hide()
        self.assertEqual({label for label, _ in layers().values()}, {None})

    def test_the_label_layer_from_before_is_shown_again_in_a_scene_that_was_saved_meanwhile(self):
        other = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Other")
        slicer.util.updateVolumeFromArray(other, np.zeros((2, 2, 2), np.uint8))
        composites()[0].SetLabelVolumeID(other.GetID())
        composites()[0].SetLabelOpacity(0.3)
        before = layers()
        self.show()
        with self.closedScene():
            self.assertFalse(self.visible)
        (self.sequence,) = slicer.util.getNodesByClass("vtkMRMLSequenceNode")
        (self.browser,) = slicer.util.getNodesByClass("vtkMRMLSequenceBrowserNode")
        self.show()
        self.assertEqual(set(layers().values()), {(self.browser.GetProxyNode(self.sequence).GetID(), 0.6)})
        self.player.hide()
        self.assertEqual(layers(), before)

    def test_the_result_in_a_saved_scene_is_filled_and_in_3D_again_after_watching(self):
        segmentation = MedNCASegmentLogic().segment(self.volume, options=RunOptions(recordSteps=False))
        segmentation.GetDisplayNode().SetVisibility3D(True)
        setThreeDViewOnDisplay(True)
        self.ui.showIn3DCheckBox.checked = True
        self.show(segmentationNode=segmentation)
        self.saveAndOpenAgain()
        (display,) = slicer.util.getNodesByClass("vtkMRMLSegmentationDisplayNode")
        self.assertFalse(display.GetVisibility2DFill() or display.GetVisibility3D())
        (self.sequence,) = slicer.util.getNodesByClass("vtkMRMLSequenceNode")
        (self.browser,) = slicer.util.getNodesByClass("vtkMRMLSequenceBrowserNode")
        self.show(segmentationNode=display.GetDisplayableNode())
        self.player.hide()
        self.assertTrue(display.GetVisibility2DFill() and display.GetVisibility3D())


if __name__ == "__main__":
    unittest.main()
