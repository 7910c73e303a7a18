"""The module's self-test: the real model on the real sample; runs in Slicer and on the stand-in host alike."""

import os
import tempfile

import numpy as np
import slicer
import vtk
from mednca import MedNCAError, shipped_models
from mednca.metrics import dice, label_dice
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

from .hierarchy_folder import removeRunFolder, runFolderOf, subjectHierarchy
from .logic import MedNCASegmentLogic, RunOptions
from .sample_data import CATEGORY, CHECKSUMS, SAMPLE_NAME, SCAN, registerSampleData
from .selftest_scene import expertLabels, insideROI, nodeIDs, segmentArray

LEAST_DICE, LEAST_DICE_OF_PARTS = 0.8, 0.7


class MedNCASegmentTest(ScriptedLoadableModuleTest):
    """Every test starts from an empty scene."""

    def setUp(self):
        slicer.mrmlScene.Clear()

    def runTest(self):
        """Run all tests, as the Reload and Test button does."""
        for name in sorted(method for method in dir(self) if method.startswith("test_")):
            self.setUp()
            self.delayDisplay(name)
            getattr(self, name)()
        self.setUp()
        self.delayDisplay("MedNCASegment: all tests passed")

    def test_oneLineSegmentsTheSampleWell(self):
        volume = slicer.util.loadVolume(str(SCAN))
        segmentation = MedNCASegmentLogic().segment(volume)

        found, truth = segmentArray(segmentation, volume), expertLabels() > 0
        self.assertEqual(found.shape, truth.shape)
        self.assertGreater(dice(found, truth), LEAST_DICE)

    def test_everyShippedModelFindsItsLabelsInTheSample(self):
        volume, truth = slicer.util.loadVolume(str(SCAN)), expertLabels()
        logic = MedNCASegmentLogic()
        for name in shipped_models():
            segmentation = logic.segment(volume, name)
            labels = logic.card(name).labels
            content = segmentation.GetSegmentation()
            self.assertEqual(content.GetNumberOfSegments(), len(labels))
            found = np.zeros(truth.shape, np.uint8)
            for index, label in enumerate(labels):
                segment = content.GetNthSegment(index)
                self.assertEqual(segment.GetName(), label.name)
                tag = segment.GetTerminology()
                for code in label.terminology.values():
                    self.assertIn("^".join(code), tag)
                found[segmentArray(segmentation, volume, index)] = label.value
            overlaps = label_dice(found, truth, [label.value for label in labels])
            self.assertGreater(min(overlaps), LEAST_DICE if len(labels) == 1 else LEAST_DICE_OF_PARTS, name)

    def test_segmentationHasGeometryNameColorAndTerminology(self):
        logic = MedNCASegmentLogic()
        volume = slicer.util.loadVolume(str(SCAN))
        segmentation = logic.segment(volume)

        label = logic.card("hippocampus").labels[0]
        content = segmentation.GetSegmentation()
        self.assertEqual(content.GetNumberOfSegments(), 1)
        segment = content.GetNthSegment(0)
        self.assertEqual(segment.GetName(), label.name)
        np.testing.assert_allclose(segment.GetColor(), label.color, atol=1e-3)
        tag = segment.GetTerminology()
        self.assertIn("SCT^5366008^Hippocampus", tag)
        self.assertIn("SCT^123037004^Anatomical Structure", tag)
        role = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
        self.assertEqual(segmentation.GetNodeReference(role), volume)
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        folder = runFolderOf(segmentation)
        self.assertNotEqual(folder, 0)
        self.assertEqual(hierarchy.GetItemParent(folder), hierarchy.GetItemParent(hierarchy.GetItemByDataNode(volume)))

    def test_deletingTheFolderOfARunLeavesNothing(self):
        volume = slicer.util.loadVolume(str(SCAN))
        before = nodeIDs()
        options = RunOptions(runs=2, probability=True, deviation=True)
        outputs = self._run(volume, options=options).outputs
        self.assertGreater(len(nodeIDs()), len(before) + 6)

        removeRunFolder(outputs.folder)

        # Slicer itself leaves hidden display and storage nodes of whatever is deleted; they hold nothing.
        left = [slicer.mrmlScene.GetNodeByID(one) for one in set(nodeIDs()) - set(before)]
        left = [
            one.GetName() for one in left if not one.IsA("vtkMRMLDisplayNode") and not one.IsA("vtkMRMLStorageNode")
        ]
        self.assertEqual(left, [])

    def test_regionOfInterestLimitsTheResult(self):
        volume = slicer.util.loadVolume(str(SCAN))
        whole = MedNCASegmentLogic().segment(volume)
        wholeFound = segmentArray(whole, volume)
        roi = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsROINode")
        bounds = [0.0] * 6
        volume.GetRASBounds(bounds)
        roi.SetCenter([(bounds[2 * axis] + bounds[2 * axis + 1]) / 2 for axis in range(3)])
        roi.SetSize(24.0, 30.0, 20.0)
        turn = vtk.vtkTransform()
        turn.RotateZ(20)
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        transform.SetMatrixTransformToParent(turn.GetMatrix())
        for rotated in (False, True):
            roi.SetAndObserveTransformNodeID(transform.GetID() if rotated else None)
            found = segmentArray(MedNCASegmentLogic().segment(volume, roiNode=roi), volume)
            self.assertEqual(found.shape, wholeFound.shape)
            inside = insideROI(roi, volume)
            self.assertFalse(np.any(found & ~inside))
            self.assertGreater(dice(found, wholeFound & inside), 0.85)

        roi.SetAndObserveTransformNodeID(None)
        roi.SetCenter([1000.0, 0.0, 0.0])
        before = nodeIDs()
        with self.assertRaises(MedNCAError):
            MedNCASegmentLogic().segment(volume, roiNode=roi)
        self.assertEqual(nodeIDs(), before)

    def test_stepsAreASequenceThatEndsInTheResult(self):
        volume = slicer.util.loadVolume(str(SCAN))
        outputs = self._run(volume).outputs

        sequence, browser = outputs.sequenceNode, outputs.browserNode
        self.assertEqual(sequence.GetNumberOfDataNodes(), 32)
        proxy = browser.GetProxyNode(sequence)
        found = segmentArray(outputs.segmentationNode, volume)
        counts = []
        for index in range(sequence.GetNumberOfDataNodes()):
            browser.SetSelectedItemNumber(index)
            shown = slicer.util.arrayFromVolume(proxy)
            recorded = slicer.util.arrayFromVolume(sequence.GetNthDataNode(index))
            np.testing.assert_array_equal(shown, recorded)
            counts.append(int((shown > 0).sum()))
        np.testing.assert_array_equal(shown > 0, found)
        self.assertGreater(len(set(counts)), 10, "the steps should differ from each other")
        toWorld, ofVolume = vtk.vtkMatrix4x4(), vtk.vtkMatrix4x4()
        proxy.GetIJKToRASMatrix(toWorld)
        volume.GetIJKToRASMatrix(ofVolume)
        np.testing.assert_allclose(slicer.util.arrayFromVTKMatrix(toWorld), slicer.util.arrayFromVTKMatrix(ofVolume))

    def test_tableHasVolumeAndRunTime(self):
        volume = slicer.util.loadVolume(str(SCAN))
        outputs = self._run(volume).outputs

        table = outputs.tableNode.GetTable()
        voxels = int(segmentArray(outputs.segmentationNode, volume).sum())
        self.assertEqual(table.GetColumnByName("Voxels").GetValue(0), voxels)
        self.assertAlmostEqual(table.GetColumnByName("Volume").GetValue(0), voxels / 1000, places=6)
        self.assertGreater(table.GetColumnByName("Run time").GetValue(0), 0)

    def test_probabilityAndUncertaintyAreVolumesOnTheSameGrid(self):
        volume = slicer.util.loadVolume(str(SCAN))
        options = RunOptions(runs=2, probability=True, deviation=True, recordSteps=False)
        outputs = self._run(volume, options=options).outputs

        chance = slicer.util.arrayFromVolume(outputs.probabilityNodes[0])
        found = segmentArray(outputs.segmentationNode, volume)
        np.testing.assert_array_equal(chance > 0.5, found)
        deviation = slicer.util.arrayFromVolume(outputs.deviationNodes[0])
        self.assertEqual(deviation.shape, found.shape)
        self.assertGreater(float(deviation.max()), 0.0)
        self.assertIsNone(outputs.sequenceNode)

    def test_parentTransformIsRespected(self):
        volume = slicer.util.loadVolume(str(SCAN))
        plain = segmentArray(MedNCASegmentLogic().segment(volume), volume)
        # Turn the stored volume by 90 degrees and let a parent transform turn it back: the anatomy stays the same.
        matrix, turn, back = vtk.vtkMatrix4x4(), vtk.vtkTransform(), vtk.vtkTransform()
        volume.GetIJKToRASMatrix(matrix)
        turn.RotateX(90)
        back.RotateX(-90)
        turned = vtk.vtkMatrix4x4()
        vtk.vtkMatrix4x4.Multiply4x4(turn.GetMatrix(), matrix, turned)
        volume.SetIJKToRASMatrix(turned)
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        transform.SetMatrixTransformToParent(back.GetMatrix())
        volume.SetAndObserveTransformNodeID(transform.GetID())

        outputs = self._run(volume).outputs

        np.testing.assert_array_equal(segmentArray(outputs.segmentationNode, volume), plain)
        self.assertEqual(outputs.segmentationNode.GetParentTransformNode(), transform)
        proxy = outputs.browserNode.GetProxyNode(outputs.sequenceNode)
        self.assertEqual(proxy.GetParentTransformNode(), transform)
        outputs.browserNode.SetSelectedItemNumber(3)
        self.assertEqual(proxy.GetParentTransformNode(), transform)

    def test_cancelLeavesTheSceneAsItWas(self):
        volume = slicer.util.loadVolume(str(SCAN))
        before = nodeIDs()
        run = MedNCASegmentLogic().start(volume)
        while run.progress is None or run.progress.fraction < 0.5:
            run.advance(0.0)
        run.cancel()

        self.assertTrue(run.finished and run.cancelled)
        self.assertIsNone(run.outputs)
        run.advance()
        self.assertEqual(nodeIDs(), before)

    def test_badVolumesAreRefusedInOneSentence(self):
        empty = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Empty")
        vector = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLVectorVolumeNode", "Color")
        image = vtk.vtkImageData()
        image.SetDimensions(4, 4, 4)
        image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 3)
        vector.SetAndObserveImageData(image)
        labels = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Labels")
        series = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", "Series")
        before = nodeIDs()
        for volume in (None, empty, vector, labels, series):
            with self.assertRaises(MedNCAError) as caught:
                MedNCASegmentLogic().segment(volume)
            self.assertTrue(str(caught.exception).endswith("."), caught.exception)
            self.assertEqual(nodeIDs(), before)

    def test_segmentingIntoTheSameNodeKeepsWhatOthersHavePutBesideIt(self):
        volume = slicer.util.loadVolume(str(SCAN))
        segmentation = MedNCASegmentLogic().segment(volume)
        # Where Slicer puts the models that segments are exported to.
        hierarchy, model = subjectHierarchy(), slicer.mrmlScene.AddNewNodeByClass("vtkMRMLModelNode", "Exported")
        hierarchy.SetItemParent(hierarchy.GetItemByDataNode(model), runFolderOf(segmentation))

        MedNCASegmentLogic().segment(volume, outputNode=segmentation)

        self.assertTrue(slicer.mrmlScene.IsNodePresent(model))
        self.assertEqual(len(slicer.util.getNodesByClass("vtkMRMLTableNode")), 1)

    def test_sameNodeIsFilledAnew(self):
        volume = slicer.util.loadVolume(str(SCAN))
        logic = MedNCASegmentLogic()
        first = logic.segment(volume)
        again = logic.segment(volume, outputNode=first, options=RunOptions(seed=1))

        self.assertEqual(again, first)
        self.assertEqual(again.GetSegmentation().GetNumberOfSegments(), 1)
        self.assertNotEqual(logic.segment(volume), first)

    def test_removedVolumeEndsTheRunWithASentence(self):
        volume = slicer.util.loadVolume(str(SCAN))
        run = MedNCASegmentLogic().start(volume)
        run.advance(0.0)
        slicer.mrmlScene.RemoveNode(volume)
        before = nodeIDs()
        with self.assertRaises(MedNCAError):
            while not run.finished:
                run.advance(1.0)
        self.assertEqual(nodeIDs(), before)

    def test_sceneKeepsResultAndSteps(self):
        volume = slicer.util.loadVolume(str(SCAN))
        outputs = self._run(volume).outputs
        found = segmentArray(outputs.segmentationNode, volume)
        # By class too: the sequence and the node that shows its current step have the same name.
        nodes = (volume, outputs.segmentationNode, outputs.sequenceNode)
        kept = [(node.GetClassName(), node.GetName()) for node in nodes]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "scene.mrb")
            self.assertTrue(slicer.util.saveScene(path))
            slicer.mrmlScene.Clear()
            slicer.util.loadScene(path)
            volume, segmentation, sequence = (slicer.util.getFirstNodeByClassByName(*node) for node in kept)
            np.testing.assert_array_equal(segmentArray(segmentation, volume), found)
            self.assertEqual(sequence.GetNumberOfDataNodes(), 32)
            last = sequence.GetNthDataNode(31)
            self.assertTrue(last.IsA("vtkMRMLLabelMapVolumeNode"))
            np.testing.assert_array_equal(slicer.util.arrayFromVolume(last) > 0, found)

    def test_sampleDataIsRegisteredAndIntact(self):
        import hashlib

        registerSampleData()
        names = [source.sampleName for source in slicer.modules.sampleDataSources[CATEGORY]]
        self.assertIn(SAMPLE_NAME, names)
        for path, checksum in CHECKSUMS.items():
            self.assertEqual("SHA256:" + hashlib.sha256(path.read_bytes()).hexdigest(), checksum)

    def _run(self, volume, options=None):
        run = MedNCASegmentLogic().start(volume, options=options)
        while not run.finished:
            run.advance()
        return run
