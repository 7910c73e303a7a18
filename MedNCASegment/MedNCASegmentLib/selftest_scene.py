"""What the self-test reads from the scene."""

import numpy as np
import slicer
import vtk

from .sample_data import LABEL


def expertLabels() -> np.ndarray:
    """The expert's label values of the sample scan [k, j, i]: 1 anterior, 2 posterior."""
    node = slicer.util.loadLabelVolume(str(LABEL))
    labels = slicer.util.arrayFromVolume(node).copy()
    slicer.mrmlScene.RemoveNode(node)
    return labels


def segmentArray(segmentationNode, volumeNode, index: int = 0) -> np.ndarray:
    """One segment on a volume's grid: boolean [k, j, i]."""
    segmentId = segmentationNode.GetSegmentation().GetNthSegmentID(index)
    return slicer.util.arrayFromSegmentBinaryLabelmap(segmentationNode, segmentId, volumeNode) > 0


def insideROI(roiNode, volumeNode) -> np.ndarray:
    """Boolean [k, j, i], by asking the ROI's own planes of each voxel centre."""
    matrix, position = vtk.vtkMatrix4x4(), [0.0] * 4
    volumeNode.GetIJKToRASMatrix(matrix)
    planes = vtk.vtkPlanes()
    roiNode.GetTransformedPlanes(planes)
    inside = np.zeros(slicer.util.arrayFromVolume(volumeNode).shape, bool)
    for k, j, i in np.ndindex(inside.shape):
        matrix.MultiplyPoint([i, j, k, 1], position)
        inside[k, j, i] = planes.EvaluateFunction(position[:3]) <= 1e-3
    return inside


def nodeIDs() -> list[str]:
    """The IDs of all nodes of the scene, sorted."""
    scene = slicer.mrmlScene
    return sorted(scene.GetNthNode(index).GetID() for index in range(scene.GetNumberOfNodes()))
