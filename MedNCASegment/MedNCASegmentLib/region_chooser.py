"""The choice of a region of interest: what it does in words, and a box to begin with for a new one."""

import slicer
from slicer.i18n import tr as _

FIRST_SHARE = 0.6  # of the volume's extent along each axis, so that all handles of a new box are in view


class RegionChooser:
    """Completes the selector of regions of interest."""

    def __init__(self, selector, label) -> None:
        self._selector, self._label = selector, label
        self._volumeNode = None
        selector.connect("nodeAddedByUser(vtkMRMLNode*)", self._onNodeAddedByUser)

    def show(self, roiNode, volumeNode) -> None:
        """Say what the chosen region does."""
        self._volumeNode = volumeNode
        self._label.visible = roiNode is not None
        if roiNode is not None:
            self._label.text = _("Only what is inside '{name}' is segmented.").format(name=roiNode.GetName())

    def close(self) -> None:
        """Let go of the selector."""
        self._selector.disconnect("nodeAddedByUser(vtkMRMLNode*)", self._onNodeAddedByUser)

    def _onNodeAddedByUser(self, roiNode) -> None:
        if self._volumeNode is not None:
            placeInVolume(roiNode, self._volumeNode)


def placeInVolume(roiNode, volumeNode) -> None:
    """Make a region of interest a box in the middle of a volume, to be dragged over the organ."""
    bounds = [0.0] * 6
    volumeNode.GetRASBounds(bounds)
    roiNode.SetCenterWorld([(bounds[2 * axis] + bounds[2 * axis + 1]) / 2 for axis in range(3)])
    roiNode.SetSizeWorld([FIRST_SHARE * (bounds[2 * axis + 1] - bounds[2 * axis]) for axis in range(3)])
    roiNode.CreateDefaultDisplayNodes()
    slicer.modules.markups.logic().SetActiveList(roiNode)
