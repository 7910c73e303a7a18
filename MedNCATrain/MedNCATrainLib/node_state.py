"""What tells whether the content of a node has changed, cheap enough to be asked for at any time."""

import vtk
from slicer.util import arrayFromVTKMatrix


def volumeState(node) -> tuple:
    """Changes with the voxels, the geometry and the transforms of a volume, and with nothing else."""
    matrix, image = vtk.vtkMatrix4x4(), node.GetImageData()
    node.GetIJKToRASMatrix(matrix)
    geometry = tuple(arrayFromVTKMatrix(matrix).ravel())
    return (node.GetID(), image.GetMTime() if image is not None else 0, geometry, _transformState(node))


def segmentationState(node) -> tuple:
    """Changes with the segments, their names, colours and shapes, and with the transforms of a segmentation."""
    segmentation = node.GetSegmentation()
    source = segmentation.GetSourceRepresentationName()
    segments = [segmentation.GetNthSegment(index) for index in range(segmentation.GetNumberOfSegments())]
    shapes = [(segment.GetMTime(), segment.GetRepresentation(source)) for segment in segments]
    return (
        node.GetID(),
        tuple((time, shape.GetMTime() if shape is not None else 0) for time, shape in shapes),
        _transformState(node),
    )


def labelmapState(node) -> tuple:
    """Changes with the voxels, the geometry, the transforms and the colour table of a label map volume."""
    display = node.GetDisplayNode()
    colors = display.GetColorNode() if display is not None else None
    return (*volumeState(node), (colors.GetID(), colors.GetMTime()) if colors is not None else None)


def stateOf(node) -> tuple:
    """The state of a volume, a label map volume or a segmentation."""
    if node.IsA("vtkMRMLSegmentationNode"):
        return segmentationState(node)
    return labelmapState(node) if node.IsA("vtkMRMLLabelMapVolumeNode") else volumeState(node)


def _transformState(node) -> tuple:
    transformNode = node.GetParentTransformNode()
    if transformNode is None:
        return ()
    return (transformNode.GetID(), transformNode.GetTransformToWorldMTime())
