"""A label map over the slices for a while, and what was there before again afterwards."""

import slicer
import vtk
from slicer.util import VTKObservationMixin

OPACITY = 0.6
# Of slice composite nodes: node references to the borrowed layer and to what was there before, and the opacity of that.
# The nodes keep them, because Slicer does not announce that it saves a scene: one that is saved meanwhile comes back
# with the borrowed layer, and gives it back the next time.
BORROWED_ROLE, BEFORE_ROLE, OPACITY_BEFORE = "MedNCA.LabelBorrowed", "MedNCA.LabelBefore", "MedNCA.LabelOpacityBefore"


class LabelLayer(VTKObservationMixin):
    """The label layer of all slice views, borrowed; also of those that another layout brings meanwhile."""

    def __init__(self) -> None:
        VTKObservationMixin.__init__(self)
        self._node = None

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
        node, self._node = self._node, None
        if node is None:
            return
        for composite in _composites():
            opacity, before = composite.GetAttribute(OPACITY_BEFORE), composite.GetNodeReference(BEFORE_ROLE)
            # The ID is gone when the label map has been removed from the scene.
            if opacity is not None and composite.GetLabelVolumeID() in (None, "", node.GetID()):
                composite.SetLabelVolumeID(before.GetID() if before is not None else None)
                composite.SetLabelOpacity(float(opacity))
            _forget(composite)

    def _borrow(self, composite) -> None:
        labelID = composite.GetLabelVolumeID() or None
        borrowedID = composite.GetNodeReferenceID(BORROWED_ROLE) or None
        if composite.GetAttribute(OPACITY_BEFORE) is None or labelID not in (None, borrowedID):
            _forget(composite)
            composite.SetAttribute(OPACITY_BEFORE, str(composite.GetLabelOpacity()))
            if labelID is not None:
                composite.SetNodeReferenceID(BEFORE_ROLE, labelID)
        composite.SetNodeReferenceID(BORROWED_ROLE, self._node.GetID())
        composite.SetLabelVolumeID(self._node.GetID())
        composite.SetLabelOpacity(OPACITY)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeAdded(self, caller, event, node) -> None:
        # Somebody may have removed the label map.
        if node.IsA("vtkMRMLSliceCompositeNode") and self._node.GetScene() is not None:
            self._borrow(node)


def _forget(composite) -> None:
    composite.RemoveAttribute(OPACITY_BEFORE)
    for role in (BORROWED_ROLE, BEFORE_ROLE):
        composite.RemoveNodeReferenceIDs(role)


def _composites() -> list:
    return slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
