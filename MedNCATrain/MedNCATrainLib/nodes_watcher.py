"""Many nodes, watched for whatever changes a case that they are in."""

from collections.abc import Callable, Iterable

import slicer
import vtk

VOLUME_EVENTS = (
    vtk.vtkCommand.ModifiedEvent,
    slicer.vtkMRMLVolumeNode.ImageDataModifiedEvent,
    slicer.vtkMRMLTransformableNode.TransformModifiedEvent,
)
SEGMENTATION_EVENTS = (
    vtk.vtkCommand.ModifiedEvent,
    slicer.vtkMRMLTransformableNode.TransformModifiedEvent,
    slicer.vtkSegmentation.SegmentAdded,
    slicer.vtkSegmentation.SegmentRemoved,
    slicer.vtkSegmentation.SegmentModified,
    slicer.vtkSegmentation.SourceRepresentationModified,
)


class NodesWatcher:
    """Follows the nodes of the list of cases."""

    def __init__(self, onEvent: Callable) -> None:
        self._onEvent = onEvent
        self._watched: dict = {}  # node -> tags

    def watch(self, nodes: Iterable) -> None:
        """Watch these nodes and no others."""
        nodes = set(nodes)
        for node in set(self._watched) - nodes:
            for tag in self._watched.pop(node):
                node.RemoveObserver(tag)
        for node in nodes - set(self._watched):
            events = SEGMENTATION_EVENTS if node.IsA("vtkMRMLSegmentationNode") else VOLUME_EVENTS
            self._watched[node] = [node.AddObserver(event, self._onEvent) for event in events]
