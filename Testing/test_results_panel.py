"""What a person sees of a run on MedNCASegment's panel: live label map, figures, steps, 3D, and the way to go on.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import unittest
from unittest import mock

from panel_case import PanelCase, library

# isort: split
import numpy as np
import slicer
import vtk


class ResultsPanelTest(PanelCase):
    # What a person sees and does

    @property
    def player(self):
        return self.panel._results.player

    @property
    def stepsShown(self):
        return not self.player.ui.StepPlayer.isHidden()

    @staticmethod
    def layers():
        """Label layer and its opacity in every slice view."""
        composites = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
        return {one.GetID(): (one.GetLabelVolumeID() or None, one.GetLabelOpacity()) for one in composites}

    def labelOnDisplay(self):
        (nodeID,) = {label for label, _ in self.layers().values()}
        return slicer.mrmlScene.GetNodeByID(nodeID) if nodeID else None

    @staticmethod
    def steps():
        """The sequence of recorded steps, and its browser; there is one run in the scene."""
        (sequence,) = slicer.util.getNodesByClass("vtkMRMLSequenceNode")
        (browser,) = slicer.util.getNodesByClass("vtkMRMLSequenceBrowserNode")
        return sequence, browser

    # Steps

    def test_stepsAreShownAfterTheRun(self):
        self.loadSample()
        self.assertFalse(self.stepsShown)
        self.segment()
        self.assertTrue(self.stepsShown)
        sequence, browser = self.steps()
        for item in (0, sequence.GetNumberOfDataNodes() // 2, sequence.GetNumberOfDataNodes() - 1):
            browser.SetSelectedItemNumber(item)
            slicer.app.processEvents()
            recorded = slicer.util.arrayFromVolume(sequence.GetNthDataNode(item))
            np.testing.assert_array_equal(slicer.util.arrayFromVolume(self.labelOnDisplay()), recorded)

    def test_withoutRecordedStepsThereIsNoPlayer(self):
        self.loadSample()
        self.ui.recordStepsCheckBox.click()
        self.segment()
        self.assertFalse(self.stepsShown)
        self.assertFalse(self.ui.resultsSection.isHidden())

    def test_leavingTheModuleRestoresTheLabelLayer(self):
        self.loadSample()
        before = self.layers()
        self.segment()
        self.assertNotEqual(self.layers(), before)
        self.panel.exit()
        self.assertEqual(self.layers(), before)
        self.panel.enter()
        self.assertTrue(self.stepsShown)
        self.assertNotEqual(self.layers(), before)

    def test_chosenVolumeShowsItsOwnSteps(self):
        first = self.loadSample("First")
        self.segment()
        self.loadSample("Second")
        self.assertFalse(self.stepsShown)
        self.ui.volumeSelector.setCurrentNode(first)
        self.assertTrue(self.stepsShown)

    def test_savedSceneShowsFiguresAndStepsAgain(self):
        self.loadSample()
        self.segment()
        figures, count = self.ui.resultLabel.text, self.steps()[0].GetNumberOfDataNodes()
        with self.closedScene():
            self.assertFalse(self.stepsShown)
            self.assertTrue(self.ui.resultsSection.isHidden())
        self.assertEqual(self.ui.resultLabel.text, figures)
        self.assertTrue(self.stepsShown)
        self.assertEqual(self.steps()[0].GetNumberOfDataNodes(), count)

    def test_deletingTheFolderLeavesNothing(self):
        self.loadSample()
        before, layers = self.sceneState(), self.layers()
        self.segment()
        folder = library("hierarchy_folder").runFolderOf(self.ui.segmentationSelector.currentNode())
        library("hierarchy_folder").removeRunFolder(folder)
        slicer.app.processEvents()
        self.assertEqual(self.sceneState(), before)
        self.assertEqual(self.layers(), layers)
        self.assertFalse(self.stepsShown)
        self.assertTrue(self.ui.resultsSection.isHidden())
        self.segment()
        self.assertTrue(self.stepsShown)

    # Live

    def test_liveLabelMapFollowsTheRunAndGoes(self):
        self.loadSample()
        before, layers = self.sceneState(), self.layers()
        self.startAndWaitForHalf()
        live = self.labelOnDisplay()
        self.assertGreater(slicer.util.arrayFromVolume(live).sum(), 0)
        self.panel.exit()
        self.assertEqual(self.layers(), layers)
        self.panel.enter()
        self.assertIsNotNone(self.labelOnDisplay())
        self.ui.segmentButton.click()
        self.assertEqual(self.sceneState(), before)
        self.assertEqual(self.layers(), layers)

    def test_withoutWatchingTheSlicesStayAsTheyAre(self):
        self.loadSample()
        before, layers = self.sceneState(), self.layers()
        self.ui.watchLiveCheckBox.click()
        self.startAndWaitForHalf()
        self.assertEqual(self.layers(), layers)
        self.assertEqual(self.sceneState(), before)
        self.ui.segmentButton.click()

    def test_runBeginsWithTheSliceOnDisplay(self):
        volume = self.loadSample()
        plane = self.panel.logic.card("hippocampus").input.plane
        axis = library("on_display").PLANES.index(plane)
        bounds = [0.0] * 6
        volume.GetRASBounds(bounds)
        wanted = [(bounds[2 * one] + bounds[2 * one + 1]) / 2 for one in range(3)]
        wanted[axis] = bounds[2 * axis] + 0.75 * (bounds[2 * axis + 1] - bounds[2 * axis])
        for view in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
            view.JumpSliceByCentering(*wanted)
        self.assertAlmostEqual(library("on_display").positionOnDisplay(plane)[axis], wanted[axis], delta=1.0)

        self.ui.segmentButton.click()
        live = None
        while live is None or not slicer.util.arrayFromVolume(live).any():
            self.assertTrue(self.running())
            slicer.app.processEvents()
            live = self.labelOnDisplay()
        found = np.argwhere(slicer.util.arrayFromVolume(live))[:, ::-1].mean(axis=0)
        self.ui.segmentButton.click()
        toRAS = vtk.vtkMatrix4x4()
        volume.GetIJKToRASMatrix(toRAS)
        position = (slicer.util.arrayFromVTKMatrix(toRAS) @ [*found, 1])[axis]
        self.assertLess(abs(position - wanted[axis]), 0.25 * (bounds[2 * axis + 1] - bounds[2 * axis]))

    # 3D and Segment Editor

    def test_show3DShowsAndHidesTheSurface(self):
        self.loadSample()
        self.segment()
        node = self.ui.segmentationSelector.currentNode()
        self.assertFalse(self.ui.show3DButton.checked)
        self.ui.show3DButton.click()
        segmentID = node.GetSegmentation().GetNthSegmentID(0)
        self.assertGreater(node.GetClosedSurfaceInternalRepresentation(segmentID).GetNumberOfPolys(), 100)
        self.assertTrue(node.GetDisplayNode().GetVisibility3D())

        self.segment()
        self.assertTrue(self.ui.show3DButton.checked, "a new run into the same node took the surface away")
        self.ui.show3DButton.click()
        self.assertFalse(node.GetDisplayNode().GetVisibility3D())
        self.assertFalse(self.ui.show3DButton.checked)

    def test_editOpensTheSegmentEditorWithBothChosen(self):
        volume = self.loadSample()
        self.segment()
        node = self.ui.segmentationSelector.currentNode()
        with mock.patch.object(slicer.util, "selectModule") as selectModule:
            self.ui.editButton.click()
        selectModule.assert_called_once_with("SegmentEditor")
        editor = slicer.mrmlScene.GetSingletonNode("SegmentEditor", "vtkMRMLSegmentEditorNode")
        self.assertIs(editor.GetSegmentationNode(), node)
        self.assertIs(editor.GetSourceVolumeNode(), volume)


if __name__ == "__main__":
    unittest.main()
