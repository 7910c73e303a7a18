"""The section of the panel with the result of a run: figures, 3D, where to go on, and the steps that led there."""

import qt
import slicer
from slicer.util import VTKObservationMixin

from .content import isChanged
from .run_results import RunResults, resultsOf, segmentedVolume
from .step_player import StepPlayer
from .summary import batchHtml, changedHtml, tableHtml


class ResultSection(VTKObservationMixin):
    """Shows what belongs to one segmentation node at a time; a segmentation that is not of a run has no section."""

    def __init__(self, ui) -> None:
        """`ui` has resultsSection, resultLabel, show3DButton, editButton and playerPlace."""
        VTKObservationMixin.__init__(self)
        self._ui = ui
        self._shown: RunResults | None = None
        self._changed = False  # by hand, after the run
        self._checkPending = False
        self._player = StepPlayer(ui.playerPlace.layout())
        ui.show3DButton.connect("toggled(bool)", self._onShow3D)
        ui.editButton.connect("clicked(bool)", self._onEdit)
        ui.resultsSection.visible = False

    @property
    def player(self) -> StepPlayer:
        return self._player

    def show(self, segmentationNode) -> None:
        """Show the run that a segmentation comes from; None hides the section."""
        results = resultsOf(segmentationNode)
        if results is None:
            self.hide()
            return
        if results != self._shown:
            self.hide()
            self._shown = results
            self._changed = isChanged(segmentationNode)
            self._observe(results)
            if results.browserNode is not None:
                self._player.show(results.sequenceNode, results.browserNode, results.folder, segmentationNode)
        self._ui.resultLabel.text = tableHtml(results.tableNode) + (changedHtml() if self._changed else "")
        self._onDisplayModified()
        self._showButtons(True)
        self._ui.resultsSection.visible = True

    def showTable(self, tableNode) -> None:
        """Show the figures of many volumes, which lie in a table; None hides the section."""
        self.hide()
        self._ui.resultLabel.text = batchHtml(tableNode)
        self._showButtons(False)
        self._ui.resultsSection.visible = bool(self._ui.resultLabel.text)

    def _showButtons(self, visible: bool) -> None:
        self._ui.show3DButton.visible = visible
        self._ui.editButton.visible = visible

    def hide(self) -> None:
        """Hide the section; the views are as they were before it was shown."""
        self.removeObservers()
        self._player.hide()
        self._shown = None
        self._ui.resultsSection.visible = False

    def close(self) -> None:
        """Hide, and let go of the widgets for good."""
        self.hide()
        self._player.close()
        self._ui.show3DButton.disconnect("toggled(bool)", self._onShow3D)
        self._ui.editButton.disconnect("clicked(bool)", self._onEdit)

    def _observe(self, results: RunResults) -> None:
        scene, segmentationNode = slicer.mrmlScene, results.segmentationNode
        self.addObserver(scene, scene.NodeRemovedEvent, self._onNodeRemoved)
        self.addObserver(segmentationNode, segmentationNode.DisplayModifiedEvent, self._onDisplayModified)

    def _onNodeRemoved(self, caller, event) -> None:
        # Not now: a folder may be going, and Slicer does not expect other nodes of it to vanish meanwhile.
        if not self._checkPending:
            self._checkPending = True
            qt.QTimer.singleShot(0, self._check)

    def _check(self) -> None:
        """Show what is left of the run on display."""
        self._checkPending = False
        if self._shown is None:
            return
        segmentationNode = self._shown.segmentationNode
        self.show(segmentationNode if slicer.mrmlScene.IsNodePresent(segmentationNode) else None)

    # 3D

    def _onDisplayModified(self, caller=None, event=None) -> None:
        button = self._ui.show3DButton
        wasBlocked = button.blockSignals(True)
        button.checked = isShownIn3D(self._shown.segmentationNode)
        button.blockSignals(wasBlocked)

    def _onShow3D(self, checked: bool) -> None:
        showIn3D(self._shown.segmentationNode, checked)

    # Segment Editor

    def _onEdit(self, checked: bool = False) -> None:
        segmentationNode = self._shown.segmentationNode
        editInSegmentEditor(segmentationNode, segmentedVolume(segmentationNode))


def isShownIn3D(segmentationNode) -> bool:
    """Whether the surface of a segmentation exists and is visible."""
    display = segmentationNode.GetDisplayNode()
    closedSurface = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()
    exists = segmentationNode.GetSegmentation().ContainsRepresentation(closedSurface)
    return bool(exists and display is not None and display.GetVisibility() and display.GetVisibility3D())


def showIn3D(segmentationNode, shown: bool) -> None:
    """Show the surface of a segmentation in the 3D views, or take it away."""
    segmentationNode.CreateDefaultDisplayNodes()
    if shown:
        segmentationNode.CreateClosedSurfaceRepresentation()
        segmentationNode.GetDisplayNode().SetVisibility(True)
        slicer.app.layoutManager().resetThreeDViews()
    segmentationNode.GetDisplayNode().SetVisibility3D(shown)


def editInSegmentEditor(segmentationNode, volumeNode) -> None:
    """Go to the Segment Editor with a segmentation and its volume chosen."""
    scene, tag, className = slicer.mrmlScene, "SegmentEditor", "vtkMRMLSegmentEditorNode"
    # The editor's panel takes the parameter node of this tag when it is entered.
    editorNode = scene.GetSingletonNode(tag, className)
    if editorNode is None:
        editorNode = scene.CreateNodeByClass(className)
        editorNode.UnRegister(None)
        editorNode.SetSingletonTag(tag)
        editorNode = scene.AddNode(editorNode)
    editorNode.SetAndObserveSegmentationNode(segmentationNode)
    editorNode.SetAndObserveSourceVolumeNode(volumeNode)
    slicer.util.selectModule("SegmentEditor")
