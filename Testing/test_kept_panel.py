"""What a person has in the scene and MedNCASegment must not lose or misplace: corrections, copies, results of scans
that are gone, volumes that are moved meanwhile.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import unittest

from panel_case import PanelCase, library

# isort: split
import numpy as np
import slicer
import vtk


class KeptPanelTest(PanelCase):
    # What a person does

    def output(self):
        return self.ui.segmentationSelector.currentNode()

    @staticmethod
    def correct(segmentationNode):
        """Add a voxel, as with the Segment Editor's paint brush."""
        segment = segmentationNode.GetSegmentation().GetNthSegment(0)
        name = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
        image = segment.GetRepresentation(name)
        array = vtk.util.numpy_support.vtk_to_numpy(image.GetPointData().GetScalars())
        array[np.flatnonzero(array == 0)[:5]] = segment.GetLabelValue()
        image.GetPointData().GetScalars().Modified()
        segmentationNode.GetSegmentation().InvokeEvent(vtk.vtkCommand.ModifiedEvent)

    @staticmethod
    def turn(volumeNode):
        """Put a volume under a rotation and a shift."""
        matrix = vtk.vtkTransform()
        matrix.Translate(25.3, -4.7, 3.1)
        matrix.RotateWXYZ(20, 1, 2, 3)
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        transform.SetMatrixTransformToParent(matrix.GetMatrix())
        volumeNode.SetAndObserveTransformNodeID(transform.GetID())

    @staticmethod
    def segmentations():
        return slicer.util.getNodesByClass("vtkMRMLSegmentationNode")

    # Results

    def test_correctedResultIsKeptAndTheNextOneGoesBesideIt(self):
        volume = self.loadSample()
        self.segment()
        corrected = self.output()
        self.correct(corrected)
        before = self.voxels(corrected, volume).copy()
        self.segment()

        self.assertIsNot(self.output(), corrected)
        self.assertMessage(f"'{corrected.GetName()}' was changed by hand and is kept beside it")
        np.testing.assert_array_equal(self.voxels(corrected, volume), before)
        self.assertEqual(np.count_nonzero(self.voxels(self.output(), volume)), np.count_nonzero(before) - 5)

    def test_resultAsItWasIsReplacedAlsoWhenTheSceneWasSaved(self):
        self.loadSample()
        self.segment()
        with self.closedScene():
            pass
        self.assertNotIn("was changed", self.ui.resultLabel.text)
        self.segment()
        self.assertEqual(len(self.segmentations()), 1)
        self.correct(self.output())
        with self.closedScene():
            pass
        self.assertIn("was changed since", self.ui.resultLabel.text)

    def test_figuresOfCorrectedResultSayThatTheyAreThoseOfTheRun(self):
        self.loadSample()
        self.segment()
        self.panel.exit()
        self.panel.enter()
        self.assertNotIn("was changed since", self.ui.resultLabel.text)
        self.panel.exit()
        self.correct(self.parameters.outputSegmentation)
        self.panel.enter()
        self.assertIn("was changed since; these figures are those of the run", self.ui.resultLabel.text)

    def test_segmentationOfSomebodyElseIsKept(self):
        self.loadSample()
        own = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Expert")
        own.GetSegmentation().AddEmptySegment("Drawn")
        self.ui.segmentationSelector.setCurrentNode(own)
        self.segment()
        self.assertIsNot(self.output(), own)
        self.assertEqual(own.GetSegmentation().GetSegmentIDs(), ("Drawn",))
        self.assertMessage("'Expert' may hold other work and is kept beside it")

    def test_copyOfResultAsOutputLeavesTheOriginal(self):
        self.loadSample()
        self.segment()
        original = self.output()
        hierarchy = library("hierarchy_folder")
        items = hierarchy.subjectHierarchy()
        copy = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Copy")
        copy.GetSegmentation().DeepCopy(original.GetSegmentation())
        items.SetItemParent(items.GetItemByDataNode(copy), hierarchy.runFolderOf(original))
        self.assertEqual(hierarchy.runFolderOf(copy), 0)
        self.ui.segmentationSelector.setCurrentNode(copy)
        self.assertTrue(self.ui.resultsSection.isHidden())
        self.segment()
        self.assertIn(original, self.segmentations())
        self.assertIn(copy, self.segmentations())

    def test_resultOfScanThatIsGoneIsNotGivenToTheNext(self):
        first = self.loadSample("First")
        self.segment()
        result = self.output()
        slicer.mrmlScene.RemoveNode(first)
        slicer.app.processEvents()
        self.loadSample("Second")
        self.assertIsNone(self.output())
        self.segment()
        self.assertIsNot(self.output(), result)
        self.assertIn(result, self.segmentations())
        self.assertIn("Second", self.output().GetName())

    # During a run

    def test_volumeMovedMeanwhileGetsNoResultInTheWrongPlace(self):
        volume = self.loadSample("Moved")
        before = self.sceneState()
        self.startAndWaitForHalf()
        volume.SetOrigin(100.0, 0.0, 0.0)
        self.waitUntil(lambda: not self.running())
        self.assertMessage("'Moved' was moved or replaced while it was being segmented; segment it again.")
        self.assertEqual(self.sceneState(), before)

    def test_transformChangedMeanwhileMovesTheResultWithTheVolume(self):
        volume = self.loadSample()
        self.startAndWaitForHalf()
        self.turn(volume)
        self.waitUntil(lambda: not self.running())
        self.assertEqual(self.output().GetTransformNodeID(), volume.GetTransformNodeID())
        self.assertGreater(np.count_nonzero(self.voxels(self.output(), volume)), 1000)

    def test_resultUnderTransformIsSavedOnTheGridOfTheVolume(self):
        volume = self.loadSample()
        self.turn(volume)
        self.segment()
        before = self.voxels(self.output(), volume).copy()
        with self.closedScene():
            pass
        self.assertNotIn("was changed", self.ui.resultLabel.text)
        after = self.voxels(self.output(), self.parameters.inputVolume)
        np.testing.assert_array_equal(after, before)

    def test_correctionDuringARunIsKept(self):
        volume = self.loadSample()
        self.segment()
        corrected = self.output()
        self.startAndWaitForHalf()
        self.correct(corrected)
        before = self.voxels(corrected, volume).copy()
        self.waitUntil(lambda: not self.running())
        self.assertIsNot(self.output(), corrected)
        np.testing.assert_array_equal(self.voxels(corrected, volume), before)
        self.assertMessage(f"'{corrected.GetName()}' was changed meanwhile and is kept beside it")

    def test_cancellingWhileTheNodesAreAddedLeavesNothing(self):
        volume = self.loadSample()
        before = self.sceneState()
        for className in ("vtkMRMLTableNode", "vtkMRMLSequenceBrowserNode", "vtkMRMLSegmentationNode"):
            run = self.panel.logic.start(volume)

            @vtk.calldata_type(vtk.VTK_OBJECT)
            def cancel(caller, event, node, run=run, className=className):
                if node.IsA(className):
                    run.cancel()

            observer = slicer.mrmlScene.AddObserver(slicer.vtkMRMLScene.NodeAddedEvent, cancel)
            while not run.finished:
                run.advance(1.0)
            run.advance(1.0)
            slicer.mrmlScene.RemoveObserver(observer)
            self.assertTrue(run.cancelled, className)
            self.assertIsNone(run.outputs)
            self.assertEqual(self.sceneState(), before)


if __name__ == "__main__":
    unittest.main()
