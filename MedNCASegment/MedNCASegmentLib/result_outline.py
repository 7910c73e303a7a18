"""The result while its steps are watched: an outline on the slices, so that the step's label map is seen inside it."""

# Attributes of the display node: what is to be shown again. A scene that is saved meanwhile comes back as it looked.
FILLED, IN_3D = "MedNCA.WasFilled", "MedNCA.WasIn3D"


class ResultOutline:
    """Borrows the fill and the surface of a segmentation node."""

    def __init__(self) -> None:
        self._display = None

    def show(self, segmentationNode) -> None:
        """Show the segments of a node as outlines; None changes nothing."""
        self._display = segmentationNode.GetDisplayNode() if segmentationNode is not None else None
        if self._display is not None and self._display.GetVisibility2DFill():
            self._display.SetAttribute(FILLED, "1")
            self._display.SetVisibility2DFill(False)

    def giveWayIn3D(self, surfaceShown: bool) -> None:
        """Hide the result's own surface while that of a step is shown: two in one place cannot be told apart."""
        if self._display is None:
            return
        if surfaceShown and self._display.GetVisibility3D():
            self._display.SetAttribute(IN_3D, "1")
            self._display.SetVisibility3D(False)
        elif not surfaceShown and self._display.GetAttribute(IN_3D):
            self._display.RemoveAttribute(IN_3D)
            self._display.SetVisibility3D(True)

    def restore(self) -> None:
        """Show the segments as they were shown before."""
        self.giveWayIn3D(False)
        if self._display is not None and self._display.GetAttribute(FILLED):
            self._display.RemoveAttribute(FILLED)
            self._display.SetVisibility2DFill(True)
        self._display = None
