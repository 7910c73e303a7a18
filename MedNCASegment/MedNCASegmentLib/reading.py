"""From a volume node, and a region of interest if there is one, to what the core segments."""

from dataclasses import dataclass

import numpy as np
import slicer
import vtk
from mednca import MedNCAError, Volume
from slicer.i18n import tr as _

LEAST_VOXELS = 4  # along each axis of a region of interest
# The model sees this much around a region, so that its exact size hardly matters; the result stays inside.
CONTEXT_MM = 8.0


@dataclass(frozen=True)
class Scan:
    """A part of a volume node, copied, so that a run in progress does not notice later changes of the node."""

    volume: Volume  # array [i, j, k] of the part; affine to world RAS with linear parent transforms applied
    ijkToRAS: vtk.vtkMatrix4x4  # of the part, in the node's own coordinates, as its other nodes need it
    inside: np.ndarray | None  # boolean [i, j, k], the voxels inside the region of interest; None: all
    whole: tuple[float, ...] = ()  # where the volume was, and its size: what `_placeOf` says

    def checkPlace(self, volumeNode) -> None:
        """Raises MedNCAError when the volume lies elsewhere in its own coordinates by now, or has another size, so that
        a result would lie in the wrong place."""
        if _placeOf(volumeNode) != self.whole:
            raise MedNCAError(
                _("'{name}' was moved or replaced while it was being segmented; segment it again.").format(
                    name=volumeNode.GetName()
                )
            )


def isScan(node) -> bool:
    """Whether a node is a scalar volume itself: not a label map, not a vector or tensor volume; nor a hidden one."""
    return node is not None and node.GetClassName() == "vtkMRMLScalarVolumeNode" and not node.GetHideFromEditors()


def readScan(volumeNode, roiNode=None) -> Scan:
    """Copy what of a scalar volume lies inside a region of interest, or all of it.

    Args:
        volumeNode: a scalar volume.
        roiNode: a markups ROI, rotated or not; a block of voxels around it is taken. None takes the volume.

    Raises:
        MedNCAError: the node is not one scalar, three-dimensional volume with voxels, or the region misses it.
    """
    _checkScalarVolume(volumeNode)
    array = slicer.util.arrayFromVolume(volumeNode).transpose(2, 1, 0)
    affine = worldAffine(volumeNode)
    local = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASMatrix(local)
    if roiNode is None:
        return Scan(Volume(np.array(array), affine), local, None, _placeOf(volumeNode))

    start, stop = blockInside(volumeNode, roiNode)
    part = np.array(array[tuple(slice(a, b) for a, b in zip(start, stop, strict=True))])
    shift = np.eye(4)
    shift[:3, 3] = start
    affine = affine @ shift
    local = slicer.util.vtkMatrixFromArray(slicer.util.arrayFromVTKMatrix(local) @ shift)
    return Scan(Volume(part, affine), local, _insideROI(roiNode, affine, part.shape), _placeOf(volumeNode))


def blockInside(volumeNode, roiNode) -> tuple[np.ndarray, np.ndarray]:
    """First voxel [i, j, k] and the one after the last, of the block that is read for a region of interest: around it,
    with some surroundings that the model needs as context.

    Raises:
        MedNCAError: the region covers too little of the volume.
    """
    affine, shape = worldAffine(volumeNode), volumeNode.GetImageData().GetDimensions()
    start, stop = _blockAround(roiNode, affine, shape)
    if any(stop - start < LEAST_VOXELS):
        raise MedNCAError(
            _("The region of interest '{name}' covers too little of '{volume}'; move it over the organ.").format(
                name=roiNode.GetName(), volume=volumeNode.GetName()
            )
        )
    context = np.ceil(CONTEXT_MM / np.linalg.norm(affine[:3, :3], axis=0)).astype(int)
    return np.maximum(start - context, 0), np.minimum(stop + context, shape)


def worldAffine(volumeNode) -> np.ndarray:
    """IJK to world RAS [4, 4]; a parent transform that is not linear is left out."""
    matrix = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASMatrix(matrix)
    transformNode = volumeNode.GetParentTransformNode()
    if transformNode is not None and transformNode.IsTransformToWorldLinear():
        toWorld = vtk.vtkMatrix4x4()
        transformNode.GetMatrixTransformToWorld(toWorld)
        vtk.vtkMatrix4x4.Multiply4x4(toWorld, matrix, matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


def _placeOf(volumeNode) -> tuple[float, ...]:
    """IJK to RAS of the node itself, row by row, and its size in voxels."""
    matrix = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASMatrix(matrix)
    image = volumeNode.GetImageData()
    shape = image.GetDimensions() if image is not None else (0, 0, 0)
    return (*slicer.util.arrayFromVTKMatrix(matrix).ravel(), *shape)


def _checkScalarVolume(volumeNode) -> None:
    if volumeNode is None:
        raise MedNCAError(_("Choose a volume first."))
    name = volumeNode.GetName()
    if not volumeNode.IsA("vtkMRMLScalarVolumeNode"):
        raise MedNCAError(
            _("'{name}' is not a scalar volume; choose a single three-dimensional scan.").format(name=name)
        )
    if volumeNode.IsA("vtkMRMLLabelMapVolumeNode"):
        raise MedNCAError(_("'{name}' is a label map; choose the scan itself.").format(name=name))
    image = volumeNode.GetImageData()
    if image is None or 0 in image.GetDimensions() or image.GetPointData().GetScalars() is None:
        raise MedNCAError(_("'{name}' is empty; load an image with voxels.").format(name=name))
    if image.GetNumberOfScalarComponents() != 1:
        raise MedNCAError(
            _("'{name}' has {count} values a voxel; choose a scalar volume.").format(
                name=name, count=image.GetNumberOfScalarComponents()
            )
        )


def _worldToObject(roiNode) -> np.ndarray:
    return np.linalg.inv(slicer.util.arrayFromVTKMatrix(roiNode.GetObjectToWorldMatrix()))


def _blockAround(roiNode, affine: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """First voxel and the one after the last, along i, j, k, of the block that holds the region of interest."""
    half = np.array(roiNode.GetSize()) / 2
    corners = np.array([[x, y, z, 1] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * [*half, 1]
    toVoxels = np.linalg.inv(affine) @ np.linalg.inv(_worldToObject(roiNode))
    voxels = (corners @ toVoxels.T)[:, :3]
    start = np.clip(np.ceil(voxels.min(axis=0) - 1e-6), 0, shape).astype(int)
    stop = np.clip(np.floor(voxels.max(axis=0) + 1e-6) + 1, 0, shape).astype(int)
    return start, stop


def _insideROI(roiNode, affine: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Boolean [i, j, k]: the voxels whose centre lies in the box of the region of interest."""
    toObject = _worldToObject(roiNode) @ affine
    half = np.array(roiNode.GetSize()) / 2 + 1e-6
    i, j, k = np.ogrid[tuple(slice(n) for n in shape)]
    inside = np.ones(shape, bool)
    for row, extent in zip(toObject[:3], half, strict=True):
        inside &= np.abs(row[0] * i + row[1] * j + row[2] * k + row[3]) <= extent
    return inside
