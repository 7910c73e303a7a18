"""From volumes and segmentations under any transforms, on any grids, to cases: where every voxel comes to lie.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import unittest

from train_panel_case import TrainPanelCase, library

# isort: split
import numpy as np
import slicer
import vtk
from vtk.util import numpy_support

SHAPE = (22, 26, 30)  # i, j, k
SPACING = (1.0, 1.5, 2.0)  # mm
BALL, RADIUS = np.array([12.0, 18.0, 30.0]), 9.0  # mm, from the first voxel
ORIGIN = np.array([5.0, -3.0, 2.0])


class GeometryTest(TrainPanelCase):
    """A ball, bright in the image and outlined in the segmentation, so that the two tell where the other is."""

    def setUp(self):
        super().setUp()
        self.volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Scan")
        slicer.util.updateVolumeFromArray(self.volume, np.where(self.ball(SHAPE, SPACING), 100, 0).T.astype(np.int16))
        self.volume.SetSpacing(SPACING)
        self.volume.SetOrigin(ORIGIN)

    @staticmethod
    def ball(shape, spacing):
        """Boolean [i, j, k]."""
        places = [np.arange(count) * mm for count, mm in zip(shape, spacing, strict=True)]
        x, y, z = np.meshgrid(*places, indexing="ij")
        return sum((axis - centre) ** 2 for axis, centre in zip((x, y, z), BALL, strict=True)) < RADIUS**2

    def segmentation(self, spacing=SPACING, name="Ball"):
        """The ball as a segmentation with voxels of this size."""
        shape = [round(count * old / new) for count, old, new in zip(SHAPE, SPACING, spacing, strict=True)]
        labels = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Labels")
        slicer.util.updateVolumeFromArray(labels, self.ball(shape, spacing).T.astype(np.uint8))
        labels.SetSpacing(spacing)
        labels.SetOrigin(ORIGIN)
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
        slicer.modules.segmentations.logic().ImportLabelmapToSegmentationNode(labels, node)
        node.GetSegmentation().GetNthSegment(0).SetName(name)
        slicer.mrmlScene.RemoveNode(labels)
        return node

    def transform(self, matrix):
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        node.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(np.array(matrix, float)))
        return node

    @staticmethod
    def turned(degrees, shift=(0, 0, 0), scale=1.0):
        turn = vtk.vtkTransform()
        turn.Translate(shift)
        turn.RotateWXYZ(degrees, 1, 2, 3)
        turn.Scale(scale, scale, scale)
        return slicer.util.arrayFromVTKMatrix(turn.GetMatrix())

    def read(self, segmentation):
        structures = library("segment_labels").structuresOf(segmentation)
        labels = library("segment_labels").labelsOf([structures])
        *_, case = library("case_reading").readNodes(self.volume, segmentation, labels)
        return case

    def assertFits(self, case, least=0.97):
        """The label is where the image is bright, by its Dice."""
        bright, label = case.volume.array > 50, case.label > 0
        self.assertEqual(case.outside, [])
        self.assertGreater(2 * (bright & label).sum() / (bright.sum() + label.sum()), least)

    def assertWorldPlace(self, case, expected):
        """The middle of the ball lies there, in world RAS."""
        middle = case.volume.affine @ [*np.argwhere(case.label).mean(axis=0), 1.0]
        np.testing.assert_allclose(middle[:3], expected, atol=0.5)

    def test_sameGridIsTakenVoxelByVoxel(self):
        case = self.read(self.segmentation())
        np.testing.assert_array_equal(case.label > 0, case.volume.array > 50)
        self.assertEqual(case.volume.array.dtype, np.int16)
        np.testing.assert_allclose(
            case.volume.affine, np.diag([*SPACING, 1]) + np.pad(ORIGIN[:, None], ((0, 1), (3, 0)))
        )

    def test_anotherGridIsResampledToTheVolume(self):
        self.assertFits(self.read(self.segmentation((0.5, 0.5, 0.5))), least=0.95)
        self.assertFits(self.read(self.segmentation((2.0, 2.0, 3.0))), least=0.85)

    def test_transformOfBothMovesTheGeometryAndNotTheVoxels(self):
        matrix = self.turned(40, (10, -20, 30))
        node, segmentation = self.transform(matrix), self.segmentation()
        for one in (self.volume, segmentation):
            one.SetAndObserveTransformNodeID(node.GetID())
        case = self.read(segmentation)
        np.testing.assert_array_equal(case.label > 0, case.volume.array > 50)
        self.assertWorldPlace(case, (matrix @ [*(BALL + ORIGIN), 1])[:3])

    def test_scalingTransformGoesIntoTheSpacing(self):
        node, segmentation = self.transform(self.turned(0, scale=2.0)), self.segmentation()
        for one in (self.volume, segmentation):
            one.SetAndObserveTransformNodeID(node.GetID())
        np.testing.assert_allclose(self.read(segmentation).volume.spacing, 2 * np.array(SPACING))

    def test_transformsOfOneOfThemAreRespected(self):
        # What moves the segmentation away is undone by what moves the volume the same way.
        matrix, segmentation = self.turned(25, (4, 6, -8)), self.segmentation((0.5, 0.5, 0.5))
        segmentation.SetAndObserveTransformNodeID(self.transform(matrix).GetID())
        segmentation.HardenTransform()
        self.volume.SetAndObserveTransformNodeID(self.transform(matrix).GetID())
        self.assertFits(self.read(segmentation), least=0.9)

        self.volume.SetAndObserveTransformNodeID(None)
        segmentation.SetAndObserveTransformNodeID(self.transform(np.linalg.inv(matrix)).GetID())
        self.assertFits(self.read(segmentation), least=0.9)

    def test_shearedVolumeIsResampledOntoAStraightGrid(self):
        shear = np.eye(4)
        shear[0, 1] = 0.4
        node, segmentation = self.transform(shear), self.segmentation((0.5, 0.5, 0.5))
        for one in (self.volume, segmentation):
            one.SetAndObserveTransformNodeID(node.GetID())
        case = self.read(segmentation)
        axes = case.volume.affine[:3, :3] / case.volume.spacing
        np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-9)
        self.assertFits(case, least=0.88)
        self.assertWorldPlace(case, (shear @ [*(BALL + ORIGIN), 1])[:3])

    def test_transformThatIsNotLinearBringsTheSegmentationToTheVolume(self):
        displacement, image = (0.0, 4.5, 0.0), vtk.vtkImageData()
        image.SetDimensions(4, 4, 4)
        image.SetSpacing(100, 100, 100)
        image.SetOrigin(-150, -150, -150)
        image.AllocateScalars(vtk.VTK_DOUBLE, 3)
        numpy_support.vtk_to_numpy(image.GetPointData().GetScalars())[:] = displacement
        grid = slicer.vtkOrientedGridTransform()
        grid.SetDisplacementGridData(image)
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLGridTransformNode")
        node.SetAndObserveTransformToParent(grid)
        segmentation = self.segmentation()
        segmentation.SetAndObserveTransformNodeID(node.GetID())
        case = self.read(segmentation)
        shift = np.argwhere(case.label).mean(axis=0) - np.argwhere(case.volume.array > 50).mean(axis=0)
        np.testing.assert_allclose(shift, np.array(displacement) / SPACING, atol=0.1)
        # With the volume under it too, nothing is left between the two.
        self.volume.SetAndObserveTransformNodeID(node.GetID())
        self.assertFits(self.read(segmentation), least=0.99)

    def test_segmentationWithASurfaceOnlyIsConvertedInTheVolumesVoxels(self):
        segmentation = self.segmentation((0.5, 0.5, 0.5))
        segmentation.CreateClosedSurfaceRepresentation()
        content, converter = segmentation.GetSegmentation(), slicer.vtkSegmentationConverter
        content.SetSourceRepresentationName(converter.GetSegmentationClosedSurfaceRepresentationName())
        content.RemoveRepresentation(converter.GetSegmentationBinaryLabelmapRepresentationName())
        self.assertFits(self.read(segmentation), least=0.9)
        node = self.transform(self.turned(30, (5, 5, 5)))
        for one in (self.volume, segmentation):
            one.SetAndObserveTransformNodeID(node.GetID())
        self.assertFits(self.read(segmentation), least=0.9)
        self.assertFalse(content.ContainsRepresentation(converter.GetSegmentationBinaryLabelmapRepresentationName()))

    def test_overlappingSegmentsGoToTheLaterOneAndAreCounted(self):
        segmentation = self.segmentation()
        second = segmentation.GetSegmentation().AddEmptySegment("Half", "Half")
        half = self.ball(SHAPE, SPACING)
        half[:12] = False
        slicer.util.updateSegmentBinaryLabelmapFromArray(half.T.astype(np.uint8), segmentation, second, self.volume)
        first = segmentation.GetSegmentation().GetNthSegmentID(0)
        slicer.util.updateSegmentBinaryLabelmapFromArray(
            self.ball(SHAPE, SPACING).T.astype(np.uint8), segmentation, first, self.volume
        )
        case = self.read(segmentation)
        np.testing.assert_array_equal(case.label == 2, half)
        np.testing.assert_array_equal(case.label > 0, self.ball(SHAPE, SPACING))
        self.assertEqual(case.overlapping, half.sum())

    def test_segmentationThatReachesBeyondTheVolumeIsNamed(self):
        segmentation = self.segmentation()
        shift = np.eye(4)
        shift[0, 3] = -12.0
        segmentation.SetAndObserveTransformNodeID(self.transform(shift).GetID())
        self.assertEqual(self.read(segmentation).outside, ["Ball"])


if __name__ == "__main__":
    unittest.main()
