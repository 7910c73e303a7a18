"""What earlier runs have left in the scene, found by the folders that they lie in, in a saved scene too."""

from dataclasses import dataclass

import slicer

from .hierarchy_folder import nodesIn, runFolderOf


@dataclass(frozen=True)
class RunResults:
    """The nodes of one run that the panel shows; a table, sequence or browser that was deleted is None."""

    folder: int
    segmentationNode: slicer.vtkMRMLSegmentationNode
    tableNode: slicer.vtkMRMLTableNode | None
    sequenceNode: slicer.vtkMRMLSequenceNode | None
    browserNode: slicer.vtkMRMLSequenceBrowserNode | None


def resultsOf(segmentationNode) -> RunResults | None:
    """What belongs to a segmentation; None when it is not one of a run."""
    folder = runFolderOf(segmentationNode)
    if not folder:
        return None
    nodes = nodesIn(folder)

    def first(className: str):
        return next((node for node in nodes if node.IsA(className)), None)

    browser = first("vtkMRMLSequenceBrowserNode")
    sequence = browser.GetMasterSequenceNode() if browser is not None else None
    return RunResults(
        folder, segmentationNode, first("vtkMRMLTableNode"), sequence, browser if sequence is not None else None
    )


def segmentedVolume(segmentationNode):
    """The volume that a segmentation was made from; None when that is not known."""
    role = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
    return segmentationNode.GetNodeReference(role) if segmentationNode is not None else None


def outputFor(volumeNode, segmentationNode):
    """What to show and to replace when a volume has been chosen: its own result, never that of another volume.

    Args:
        volumeNode: the volume; None keeps the segmentation.
        segmentationNode: what was chosen as output before; None for a new one.
    """
    former = segmentedVolume(segmentationNode)
    if volumeNode is None or former is volumeNode:
        return segmentationNode
    latest = latestSegmentationOf(volumeNode)
    isFree = former is None and not runFolderOf(segmentationNode)  # not the result of a volume that is gone
    return segmentationNode if latest is None and isFree else latest


def latestSegmentationOf(volumeNode):
    """The segmentation of the latest run on a volume; None when there is none."""
    nodes = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    return next((node for node in reversed(nodes) if segmentedVolume(node) is volumeNode and runFolderOf(node)), None)
