"""Cases from the scene: a volume node and the segmentation that belongs to it."""

from collections.abc import Iterator
from dataclasses import dataclass

import slicer
from mednca import Label
from slicer.i18n import tr as _

from .case_reading import ReadCase, readNodes
from .node_state import stateOf
from .segment_labels import Structure, structuresOf


@dataclass(frozen=True)
class SceneCase:
    """A volume node and a segmentation or label map volume; None for a node that has left the scene."""

    volumeNode: slicer.vtkMRMLScalarVolumeNode | None
    segmentationNode: slicer.vtkMRMLDisplayableNode | None

    @property
    def volumeName(self) -> str:
        return self.volumeNode.GetName() if self.volumeNode is not None else ""

    @property
    def segmentationName(self) -> str:
        return self.segmentationNode.GetName() if self.segmentationNode is not None else ""

    def nodes(self) -> list:
        """Those of its nodes that are in the scene."""
        return [node for node in (self.volumeNode, self.segmentationNode) if node is not None]

    def showInViews(self) -> None:
        """Show it in the slice views: the volume behind, its segmentation over it and no other one."""
        isSegmentation = self.segmentationNode.IsA("vtkMRMLSegmentationNode")
        for composite in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode"):
            composite.SetBackgroundVolumeID(self.volumeNode.GetID())
            composite.SetLabelVolumeID(None if isSegmentation else self.segmentationNode.GetID())
        for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
            if node.GetDisplayNode() is not None:
                node.GetDisplayNode().SetVisibility(node is self.segmentationNode)
        slicer.app.layoutManager().resetSliceViews()

    def structures(self) -> list[Structure]:
        """What can be learnt from it."""
        return structuresOf(self.segmentationNode)

    def state(self) -> tuple:
        """Changes with whatever a training sees of it; for cases without an obvious problem."""
        return stateOf(self.volumeNode), stateOf(self.segmentationNode)

    def obviousProblem(self) -> str:
        """What is wrong at first sight, without reading voxels; empty for nothing."""
        if self.volumeNode is None:
            return _("The volume was removed from the scene; remove this case.")
        if self.segmentationNode is None:
            return _("The segmentation was removed from the scene; remove this case.")
        image = self.volumeNode.GetImageData()
        if image is None or image.GetNumberOfPoints() == 0:
            return _("The volume has no voxels.")
        if not self.structures():
            return _("The segmentation has no segment; draw one in the Segment Editor.")
        return ""

    def read(self, labels: list[Label]) -> Iterator[ReadCase | None]:
        """Its voxels, see :func:`readNodes`."""
        return readNodes(self.volumeNode, self.segmentationNode, labels)
