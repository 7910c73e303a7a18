"""From two nodes to a case: the volume's voxels and label values on one grid, parent transforms respected."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import slicer
from mednca import Label, MedNCAError, Volume
from MedNCASegmentLib.reading import readScan
from slicer.i18n import tr as _

from .case_grid import CaseGrid, arrayOf, matrixOf, orientedImage
from .segment_labels import Structure, nameKey, structuresOf

# Share of a segment that may lie outside the volume: the borders of voxels differ between grids.
OUTSIDE = 0.02


@dataclass
class ReadCase:
    """A case as the core takes it."""

    volume: Volume
    label: np.ndarray  # uint8 [i, j, k] on the volume's grid
    missing: list[str] = field(default_factory=list)  # names of labels that the segmentation does not have
    outside: list[str] = field(default_factory=list)  # names of labels that reach beyond the volume
    overlapping: int = 0  # voxels in more than one label; the last label has them


def readNodes(volumeNode, segmentationNode, labels: list[Label]) -> Iterator[ReadCase | None]:
    """Read a volume and its segmentation, the segments becoming label values.

    The volume keeps its grid. A linear transform of it goes into the geometry; one that shears, which no image file
    can hold, makes the volume be resampled onto a straight grid; one that is not linear is left out, as MedNCA Segment
    leaves it out. The segments are brought to that grid through all transforms of both.

    Args:
        volumeNode: a scalar volume.
        segmentationNode: a segmentation or a label map volume.
        labels: with different names and values; see `labelsOf`.

    Yields:
        None between two steps of the work, and the case in the end.

    Raises:
        MedNCAError: the volume has no voxels, or a segment cannot be converted.
    """
    volume = readScan(volumeNode).volume
    grid = CaseGrid(volumeNode)
    if grid.straightened:
        image = orientedImage(volumeNode)
        lowest = volumeNode.GetImageData().GetScalarRange()[0]
        array = grid.resample(image, volumeNode.GetParentTransformNode(), linear=True, outside=lowest)
        volume = Volume(array, grid.affine)
    yield None
    case = ReadCase(volume, np.zeros(volume.array.shape, np.uint8))
    structures: dict[str, list[Structure]] = {}
    for structure in structuresOf(segmentationNode):
        structures.setdefault(nameKey(structure.name), []).append(structure)
    for label in labels:
        found = structures.get(nameKey(label.name), [])
        if not found:
            case.missing.append(label.name)
        for structure in found:
            _draw(structure, segmentationNode, grid, label, case)
            yield None
    yield case


def _draw(structure: Structure, node, grid: CaseGrid, label: Label, case: ReadCase) -> None:
    """Write the label's value where a structure is."""
    image, value = _labelmapOf(structure, node, grid)
    transformNode = node.GetParentTransformNode()
    # A segment is small against its volume: only the box around it is looked at.
    box, reachesOut = grid.boxOf(image, transformNode)
    mask = grid.resample(image, transformNode, box) == value if box is not None else np.zeros(0, bool)
    if reachesOut and label.name not in case.outside:
        size = abs(np.linalg.det(matrixOf(image)[:3, :3])) * grid.scaleFrom(transformNode)
        before = np.count_nonzero(arrayOf(image) == value) * size
        after = np.count_nonzero(mask) * abs(np.linalg.det(matrixOf(grid.image)[:3, :3]))
        if after < (1 - OUTSIDE) * before:
            case.outside.append(label.name)
    if box is not None:
        part = case.label[box]
        case.overlapping += int(np.count_nonzero(mask & (part > 0) & (part != label.value)))
        part[mask] = label.value


def _labelmapOf(structure: Structure, node, grid: CaseGrid):
    """The label map that a structure lies in, in the node's own coordinates, and its value there."""
    if structure.value:
        return orientedImage(node), structure.value
    segmentation = node.GetSegmentation()
    segment = segmentation.GetSegment(structure.segmentId)
    name = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
    if not segmentation.ContainsRepresentation(name):
        segment = _converted(segment, segmentation, grid.imageFor(node.GetParentTransformNode()))
    image = segment.GetRepresentation(name)
    if image is None:
        raise MedNCAError(
            _("'{segment}' of '{name}' cannot be converted to a label map; edit it in the Segment Editor.").format(
                segment=structure.name, name=node.GetName()
            )
        )
    return image, segment.GetLabelValue()


def _converted(segment, segmentation, geometry):
    """A copy of a segment that has no label map, with one in the voxels of an oriented image."""
    converter = slicer.vtkSegmentationConverter
    copy, one = slicer.vtkSegmentation(), slicer.vtkSegment()
    copy.SetSourceRepresentationName(segmentation.GetSourceRepresentationName())
    one.DeepCopy(segment)
    copy.AddSegment(one, "segment")
    copy.SetConversionParameter(
        converter.GetReferenceImageGeometryParameterName(), converter.SerializeImageGeometry(geometry)
    )
    copy.CreateRepresentation(converter.GetSegmentationBinaryLabelmapRepresentationName())
    return one
