"""What a segmentation covers, kept beside the results of a run, so that later changes by hand are noticed."""

import json

import numpy as np
import slicer
import vtk
from slicer.i18n import tr as _
from vtk.util import numpy_support

from .hierarchy_folder import runFolderOf, subjectHierarchy

CONTENT_ATTRIBUTE = "MedNCA.Content"  # of the item of a segmentation
NEAR = 0.01  # mm; a file rounds


def contentOf(segmentationNode) -> list[list[float]]:
    """Voxels and mean position in mm of each segment [segment, 4], which a file that is read again has too."""
    segmentation = segmentationNode.GetSegmentation()
    name = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
    found = []
    for index in range(segmentation.GetNumberOfSegments()):
        segment = segmentation.GetNthSegment(index)
        found.append(_covered(segment.GetRepresentation(name), segment.GetLabelValue()))
    return found


def rememberContent(segmentationNode) -> None:
    """Keep what a run has filled a segmentation with, in the scene and in its file."""
    hierarchy = subjectHierarchy()
    item = hierarchy.GetItemByDataNode(segmentationNode)
    hierarchy.SetItemAttribute(item, CONTENT_ATTRIBUTE, json.dumps(contentOf(segmentationNode)))


def isChanged(segmentationNode) -> bool:
    """Whether a segmentation of a run no longer covers what the run has found; False where that is not known."""
    kept = _remembered(segmentationNode)
    return kept is not None and isOther(kept, contentOf(segmentationNode))


def isOther(former: list[list[float]], now: list[list[float]]) -> bool:
    """Whether two contents differ by more than files round."""
    return len(former) != len(now) or not np.allclose(former, now, rtol=0, atol=NEAR)


def keptText(segmentationNode) -> str:
    """Why a segmentation is not to be replaced, in one sentence: it may hold what a run could not make again.

    Empty for the result of a run as it was, and for an empty one.
    """
    if segmentationNode is None or segmentationNode.GetSegmentation().GetNumberOfSegments() == 0:
        return ""
    kept = _remembered(segmentationNode)
    if kept is None:
        text = _("'{name}' may hold other work and is kept beside it.")
    elif isOther(kept, contentOf(segmentationNode)):
        text = _("'{name}' was changed by hand and is kept beside it.")
    else:
        return ""
    return text.format(name=segmentationNode.GetName())


def _remembered(segmentationNode) -> list[list[float]] | None:
    """What a run has filled a segmentation with; None where that is not known, or it is not of a run."""
    if segmentationNode is None or not runFolderOf(segmentationNode):
        return None
    hierarchy = subjectHierarchy()
    kept = hierarchy.GetItemAttribute(hierarchy.GetItemByDataNode(segmentationNode), CONTENT_ATTRIBUTE)
    return json.loads(kept) if kept else None


def _covered(image, value: int) -> list[float]:
    scalars = image.GetPointData().GetScalars() if image is not None else None
    if scalars is None or scalars.GetNumberOfTuples() == 0:
        return [0.0] * 4
    inside = numpy_support.vtk_to_numpy(scalars).reshape(image.GetDimensions()[::-1]) == value
    counts = [inside.sum(axis=tuple(other for other in range(3) if other != axis)) for axis in (2, 1, 0)]
    total = int(counts[0].sum())
    if not total:
        return [0.0] * 4
    first = image.GetExtent()[::2]
    middle = [at + float(count @ np.arange(len(count))) / total for at, count in zip(first, counts, strict=True)]
    toWorld = vtk.vtkMatrix4x4()
    image.GetImageToWorldMatrix(toWorld)
    return [float(total), *toWorld.MultiplyPoint([*middle, 1.0])[:3]]
