"""A label map over the slices for a while, and what was there before again afterwards."""

import slicer

OPACITY = 0.6


class LabelLayer:
    """The label layer of all slice views, borrowed."""

    def __init__(self) -> None:
        self._node = None
        self._before: dict[str, tuple[str | None, float]] = {}  # slice composite node ID: label map ID, opacity

    def show(self, labelNode, opacity: float = OPACITY) -> None:
        """Show a label map in every slice view; call it again for views that have come since."""
        self._node = labelNode
        for composite in _composites():
            if composite.GetID() not in self._before:
                labelID = composite.GetLabelVolumeID()
                # A scene that was saved meanwhile comes back with the borrowed layer; nothing was there before it.
                mine = labelID == labelNode.GetID()
                self._before[composite.GetID()] = (None, 1.0) if mine else (labelID, composite.GetLabelOpacity())
            composite.SetLabelVolumeID(labelNode.GetID())
            composite.SetLabelOpacity(opacity)

    def restore(self) -> None:
        """Show again what was there before; a view where something else has been chosen meanwhile is left alone."""
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


def _composites() -> list:
    return slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
