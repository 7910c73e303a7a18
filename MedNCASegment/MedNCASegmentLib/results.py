"""From a result of the core to nodes of the scene: segmentation and volumes of probability."""

import slicer
import vtk
from mednca import Card, Label, Result
from vtk.util import numpy_support

from .reading import Scan

TERMINOLOGY_CONTEXT = "Segmentation category and type - DICOM master list"
NO_CODE = ["", "", ""]


def fillSegmentation(segmentationNode, result: Result, card: Card, volumeNode, scan: Scan) -> None:
    """Replace the content of a segmentation node: one segment a label, on the volume's grid, under its transform.

    Where only a part of the volume was segmented, the segments cover that part; the reference geometry is the whole.
    """
    segmentation = segmentationNode.GetSegmentation()
    segmentation.RemoveAllSegments()
    segmentationNode.CreateDefaultDisplayNodes()
    # In this order, as Slicer puts a transform between the two into the geometry.
    segmentationNode.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
    segmentationNode.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
    binaryLabelmap = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
    segmentation.SetSourceRepresentationName(binaryLabelmap)
    # Labels never overlap, so all segments share one label map.
    image = slicer.vtkOrientedImageData()
    image.SetDimensions(result.labels.shape)
    image.GetPointData().SetScalars(_vtkScalars(result.labels, vtk.VTK_UNSIGNED_CHAR))
    image.SetGeometryFromImageToWorldMatrix(scan.ijkToRAS)
    for label in card.labels:
        segment = slicer.vtkSegment()
        segment.SetName(label.name)
        segment.SetColor(*label.color)
        segment.SetTerminology(terminologyEntry(label))
        segment.SetLabelValue(label.value)
        segment.AddRepresentation(binaryLabelmap, image)
        segmentation.AddSegment(segment, label.name)


def terminologyEntry(label: Label) -> str:
    """The label's codes in the form that Slicer keeps in a segment's tag."""
    codes = label.terminology
    category, kind = codes.get("category", NO_CODE), codes.get("type", NO_CODE)
    modifier = codes.get("modifier", NO_CODE)
    parts = [TERMINOLOGY_CONTEXT, *("^".join(code) for code in (category, kind, modifier)), "", "^^", "^^"]
    return "~".join(parts)


def addVolume(name: str, array, volumeNode, scan: Scan):
    """Add a scalar volume of float32 [i, j, k] on the grid of what was segmented, under the volume's transform."""
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", slicer.mrmlScene.GenerateUniqueName(name))
    slicer.util.updateVolumeFromArray(node, array.transpose(2, 1, 0))
    node.SetIJKToRASMatrix(scan.ijkToRAS)
    node.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    if display is not None:
        display.AutoWindowLevelOff()
        display.SetWindowLevelMinMax(0.0, max(float(array.max()), 1e-3))
    return node


def _vtkScalars(array, vtkType: int):
    """A VTK array from [i, j, k]; VTK counts i fastest. Deep, so that it outlives the NumPy array."""
    return numpy_support.numpy_to_vtk(array.ravel(order="F"), deep=True, array_type=vtkType)
