"""A label map over the slices for a while, and what was there before again afterwards."""

import slicer
import vtk
from slicer.util import VTKObservationMixin

OPACITY = 0.6


class LabelLayer(VTKObservationMixin):
    """The label layer of all slice views, borrowed; also of those that another layout brings meanwhile."""

    def __init__(self) -> None:
        VTKObservationMixin.__init__(self)
        self._node = None
        self._before: dict[str, tuple[str | None, float]] = {}  # slice composite node ID: label map ID, opacity

    def show(self, labelNode) -> None:
        """Show a label map in every slice view until :meth:`restore`."""
        self.restore()
        self._node = labelNode
        for composite in _composites():
            self._borrow(composite)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.NodeAddedEvent, self._onNodeAdded)

    def restore(self) -> None:
        """Show again what was there before; a view where something else has been chosen meanwhile is left alone."""
        self.removeObservers()
        before, self._before = self._before, {}
        node, self._node = self._node, None
        for composite in _composites():
            labelID = composite.GetLabelVolumeID()
            # The ID is gone when the label map has been removed from the scene.
            if composite.GetID() not in before or labelID not in (None, "", node.GetID()):
                continue
            labelID, opacity = before[composite.GetID()]
            present = labelID is not None and slicer.mrmlScene.GetNodeByID(labelID) is not None
            composite.SetLabelVolumeID(labelID if present else None)
            composite.SetLabelOpacity(opacity)

    def _borrow(self, composite) -> None:
        labelID = composite.GetLabelVolumeID()
        # A scene that was saved meanwhile comes back with the borrowed layer; nothing was there before it.
        mine = labelID == self._node.GetID()
        self._before[composite.GetID()] = (None, 1.0) if mine else (labelID, composite.GetLabelOpacity())
        composite.SetLabelVolumeID(self._node.GetID())
        composite.SetLabelOpacity(OPACITY)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeAdded(self, caller, event, node) -> None:
        # Somebody may have removed the label map.
        if node.IsA("vtkMRMLSliceCompositeNode") and self._node.GetScene() is not None:
            self._borrow(node)


def _composites() -> list:
    return slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
