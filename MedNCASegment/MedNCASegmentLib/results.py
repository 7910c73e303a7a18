"""From a result of the core to nodes of the scene: segmentation, volumes of probability, table."""

from dataclasses import dataclass

import slicer
import vtk
from mednca import Card, Label, Result
from mednca.postprocess import largest_component
from slicer.i18n import tr as _
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
    segmentationNode.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
    segmentationNode.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
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


@dataclass(frozen=True)
class Measures:
    """What the table says of one label."""

    segment: str
    volume: float  # mL
    voxels: int
    largest: float  # mL of the largest component
    seconds: float  # of the whole run
    quality: float | None  # spread of the runs over their mean, of this label; None for one run


def measure(result: Result, card: Card) -> list[Measures]:
    """The figures of each label, in the card's order.

    Raises:
        MedNCAError: SimpleITK, which finds the largest component, is not installed.
    """
    found = []
    for index, label in enumerate(card.labels):
        # NumPy's numbers are no column type.
        mask, volume = result.labels == label.value, float(result.volume_ml[label.name])
        voxels = int(mask.sum())
        largest = volume * int(largest_component(mask).sum()) / max(voxels, 1)
        found.append(Measures(label.name, volume, voxels, largest, result.seconds, spread(result, index)))
    return found


def spread(result: Result, index: int) -> float | None:
    """The quality score of one of the card's labels: standard deviation of the runs over their mean, each summed over
    the volume; None for one run."""
    if result.deviation is None:
        return None
    total = float(result.probability[index].sum(dtype="float64"))
    return float(result.deviation[index].sum(dtype="float64")) / max(total, 1e-9)


def fillTable(tableNode, result: Result, card: Card) -> None:
    """Write volumes, run time and, for several runs, their spread as quality score into a table node, a row a label."""
    found = measure(result, card)
    columns = [
        (_("Segment"), "", [one.segment for one in found]),
        (_("Volume"), "mL", [one.volume for one in found]),
        (_("Voxels"), "", [one.voxels for one in found]),
        (_("Largest component"), "mL", [one.largest for one in found]),
        (_("Run time"), "s", [one.seconds for one in found]),
    ]
    if result.quality is not None:
        columns.append((_("Spread of runs"), "", [one.quality for one in found]))
    writeColumns(tableNode, columns)


def writeColumns(tableNode, columns: list[tuple[str, str, list]]) -> None:
    """Replace the content of a table node: title, unit and values of each column, all texts or numbers of one type."""
    arrays = {str: vtk.vtkStringArray, int: vtk.vtkIntArray, float: vtk.vtkDoubleArray}
    tableNode.RemoveAllColumns()
    for title, unit, values in columns:
        column = arrays[type(values[0])]()
        column.SetName(title)
        for value in values:
            column.InsertNextValue(value)
        tableNode.AddColumn(column)
        if unit:
            tableNode.SetColumnUnitLabel(title, unit)
    tableNode.SetUseColumnTitleAsColumnHeader(True)
    tableNode.SetLocked(True)


def _vtkScalars(array, vtkType: int):
    """A VTK array from [i, j, k]; VTK counts i fastest. Deep, so that it outlives the NumPy array."""
    return numpy_support.numpy_to_vtk(array.ravel(order="F"), deep=True, array_type=vtkType)
