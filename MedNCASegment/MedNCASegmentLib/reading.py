"""From a volume node to the core's volume."""

import numpy as np
import slicer
import vtk
from mednca import MedNCAError, Volume
from slicer.i18n import tr as _


def readVolume(volumeNode) -> Volume:
    """Copy a scalar volume node: array [i, j, k], and affine from voxels to world RAS, linear transforms applied.

    The array is a copy, so that a run in progress does not notice later changes of the node.

    Raises:
        MedNCAError: the node is not one scalar, three-dimensional volume with voxels.
    """
    if volumeNode is None:
        raise MedNCAError(_("Choose a volume first."))
    if not volumeNode.IsA("vtkMRMLScalarVolumeNode"):
        raise MedNCAError(
            _("'{name}' is not a scalar volume; choose a single three-dimensional scan.").format(
                name=volumeNode.GetName()
            )
        )
    if volumeNode.IsA("vtkMRMLLabelMapVolumeNode"):
        raise MedNCAError(_("'{name}' is a label map; choose the scan itself.").format(name=volumeNode.GetName()))
    image = volumeNode.GetImageData()
    if image is None or 0 in image.GetDimensions() or image.GetPointData().GetScalars() is None:
        raise MedNCAError(_("'{name}' is empty; load an image with voxels.").format(name=volumeNode.GetName()))
    if image.GetNumberOfScalarComponents() != 1:
        raise MedNCAError(
            _("'{name}' has {count} values a voxel; choose a scalar volume.").format(
                name=volumeNode.GetName(), count=image.GetNumberOfScalarComponents()
            )
        )
    array = np.array(slicer.util.arrayFromVolume(volumeNode).transpose(2, 1, 0))
    return Volume(array, worldAffine(volumeNode))


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
