"""From a result of the core to nodes of the scene: segmentation, volumes of probability, table."""

import slicer
import vtk
from mednca import Card, Label, Result
from slicer.i18n import tr as _
from vtk.util import numpy_support

TERMINOLOGY_CONTEXT = "Segmentation category and type - DICOM master list"
NO_CODE = ["", "", ""]


def fillSegmentation(segmentationNode, result: Result, card: Card, volumeNode) -> None:
    """Replace the content of a segmentation node: one segment a label, on the volume's grid, under its transform."""
    segmentation = segmentationNode.GetSegmentation()
    segmentation.RemoveAllSegments()
    segmentationNode.CreateDefaultDisplayNodes()
    segmentationNode.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
    segmentationNode.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
    binaryLabelmap = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
    segmentation.SetSourceRepresentationName(binaryLabelmap)
    matrix = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASMatrix(matrix)
    for label in card.labels:
        image = slicer.vtkOrientedImageData()
        image.SetDimensions(result.labels.shape)
        image.GetPointData().SetScalars(_vtkScalars(result.labels == label.value, vtk.VTK_UNSIGNED_CHAR))
        image.SetGeometryFromImageToWorldMatrix(matrix)
        segment = slicer.vtkSegment()
        segment.SetName(label.name)
        segment.SetColor(*label.color)
        segment.SetTag(slicer.vtkSegment.GetTerminologyEntryTagName(), terminologyEntry(label))
        segment.AddRepresentation(binaryLabelmap, image)
        segmentation.AddSegment(segment, label.name)
    # Labels never overlap, so one label map holds them all and takes the memory of one.
    segmentation.CollapseBinaryLabelmaps()


def terminologyEntry(label: Label) -> str:
    """The label's codes in the form that Slicer keeps in a segment's tag."""
    codes = label.terminology
    category, kind = codes.get("category", NO_CODE), codes.get("type", NO_CODE)
    modifier = codes.get("modifier", NO_CODE)
    parts = [TERMINOLOGY_CONTEXT, *("^".join(code) for code in (category, kind, modifier)), "", "^^", "^^"]
    return "~".join(parts)


def addVolume(name: str, array, volumeNode):
    """Add a scalar volume of float32 [i, j, k] on the grid of another, beside it and under its transform."""
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", slicer.mrmlScene.GenerateUniqueName(name))
    matrix = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASMatrix(matrix)
    slicer.util.updateVolumeFromArray(node, array.transpose(2, 1, 0))
    node.SetIJKToRASMatrix(matrix)
    node.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    if display is not None:
        display.AutoWindowLevelOff()
        display.SetWindowLevelMinMax(0.0, max(float(array.max()), 1e-3))
    return node


def fillTable(tableNode, result: Result, card: Card) -> None:
    """Write volumes, run time and, for several runs, the quality score into a table node."""
    names = vtk.vtkStringArray()
    names.SetName(_("Segment"))
    columns = {
        _("Volume"): ("mL", vtk.vtkDoubleArray(), [result.volume_ml[label.name] for label in card.labels]),
        _("Voxels"): ("", vtk.vtkIntArray(), [int((result.labels == label.value).sum()) for label in card.labels]),
        _("Run time"): ("s", vtk.vtkDoubleArray(), [result.seconds] * len(card.labels)),
    }
    if result.quality is not None:
        columns[_("Spread of runs")] = ("", vtk.vtkDoubleArray(), [result.quality] * len(card.labels))
    for label in card.labels:
        names.InsertNextValue(label.name)
    tableNode.RemoveAllColumns()
    tableNode.AddColumn(names)
    for title, (unit, column, values) in columns.items():
        column.SetName(title)
        for value in values:
            column.InsertNextValue(value)
        tableNode.AddColumn(column)
        if unit:
            tableNode.SetColumnUnitLabel(title, unit)
    tableNode.SetUseColumnTitleAsColumnHeader(True)
    tableNode.SetLocked(True)


def placeBeside(node, volumeNode) -> None:
    """Put a node next to the volume in the subject hierarchy, giving it an item of its own if it has none."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    if hierarchy is None:
        return
    volumeItem = hierarchy.GetItemByDataNode(volumeNode)
    parent = hierarchy.GetItemParent(volumeItem) if volumeItem else hierarchy.GetSceneItemID()
    item = hierarchy.GetItemByDataNode(node)
    if item:
        hierarchy.SetItemParent(item, parent)
    else:
        hierarchy.CreateItem(parent, node)


def _vtkScalars(array, vtkType: int):
    """A VTK array from [i, j, k]; VTK counts i fastest. Deep, so that it outlives the NumPy array."""
    return numpy_support.numpy_to_vtk(array.ravel(order="F"), deep=True, array_type=vtkType)
