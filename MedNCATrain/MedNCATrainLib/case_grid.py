"""The grid of a case: where its voxels lie, and how images under other transforms are brought there."""

import numpy as np
import slicer
import vtk
from MedNCASegmentLib.reading import worldAffine
from vtk.util import numpy_support

# Cosines between axes that are meant to be square are below this.
SQUARE = 1e-4


class CaseGrid:
    """The grid of a volume node, or, where a transform shears it, a straight one that covers it.

    `image` is an oriented image without voxels, in the coordinates below `transformNode` (None: world); `affine` goes
    from its voxels to world RAS, without what is not linear.
    """

    def __init__(self, volumeNode) -> None:
        self.affine = worldAffine(volumeNode)
        shape, local = volumeNode.GetImageData().GetDimensions(), vtk.vtkMatrix4x4()
        axes = self.affine[:3, :3] / np.linalg.norm(self.affine[:3, :3], axis=0)
        self.straightened = bool(np.abs(axes.T @ axes - np.eye(3)).max() > SQUARE)
        self.transformNode = None if self.straightened else volumeNode.GetParentTransformNode()
        if self.straightened:
            self.affine, shape = _straightGrid(self.affine, shape)
            local = slicer.util.vtkMatrixFromArray(self.affine)
        else:
            volumeNode.GetIJKToRASMatrix(local)
        self.image = slicer.vtkOrientedImageData()
        self.image.SetExtent(0, shape[0] - 1, 0, shape[1] - 1, 0, shape[2] - 1)
        self.image.SetGeometryFromImageToWorldMatrix(local)

    def resample(self, image, transformNode, box=None, linear: bool = False, outside: float = 0.0) -> np.ndarray:
        """Voxels [i, j, k] of an oriented image below a transform node, on this grid or a box of it.

        Args:
            image: an oriented image.
            transformNode: its parent transform; None for none.
            box: slices along i, j, k; None for the whole grid.
            linear: interpolate; otherwise the nearest voxel counts.
            outside: the value beyond the image.
        """
        reference, result = self.image, slicer.vtkOrientedImageData()
        if box is not None:
            reference = slicer.vtkOrientedImageData()
            reference.SetGeometryFromImageToWorldMatrix(slicer.util.vtkMatrixFromArray(matrixOf(self.image)))
            reference.SetExtent([bound for side in box for bound in (side.start, side.stop - 1)])
        slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(
            image, reference, result, linear, False, self._transformFrom(transformNode), outside
        )
        return np.array(arrayOf(result))

    def boxOf(self, image, transformNode) -> tuple[tuple[slice, slice, slice] | None, bool]:
        """Where on this grid an oriented image has voxels above 0, give or take one, and whether some may be beyond it.

        Returns:
            Slices along i, j, k; None when nothing is on this grid. And whether the box had to be cut.
        """
        extent, shape = [0] * 6, np.array(self.image.GetDimensions())
        if not slicer.vtkOrientedImageDataResample.CalculateEffectiveExtent(image, extent):
            return None, False
        transform, toGrid = self._transformFrom(transformNode), np.linalg.inv(matrixOf(self.image))
        corners = []
        for corner in np.ndindex(2, 2, 2):
            # The corners of the voxels, not their centres.
            place = [extent[2 * axis + side] + side - 0.5 for axis, side in enumerate(corner)]
            point = matrixOf(image) @ [*place, 1.0]
            corners.append((toGrid @ [*transform.TransformPoint(*point[:3]), 1.0])[:3])
        low, high = np.min(corners, axis=0), np.max(corners, axis=0)
        reachesOut = bool((low < -1.5).any() or (high > shape + 0.5).any())
        if not self._isLinearFrom(transformNode):
            return tuple(slice(0, int(side)) for side in shape), reachesOut  # the box may bulge in between
        start = np.clip(np.floor(low), 0, shape).astype(int)
        stop = np.clip(np.ceil(high) + 1, 0, shape).astype(int)
        if (stop <= start).any():
            return None, True
        return tuple(slice(int(a), int(b)) for a, b in zip(start, stop, strict=True)), reachesOut

    def imageFor(self, transformNode):
        """This grid's image as seen from below another transform; where that is not linear, as it is."""
        image = slicer.vtkOrientedImageData()
        image.SetExtent(self.image.GetExtent())
        matrix = np.linalg.inv(self._matrixFrom(transformNode)) @ matrixOf(self.image)
        image.SetGeometryFromImageToWorldMatrix(slicer.util.vtkMatrixFromArray(matrix))
        return image

    def scaleFrom(self, transformNode) -> float:
        """How much larger something below a transform node is here; 1 where the transforms are not linear."""
        return abs(float(np.linalg.det(self._matrixFrom(transformNode)[:3, :3])))

    def _transformFrom(self, transformNode):
        transform = vtk.vtkGeneralTransform()
        slicer.vtkMRMLTransformNode.GetTransformBetweenNodes(transformNode, self.transformNode, transform)
        return transform

    def _isLinearFrom(self, transformNode) -> bool:
        both = [one for one in (transformNode, self.transformNode) if one is not None]
        return transformNode is self.transformNode or all(one.IsTransformToWorldLinear() for one in both)

    def _matrixFrom(self, transformNode) -> np.ndarray:
        matrix = vtk.vtkMatrix4x4()
        if self._isLinearFrom(transformNode):
            slicer.vtkMRMLTransformNode.GetMatrixTransformBetweenNodes(transformNode, self.transformNode, matrix)
        return slicer.util.arrayFromVTKMatrix(matrix)


def orientedImage(volumeNode):
    """The voxels of a volume node as an oriented image in the node's own coordinates; they are shared."""
    image, local = slicer.vtkOrientedImageData(), vtk.vtkMatrix4x4()
    image.ShallowCopy(volumeNode.GetImageData())
    volumeNode.GetIJKToRASMatrix(local)
    image.SetGeometryFromImageToWorldMatrix(local)
    return image


def arrayOf(image) -> np.ndarray:
    """A view [i, j, k] of the voxels of an image; empty for an image without any."""
    scalars = image.GetPointData().GetScalars() if image.GetNumberOfPoints() else None
    if scalars is None:
        return np.zeros((0, 0, 0), np.uint8)
    return numpy_support.vtk_to_numpy(scalars).reshape(image.GetDimensions(), order="F")


def matrixOf(image) -> np.ndarray:
    """IJK to RAS [4, 4] of an oriented image."""
    matrix = vtk.vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


def _straightGrid(affine: np.ndarray, shape) -> tuple[np.ndarray, tuple[int, int, int]]:
    """The grid with square axes that is nearest to a sheared one and covers it, with the same voxel sizes."""
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    left, _sizes, right = np.linalg.svd(affine[:3, :3] / spacing)
    axes = (left @ right) * spacing
    corners = np.array([[i, j, k, 1] for i in (0, shape[0] - 1) for j in (0, shape[1] - 1) for k in (0, shape[2] - 1)])
    along = (corners @ affine.T)[:, :3] @ np.linalg.inv(axes).T
    straight = np.eye(4)
    straight[:3, :3] = axes
    straight[:3, 3] = axes @ along.min(axis=0)
    return straight, tuple(int(count) + 1 for count in np.ceil(np.ptp(along, axis=0) - 1e-6))
