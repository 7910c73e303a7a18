"""``slicer.modules.sequences`` as Slicer's window has it: the sequence toolbar, and the timer that plays."""

import slicer
import vtk
from PySide6.QtCore import QTimer

from ..modules import CoreModule
from ..pythonqt.proxies import wrap
from .sequence_browser import qMRMLSequenceBrowserToolBar

PERIOD_MILLISECONDS = 20


class SequencesModule(CoreModule):
    """What scripts use of ``qSlicerSequencesModule``. It plays while there is a browser node in the scene."""

    def __init__(self, logic, window):
        """``logic`` is the module's logic, ``window`` the main window that gets the toolbar, hidden at first."""
        super().__init__("Sequences", logic)
        self.autoShowToolBar = True
        self._toolBar = qMRMLSequenceBrowserToolBar()
        self._toolBar.setMRMLScene(slicer.mrmlScene)
        self._toolBar.setVisible(False)
        window.addToolBar(self._toolBar)
        self._timer = QTimer()
        self._timer.setInterval(PERIOD_MILLISECONDS)
        self._timer.timeout.connect(logic.UpdateAllProxyNodes)
        scene = slicer.mrmlScene
        scene.AddObserver(scene.NodeAddedEvent, self._onNodeAdded)
        scene.AddObserver(scene.NodeRemovedEvent, self._onNodeRemoved)

    def toolBar(self):
        return wrap(self._toolBar)

    def setToolBarVisible(self, visible: bool) -> None:
        self._toolBar.setVisible(visible)

    def isToolBarVisible(self) -> bool:
        return not self._toolBar.isHidden()

    def setToolBarActiveBrowserNode(self, browserNode) -> None:
        self._toolBar.setActiveBrowserNode(browserNode)

    def showSequenceBrowser(self, browserNode) -> bool:
        """Shows the toolbar, with this browser in it."""
        if self.autoShowToolBar:
            self.setToolBarActiveBrowserNode(browserNode)
            self.setToolBarVisible(True)
        return True

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeAdded(self, _scene, _event, node) -> None:
        if node.IsA("vtkMRMLSequenceBrowserNode") and not self._timer.isActive():
            self._timer.start()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeRemoved(self, scene, _event, node) -> None:
        last = scene.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode") is None
        if node.IsA("vtkMRMLSequenceBrowserNode") and last:
            self._timer.stop()
