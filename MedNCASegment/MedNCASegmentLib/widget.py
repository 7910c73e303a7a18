"""The panel of the module: what is chosen, one button, and what comes of it."""

import logging
import sys
from dataclasses import dataclass

import slicer
import vtk
from mednca import MedNCAError
from slicer.i18n import tr as _
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleWidget
from slicer.util import VTKObservationMixin

from .logic import MedNCASegmentLogic, RunOptions
from .model_chooser import ModelChooser
from .parameters import MedNCASegmentParameterNode, optionValues
from .readiness import isScan, obstacle, recordedMemory
from .run_timer import RunTimer
from .summary import tableSummary
from .wording import progressText

PROGRESS_MAXIMUM = 1000


@dataclass(frozen=True)
class _UnderWay:
    """What a run began with; the panel may show something else by the time it ends."""

    parameters: MedNCASegmentParameterNode
    volumeNode: slicer.vtkMRMLScalarVolumeNode
    outputNode: slicer.vtkMRMLSegmentationNode | None


class MedNCASegmentWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """Shows the parameter node, starts and cancels runs. All computing is the logic's."""

    def __init__(self, parent=None) -> None:
        # Before the base class, which sets up at once when it has no parent.
        self.logic: MedNCASegmentLogic | None = None
        self._parameterNode: MedNCASegmentParameterNode | None = None
        self._guiTag = None
        self._shownVolume: slicer.vtkMRMLScalarVolumeNode | None = None
        self._volumeTag: int | None = None
        self._underWay: _UnderWay | None = None
        VTKObservationMixin.__init__(self)
        ScriptedLoadableModuleWidget.__init__(self, parent)

    def setup(self) -> None:
        """Build the panel."""
        ScriptedLoadableModuleWidget.setup(self)
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/MedNCASegment.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)

        self.logic = MedNCASegmentLogic()
        self._models = ModelChooser(self.ui.modelSelector, self.ui.cardLabel, self.logic, self._onModelChosen)
        self._timer = RunTimer(self._onProgress, self._onEnd, self._onProblem)
        self.ui.segmentButton.connect("clicked(bool)", self.onSegmentButton)

        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self._onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self._onSceneEndClose)
        self.addObserver(scene, scene.EndImportEvent, self._onSceneEndImport)
        self.addObserver(scene, scene.NodeAddedEvent, self._onNodeAdded)
        self.addObserver(scene, scene.NodeAboutToBeRemovedEvent, self._onNodeAboutToBeRemoved)

        self._showMessage("")
        self._showRunning(False)
        self.initializeParameterNode()

    def cleanup(self) -> None:
        """Called when the module is unloaded or reloaded, and when the application closes."""
        self._timer.close()
        self._models.close()
        self.ui.segmentButton.disconnect("clicked(bool)", self.onSegmentButton)
        self.setParameterNode(None)
        self.removeObservers()

    def enter(self) -> None:
        """Called each time the module is opened."""
        self.initializeParameterNode()

    def exit(self) -> None:
        """Called each time another module is opened. A run goes on meanwhile."""
        self.setParameterNode(None)

    def onReload(self) -> None:
        """Reload the module with its library and the core, which Slicer's own reload does not know of."""
        for name in [name for name in sys.modules if name.partition(".")[0] in ("MedNCASegmentLib", "mednca")]:
            del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)

    # Parameters

    def initializeParameterNode(self) -> None:
        """Show the scene's parameter node; a scan that is on display is chosen if none has been."""
        self.setParameterNode(self.logic.getParameterNode())
        if self._parameterNode.inputVolume is None:
            self._parameterNode.inputVolume = self._scanOnDisplay()

    def setParameterNode(self, parameterNode: MedNCASegmentParameterNode | None) -> None:
        """Show another parameter node of this module, or None to let go of the one shown."""
        if self._parameterNode is not None:
            self._parameterNode.disconnectGui(self._guiTag)
            self.removeObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self._onParametersModified)
            self._watchVolume(None)
        self._parameterNode, self._guiTag = parameterNode, None
        if parameterNode is not None:
            self._watchVolume(parameterNode.inputVolume)
            self._guiTag = parameterNode.connectGui(self.ui)
            self.addObserver(parameterNode, vtk.vtkCommand.ModifiedEvent, self._onParametersModified)
            self._onParametersModified()

    def _onParametersModified(self, caller=None, event=None) -> None:
        parameters = self._parameterNode
        if parameters.inputVolume is not self._shownVolume:
            self._watchVolume(parameters.inputVolume)
            self._keepResultsOfOthers()
        self._models.show(parameters.model)
        self.ui.recordEverySpinBox.enabled = parameters.recordSteps
        self.ui.recordLimitSpinBox.enabled = parameters.recordSteps
        summary = tableSummary(parameters.resultsTable)
        self.ui.resultLabel.text = summary
        self.ui.resultLabel.visible = bool(summary)
        self._onImageModified()

    def _watchVolume(self, volumeNode) -> None:
        """Follow the image of a volume: scripts add a node first and fill it afterwards."""
        # Not through the mixin, which would keep the volume in memory after it has left the scene.
        if self._shownVolume is not None:
            self._shownVolume.RemoveObserver(self._volumeTag)
        self._shownVolume = volumeNode
        if volumeNode is not None:
            event = slicer.vtkMRMLVolumeNode.ImageDataModifiedEvent
            self._volumeTag = volumeNode.AddObserver(event, self._onImageModified)

    def _onImageModified(self, caller=None, event=None) -> None:
        self.ui.recordMemoryLabel.text = self._memoryText()
        self._showReadiness()

    def _keepResultsOfOthers(self) -> None:
        """When another volume is chosen, do not offer to replace the segmentation of the previous one."""
        parameters = self._parameterNode
        segmentationNode = parameters.outputSegmentation
        if segmentationNode is None or parameters.inputVolume is None:
            return
        role = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
        reference = segmentationNode.GetNodeReference(role)
        if reference is not None and reference is not parameters.inputVolume:
            with slicer.util.NodeModify(parameters):
                parameters.outputSegmentation = None
                parameters.resultsTable = None

    def _memoryText(self) -> str:
        model = self._models.model(self._parameterNode.model)
        if model is None:
            return ""
        try:
            return recordedMemory(self._parameterNode, model)
        except MedNCAError:
            return _("More than the limit")

    def _scanOnDisplay(self):
        """The volume in the slice views, else the first scan of the scene; None when there is none."""
        selectionNode = slicer.app.applicationLogic().GetSelectionNode()
        active = slicer.mrmlScene.GetNodeByID(selectionNode.GetActiveVolumeID() or "")
        if isScan(active):
            return active
        return next((node for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode") if isScan(node)), None)

    def _onModelChosen(self, name: str) -> None:
        if self._parameterNode is not None:
            self._parameterNode.model = name

    # Running

    def onSegmentButton(self, checked: bool = False) -> None:
        """Segment, or cancel the run that is under way."""
        if self._timer.run is not None:
            self._stop(_("Cancelled; the scene is as it was before."))
            return
        parameters = self._parameterNode
        self._showMessage("")
        try:
            options = RunOptions(**optionValues(parameters))
            run = self.logic.start(parameters.inputVolume, parameters.model, parameters.outputSegmentation, options)
        except Exception as problem:
            self._onProblem(problem)
            return
        self._underWay = _UnderWay(parameters, parameters.inputVolume, parameters.outputSegmentation)
        self._timer.start(run)
        self._showRunning(True)

    def _stop(self, message: str) -> None:
        """Cancel a run that is under way, and say why."""
        if self._timer.stop():
            self._showRunning(False)
            self._showMessage(message)

    def _onProgress(self, progress) -> None:
        self.ui.progressBar.value = int(progress.fraction * PROGRESS_MAXIMUM)
        self.ui.progressLabel.text = progressText(progress)

    def _onEnd(self, run) -> None:
        parameters, outputs = self._underWay.parameters, run.outputs
        # Another volume may have been chosen by now: its own result is still to come.
        if parameters.inputVolume is self._underWay.volumeNode:
            with slicer.util.NodeModify(parameters):
                parameters.outputSegmentation = outputs.segmentationNode
                parameters.resultsTable = outputs.tableNode
        self._showRunning(False)
        self._showMessage(_("The result is in '{name}'.").format(name=outputs.segmentationNode.GetName()))

    def _onProblem(self, problem: Exception) -> None:
        """Say a problem in one sentence; what nobody foresaw goes to the log with its details."""
        text = str(problem)
        if not isinstance(problem, MedNCAError):
            logging.error("MedNCASegment: unexpected problem", exc_info=problem)
            text = _("Something unexpected went wrong ({kind}); Slicer's log has the details.").format(
                kind=type(problem).__name__
            )
        self._showRunning(False)
        self._showMessage(text)

    # Scene

    def _onSceneStartClose(self, caller, event) -> None:
        self._stop(_("The scene was closed, so the segmentation was cancelled."))
        self.setParameterNode(None)

    def _onSceneEndClose(self, caller, event) -> None:
        if self.parent.isEntered:
            self.initializeParameterNode()

    def _onSceneEndImport(self, caller, event) -> None:
        # Parameters are read before the nodes that they refer to have come; read them again.
        if self.parent.isEntered:
            self.initializeParameterNode()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeAdded(self, caller, event, node) -> None:
        # A first scan is chosen by itself. Those of a scene that is being read wait for the end of it.
        if self._parameterNode is None or slicer.mrmlScene.IsBatchProcessing() or not isScan(node):
            return
        if self._parameterNode.inputVolume is None:
            self._parameterNode.inputVolume = node

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeAboutToBeRemoved(self, caller, event, node) -> None:
        if self._underWay is not None and node in (self._underWay.volumeNode, self._underWay.outputNode):
            self._stop(
                _("'{name}' was removed from the scene, so the segmentation was cancelled.").format(name=node.GetName())
            )

    # Showing

    def _showRunning(self, running: bool) -> None:
        if not running:
            self._underWay = None
        # What a run began with cannot be changed under it; the card stays readable.
        choices = (self.ui.volumeSelector, self.ui.modelSelector, self.ui.segmentationSelector, self.ui.advancedSection)
        for choice in choices:
            choice.enabled = not running
        self.ui.segmentButton.text = _("Cancel") if running else _("Segment")
        self.ui.progressBar.value = 0
        self.ui.progressBar.visible = running
        self.ui.progressLabel.text = ""
        self.ui.progressLabel.visible = running
        self._showReadiness()

    def _showReadiness(self) -> None:
        """The button can be pressed when a run can start, or be cancelled; else it says why not."""
        parameters = self._parameterNode
        running = self._timer.run is not None
        reason = ""
        if not running:
            reason = obstacle(parameters, self._models.model(parameters.model) if parameters is not None else None)
        self.ui.segmentButton.enabled = not reason
        if running:
            self.ui.segmentButton.toolTip = _("Stop; the scene stays as it is")
        else:
            self.ui.segmentButton.toolTip = reason or _("Segment the volume with this model")
        self.ui.reasonLabel.text = reason
        self.ui.reasonLabel.visible = bool(reason)

    def _showMessage(self, text: str) -> None:
        self.ui.messageLabel.text = text
        self.ui.messageLabel.visible = bool(text)
