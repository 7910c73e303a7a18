"""The panel of the module: what is chosen, one button, and what comes of it."""

import sys
from dataclasses import dataclass

import qt
import slicer
import vtk
from mednca import MedNCAError
from slicer.i18n import tr as _
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleWidget
from slicer.util import VTKObservationMixin

from .batch import Batch
from .content import keptText
from .gui_connection import GuiConnection
from .live_view import LiveView
from .logic import MedNCASegmentLogic, RunOptions
from .many_volumes import batchMessage, startBatch
from .model_chooser import ModelChooser
from .node_watcher import NodeWatcher
from .on_display import positionOnDisplay, scanOnDisplay
from .parameters import MedNCASegmentParameterNode, Scope, optionValues
from .readiness import obstacle, recordedMemory
from .reading import isScan
from .region_chooser import RegionChooser
from .result_section import ResultSection, isShownIn3D, showIn3D
from .run_results import outputFor
from .run_section import RunSection
from .wording import batchProgressText, progressText


@dataclass(frozen=True)
class _UnderWay:
    """What a run began with; the panel may show something else by the time it ends."""

    parameters: MedNCASegmentParameterNode
    volumeNode: slicer.vtkMRMLScalarVolumeNode | None
    outputNode: slicer.vtkMRMLSegmentationNode | None
    in3D: bool  # the former result was shown in 3D
    kept: str = ""  # says which segmentation was chosen for the result and is not replaced, and why
    batch: Batch | None = None  # many volumes; then there is no one volume and output


class MedNCASegmentWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """Shows the parameter node, starts and cancels runs. All computing is the logic's."""

    def __init__(self, parent=None) -> None:
        # Before the base class, which sets up at once when it has no parent.
        self.logic: MedNCASegmentLogic | None = None
        self._parameterNode: MedNCASegmentParameterNode | None = None
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

        self._gui = GuiConnection(self.ui)
        self._parametersWatcher = NodeWatcher(self._onParametersModified, vtk.vtkCommand.ModifiedEvent)
        self.logic = MedNCASegmentLogic()
        self._runs = RunSection(self.ui, self._onEnd, self._onOver)
        self._models = ModelChooser(self.ui, self.logic, self._onModelChosen, self._runs.say)
        self._regions = RegionChooser(self.ui.regionSelector, self.ui.regionLabel)
        self._results = ResultSection(self.ui)
        # Scripts add a volume first and fill it afterwards, and people move it; a region is dragged and renamed.
        volume = slicer.vtkMRMLVolumeNode
        self._volume = NodeWatcher(self._onInputModified, volume.ImageDataModifiedEvent, volume.TransformModifiedEvent)
        self._region = NodeWatcher(self._onInputModified, vtk.vtkCommand.ModifiedEvent)
        self.ui.segmentButton.connect("clicked(bool)", self.onSegmentButton)

        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self._onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self._onSceneEndClose)
        # A scene that is added, or a scene view that is restored, writes over the parameters and the slice views.
        for event in (scene.StartImportEvent, scene.StartRestoreEvent):
            self.addObserver(scene, event, self._onSceneStartOverwriting)
        for event in (scene.EndImportEvent, scene.EndRestoreEvent):
            self.addObserver(scene, event, self._onSceneEndOverwriting)
        self.addObserver(scene, scene.NodeAddedEvent, self._onNodeAdded)
        self.addObserver(scene, scene.NodeAboutToBeRemovedEvent, self._onNodeAboutToBeRemoved)
        self.initializeParameterNode()

    def cleanup(self) -> None:
        """Called when the module is unloaded or reloaded, and when the application closes."""
        self._runs.close()
        self._models.close()
        self._regions.close()
        self.ui.segmentButton.disconnect("clicked(bool)", self.onSegmentButton)
        self.setParameterNode(None)
        self._results.close()
        self.removeObservers()

    def enter(self) -> None:
        """Called each time the module is opened."""
        # Other modules may have installed models meanwhile.
        self._models.refresh()
        self.initializeParameterNode()
        self._runs.showLive()

    def exit(self) -> None:
        """Called each time another module is opened. A run goes on meanwhile; the views are as they were before."""
        self._runs.hideLive()
        self.setParameterNode(None)

    def onReload(self) -> None:
        """Reload the module with its library and the core, which Slicer's own reload does not know of."""
        # MedNCATrain goes on with those that it was loaded with until it is reloaded, too. The modules hand each other
        # nodes of the scene and model files, never objects of the library or the core, so old and new do not mix.
        for name in [name for name in sys.modules if name.partition(".")[0] in ("MedNCASegmentLib", "mednca")]:
            del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)

    # Parameters

    def initializeParameterNode(self) -> None:
        """Show the scene's parameter node; a scan that is on display is chosen if none has been."""
        self.setParameterNode(self.logic.getParameterNode())
        if self._parameterNode.inputVolume is None:
            self._parameterNode.inputVolume = scanOnDisplay()

    def setParameterNode(self, parameterNode: MedNCASegmentParameterNode | None) -> None:
        """Show another parameter node of this module, or None to let go of the one shown."""
        self._parametersWatcher.watch(None)
        self._gui.disconnect()
        self._parameterNode = parameterNode
        if parameterNode is None:
            self._volume.watch(None)
            self._region.watch(None)
            self._results.hide()
            return
        self._volume.watch(parameterNode.inputVolume)
        self._gui.connect(parameterNode)
        self._parametersWatcher.watch(parameterNode)
        self._onParametersModified()

    def _onParametersModified(self, caller=None, event=None) -> None:
        parameters = self._parameterNode
        if parameters.inputVolume is not self._volume.node:
            self._volume.watch(parameters.inputVolume)
            parameters.outputSegmentation = outputFor(parameters.inputVolume, parameters.outputSegmentation)
        self._region.watch(parameters.regionOfInterest)
        self._models.show(parameters.model)
        self.ui.recordEverySpinBox.enabled = parameters.recordSteps
        self.ui.recordLimitSpinBox.enabled = parameters.recordSteps
        self._runs.lock(parameters.scope is not Scope.VOLUME)
        self._showResults()
        self._onInputModified()

    def _onInputModified(self, caller=None, event=None) -> None:
        self._regions.show(self._parameterNode.regionOfInterest, self._parameterNode.inputVolume)
        self.ui.recordMemoryLabel.text = self._memoryText()
        self._showReadiness()

    def _memoryText(self) -> str:
        model = self._models.model(self._parameterNode.model)
        if model is None:
            return ""
        try:
            return recordedMemory(self._parameterNode, model)
        except MedNCAError:
            return _("More than the limit")

    def _onModelChosen(self, name: str) -> None:
        if self._parameterNode is not None:
            self._parameterNode.model = name

    # Running

    def onSegmentButton(self, checked: bool = False) -> None:
        """Segment, or cancel the run that is under way."""
        if self._runs.running:
            self._cancel()
            return
        try:
            if self._parameterNode.scope is Scope.VOLUME:
                self._startOne(self._parameterNode)
            else:
                self._startMany(self._parameterNode)
        except Exception as problem:
            self._runs.fail(problem)
            return
        self._showRunning(True)

    def _cancel(self) -> None:
        batch = self._underWay.batch
        if batch is None:
            self._runs.stop(_("Cancelled; the scene is as it was before."))
            return
        batch.cancel()
        parameters = self._underWay.parameters
        self._runs.stop(batchMessage(batch))
        parameters.batchTable = batch.tableNode

    def _startMany(self, parameters) -> None:
        batch = startBatch(self.logic, parameters)
        self._underWay = _UnderWay(parameters, None, None, False, batch=batch)
        self._results.hide()
        self._runs.start(batch, batchProgressText)

    def _startOne(self, parameters) -> None:
        volumeNode, output = parameters.inputVolume, parameters.outputSegmentation
        in3D, kept = output is not None and isShownIn3D(output), keptText(output)
        if kept:
            output = None
        self._underWay = _UnderWay(parameters, volumeNode, output, in3D, kept=kept)
        card = self.logic.card(parameters.model)
        run = self.logic.start(
            volumeNode,
            parameters.model,
            output,
            RunOptions(**optionValues(parameters)),
            parameters.regionOfInterest,
            positionOnDisplay(card.input.plane),
        )
        self._results.hide()
        live = (lambda: LiveView(volumeNode, run.scan, card)) if parameters.watchLive else None
        self._runs.start(run, progressText, live)

    def _onEnd(self, run) -> str:
        """Show the result of a run; returns what to say about it."""
        parameters = self._underWay.parameters
        if self._underWay.batch is not None:
            parameters.batchTable = run.tableNode
            return batchMessage(run)
        segmentationNode = run.outputs.segmentationNode
        if self._underWay.in3D:
            showIn3D(segmentationNode, True)
        # Another volume may have been chosen by now: its own result is still to come.
        if parameters.inputVolume is self._underWay.volumeNode:
            parameters.outputSegmentation = segmentationNode
        if run.outputs.doubt:
            text = _("The result is in '{name}'; read what is said of it under Results before you use it.")
        else:
            text = _("The result is in '{name}'.")
        return " ".join(filter(None, (text.format(name=segmentationNode.GetName()), self._underWay.kept, run.kept)))

    def _onOver(self) -> None:
        self._underWay = None
        self._showRunning(False)
        self._showResults()

    # Scene

    def _onSceneStartClose(self, caller, event) -> None:
        self._runs.stop(_("The scene was closed, so the segmentation was cancelled."))
        self.setParameterNode(None)

    def _onSceneEndClose(self, caller, event) -> None:
        if self.parent.isEntered:
            self.initializeParameterNode()

    def _onSceneStartOverwriting(self, caller, event) -> None:
        # Parameters are read before the nodes that they refer to have come, and must not be acted upon by halves.
        if self.parent.isEntered:
            self.exit()

    def _onSceneEndOverwriting(self, caller, event) -> None:
        if self.parent.isEntered:
            self.initializeParameterNode()
            self._runs.showLive()
            # The subject hierarchy may hear of the end of the import after this panel.
            qt.QTimer.singleShot(0, self._showResults)

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
            self._runs.stop(
                _("'{name}' was removed from the scene, so the segmentation was cancelled.").format(name=node.GetName())
            )

    # Showing

    def _showRunning(self, running: bool) -> None:
        parameters = self._parameterNode
        self._runs.lock(parameters is not None and parameters.scope is not Scope.VOLUME)
        self.ui.segmentButton.text = _("Cancel") if running else _("Segment")
        self._showReadiness()

    def _showResults(self) -> None:
        # Of a scene that is being read, some nodes are still empty.
        if self._parameterNode is not None and not self._runs.running and not slicer.mrmlScene.IsImporting():
            if self._parameterNode.scope is Scope.VOLUME:
                self._results.show(self._parameterNode.outputSegmentation)
            else:
                self._results.showTable(self._parameterNode.batchTable)

    def _showReadiness(self) -> None:
        """The button can be pressed when a run can start, or be cancelled; else it says why not."""
        parameters, running = self._parameterNode, self._runs.running
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
