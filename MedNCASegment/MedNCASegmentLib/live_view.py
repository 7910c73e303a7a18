"""The label map of a run that is still going, over the slices."""

import time

import slicer
from mednca import Card, Progress
from slicer.i18n import tr as _

from .label_layer import LabelLayer
from .reading import Scan
from .run_timer import PULL_SECONDS
from .steps import addColors

UPDATES_PER_SECOND = 15.0
REST = 10.0  # times as long as a label map takes to be shown, the next one waits


class LiveView:
    """A label map node that is never saved; it follows the steps of a run until :meth:`close`."""

    def __init__(self, volumeNode, scan: Scan, card: Card) -> None:
        """Adds the node and shows it.

        Args:
            volumeNode: the volume that is being segmented.
            scan: what of it is; the label map has its grid.
            card: gives the colours.
        """
        scene = slicer.mrmlScene
        self._created: list = []
        self._labelLayer = LabelLayer()
        self._next = 0.0
        self._shown: float | None = None  # when the last label map was shown, until it is known what that took
        colors = addColors(card, self._created)
        colors.SetSaveWithScene(False)
        colors.SetHideFromEditors(True)
        self.node = scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", _("Segmentation under way"))
        self._created.append(self.node)
        self.node.SetSaveWithScene(False)
        self.node.SetIJKToRASMatrix(scan.ijkToRAS)
        slicer.util.updateVolumeFromArray(self.node, 0 * scan.volume.array.transpose(2, 1, 0).astype("uint8"))
        self.node.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
        self.node.CreateDefaultDisplayNodes()
        display = self.node.GetDisplayNode()
        self._created.append(display)
        display.SetSaveWithScene(False)
        display.SetAndObserveColorNodeID(colors.GetID())
        self._labelLayer.show(self.node)

    def update(self, progress: Progress) -> None:
        """Show how far the run is, unless it was shown just now or somebody has removed the node."""
        now = time.monotonic()
        if progress.live is None or self.node.GetScene() is None:
            return
        if self._shown is not None:
            # A large volume takes long to copy and, after this method, to draw; most of the time is the run's.
            taken = now - self._shown - PULL_SECONDS
            self._next = self._shown + max(1.0 / UPDATES_PER_SECOND, REST * taken)
            self._shown = None
        if now < self._next:
            return
        self._shown = now
        slicer.util.arrayFromVolume(self.node)[:] = progress.live.transpose(2, 1, 0)
        slicer.util.arrayFromVolumeModified(self.node)

    def close(self) -> None:
        """Take the node out of the scene and show the label layer that was there before."""
        self._labelLayer.restore()
        created, self._created = self._created, []
        for node in reversed(created):
            if node.GetScene() is not None:
                slicer.mrmlScene.RemoveNode(node)
