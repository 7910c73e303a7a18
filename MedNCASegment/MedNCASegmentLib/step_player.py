"""The section of the panel in which the steps of a run are scrubbed and played, on the slices, in 3D and in a plot."""

from pathlib import Path

import qt
import slicer
import vtk
from mednca.metrics import hundredths_text
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from .label_layer import LabelLayer
from .result_outline import ResultOutline
from .step_numbers import StepNumber, stepNumbers, stepTitle
from .step_plot import StepPlot
from .step_surface import StepSurface
from .wording import labelsHtml

UI_FILE = Path(__file__).resolve().parent.parent / "Resources" / "UI" / "MedNCASegmentStepPlayer.ui"
PLOT_HEIGHT = 180


class StepPlayer(VTKObservationMixin):
    """Plays one step sequence at a time.

    The sequence browser node is the only place where the step on display, speed and loop are kept, and Slicer's own
    widgets change it, so this section and the sequence toolbar cannot disagree.
    """

    def __init__(self, parentLayout) -> None:
        """Adds the section, invisible, to a box layout of the panel."""
        VTKObservationMixin.__init__(self)
        self._section = slicer.util.loadUI(str(UI_FILE))
        parentLayout.addWidget(self._section)
        self.ui = slicer.util.childWidgetVariables(self._section)
        self.seekWidget = slicer.qMRMLSequenceBrowserSeekWidget()
        self.playWidget = slicer.qMRMLSequenceBrowserPlayWidget()
        self.plotWidget = slicer.qMRMLPlotWidget()
        layout = self.ui.stepsSection.layout()
        layout.insertWidget(0, self.seekWidget)
        layout.insertWidget(3, self.playWidget)
        layout.addWidget(self.plotWidget)
        self.playWidget.setRecordingControlsVisible(False)
        # The toolbar has the same keyboard shortcuts; two of a kind in one window cancel each other.
        for shortcut in slicer.util.findChildren(self.playWidget, className="QShortcut"):
            shortcut.setEnabled(False)
        self.plotWidget.setMinimumHeight(PLOT_HEIGHT)
        self._section.setMRMLScene(slicer.mrmlScene)
        self.plotWidget.setMRMLScene(slicer.mrmlScene)

        self._labelLayer, self._outline, self._surface = LabelLayer(), ResultOutline(), StepSurface()
        self._plot = StepPlot(self.plotWidget)
        self._sequenceNode = self._browserNode = None
        self._folderItem = 0
        self._numbers: list[StepNumber] = []
        self._item = -1
        self.ui.showIn3DCheckBox.connect("toggled(bool)", self._onShowIn3D)
        self._section.visible = False

    def show(self, sequenceNode, browserNode, folderItem: int = 0, segmentationNode=None) -> None:
        """Show the steps of a run over the slices, and in 3D when that is switched on.

        Args:
            sequenceNode: the label maps of the steps.
            browserNode: their browser; the sequence toolbar gets it too.
            folderItem: subject hierarchy folder of the run; 0 for none.
            segmentationNode: the result of the run, shown as an outline meanwhile.
        """
        self.hide()
        self._sequenceNode, self._browserNode, self._folderItem = sequenceNode, browserNode, folderItem
        proxy = self._proxyNode()
        if proxy is None or sequenceNode.GetNumberOfDataNodes() == 0:
            self._sequenceNode = self._browserNode = None
            return
        numbers, count = stepNumbers(sequenceNode), sequenceNode.GetNumberOfDataNodes()
        # A sequence that did not come from here, or that somebody has changed, is one level with all steps.
        self._numbers = numbers if len(numbers) == count else [StepNumber(1, i + 1, count) for i in range(count)]
        slicer.modules.sequences.showSequenceBrowser(browserNode)
        self.seekWidget.setMRMLSequenceBrowserNode(browserNode)
        self.playWidget.setMRMLSequenceBrowserNode(browserNode)
        self._labelLayer.show(proxy)
        self._outline.show(segmentationNode)
        self._plot.show(sequenceNode, browserNode, self._numbers)
        if self._surface.adopt(sequenceNode):
            self._setChecked(True)

        scene = slicer.mrmlScene
        self.addObserver(browserNode, vtk.vtkCommand.ModifiedEvent, self._onBrowserModified)
        self.addObserver(scene, scene.NodeAddedEvent, self._onNodeAdded)
        self.addObserver(scene, scene.NodeAboutToBeRemovedEvent, self._onNodeAboutToBeRemoved)
        self.addObserver(scene, scene.StartCloseEvent, self._onSceneStartClose)
        for view in slicer.util.getNodesByClass("vtkMRMLViewNode"):
            self.addObserver(view, vtk.vtkCommand.ModifiedEvent, self._onViewModified)
        self._item = -1
        self._onBrowserModified()
        self._onViewModified()
        self._section.visible = True

    def hide(self) -> None:
        """Stop playing, and show again what was there before; also when a module is left."""
        self._letGo()
        self._surface.remove()

    def close(self) -> None:
        """Hide, and let go of the widgets for good."""
        self.hide()
        self.ui.showIn3DCheckBox.disconnect("toggled(bool)", self._onShowIn3D)

    def _letGo(self) -> None:
        """Everything that hiding takes, except to remove the surface."""
        self.removeObservers()
        self._section.visible = False
        if self._browserNode is None:
            return
        self._browserNode.SetPlaybackActive(False)
        self.seekWidget.setMRMLSequenceBrowserNode(None)
        self.playWidget.setMRMLSequenceBrowserNode(None)
        self._labelLayer.restore()
        self._outline.restore()
        self._plot.close()
        self._sequenceNode = self._browserNode = None

    def _proxyNode(self):
        """The label map on display; a user who has deleted it gets another."""
        if self._browserNode.GetProxyNode(self._sequenceNode) is None:
            slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(self._browserNode)
        return self._browserNode.GetProxyNode(self._sequenceNode)

    # The step

    def _onBrowserModified(self, caller=None, event=None) -> None:
        item = self._browserNode.GetSelectedItemNumber()
        if item == self._item or not 0 <= item < self._sequenceNode.GetNumberOfDataNodes():
            return
        self._item = item
        self.ui.stepLabel.text = _("{title}: {volume} mL").format(
            title=stepTitle(self._numbers[item]), volume=hundredths_text(self._plot.volume(item))
        )
        volumes = self._plot.volumes(item)
        self.ui.labelsLabel.text = labelsHtml(volumes)
        # With one label the line above says it all.
        self.ui.labelsLabel.visible = len(volumes) > 1
        self._plot.mark(item)
        self._updateSurface()

    # 3D

    def _onShowIn3D(self, checked: bool) -> None:
        if self._sequenceNode is not None:
            self._updateSurface()

    def _onViewModified(self, caller=None, event=None) -> None:
        checkBox, possible = self.ui.showIn3DCheckBox, _threeDViewOnDisplay()
        if checkBox.enabled != possible or not checkBox.toolTip:
            checkBox.enabled = possible
            checkBox.toolTip = (
                _("Show the surface of the step on display")
                if possible
                else _("The present layout has no 3D view; choose one that has")
            )
            self._updateSurface()

    def _updateSurface(self) -> None:
        shown = self.ui.showIn3DCheckBox.checked and _threeDViewOnDisplay()
        self._outline.giveWayIn3D(shown)
        if shown:
            labelNode = self._sequenceNode.GetNthDataNode(self._item)
            self._surface.show(labelNode, self._proxyNode(), self._sequenceNode, self._folderItem)
        else:
            self._surface.remove()

    def _setChecked(self, checked: bool) -> None:
        wasBlocked = self.ui.showIn3DCheckBox.blockSignals(True)
        self.ui.showIn3DCheckBox.checked = checked
        self.ui.showIn3DCheckBox.blockSignals(wasBlocked)

    # Scene

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeAdded(self, caller, event, node) -> None:
        if node.IsA("vtkMRMLViewNode"):
            self.addObserver(node, vtk.vtkCommand.ModifiedEvent, self._onViewModified)
            self._onViewModified()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeAboutToBeRemoved(self, caller, event, node) -> None:
        if node is self._surface.node:
            self._setChecked(False)
            self._outline.giveWayIn3D(False)
        elif node in (self._sequenceNode, self._browserNode, self._browserNode.GetProxyNode(self._sequenceNode)):
            self._letGo()
        else:
            return
        # Not now: when a folder is deleted, Slicer does not expect other nodes of it to vanish meanwhile.
        qt.QTimer.singleShot(0, self._surface.remove)

    def _onSceneStartClose(self, caller, event) -> None:
        self.hide()


def _threeDViewOnDisplay() -> bool:
    return any(view.IsMappedInLayout() for view in slicer.util.getNodesByClass("vtkMRMLViewNode"))
