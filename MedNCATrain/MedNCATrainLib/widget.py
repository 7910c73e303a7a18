"""The panel of the module: five sections one below the other, which know each other only through the parameters."""

import sys

import qt
import slicer
import vtk
from MedNCASegmentLib.node_watcher import NodeWatcher
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleWidget
from slicer.util import VTKObservationMixin

from .cases_section import CasesSection
from .logic import MedNCATrainLogic
from .own_parameters import OwnParameters
from .parameters import MedNCATrainParameterNode
from .report_section import ReportSection
from .result_section import ResultSection
from .run_section import RunSection
from .settings_section import SettingsSection


class MedNCATrainWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """Hands the parameter node of the scene to the sections, and tells them when it has changed."""

    def __init__(self, parent=None) -> None:
        # Before the base class, which sets up at once when it has no parent.
        self.logic: MedNCATrainLogic | None = None
        self.sections: list = []
        self._parameters: MedNCATrainParameterNode | None = None
        self._notice = ""  # what is still to be said of a scene that was added
        VTKObservationMixin.__init__(self)
        ScriptedLoadableModuleWidget.__init__(self, parent)

    def setup(self) -> None:
        """Build the panel."""
        ScriptedLoadableModuleWidget.setup(self)
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/MedNCATrain.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)

        self._parametersWatcher = NodeWatcher(self._onParametersModified, vtk.vtkCommand.ModifiedEvent)
        self.logic = MedNCATrainLogic()
        self._own = OwnParameters(self.logic)
        self.cases = CasesSection(self.ui.casesPlace.layout(), self.logic, self.showSections)
        self.settings = SettingsSection(self.ui.settingsPlace.layout(), self.logic)
        self.run = RunSection(self.ui.runPlace.layout(), self.logic)
        self.results = ResultSection(self.ui.resultsPlace.layout(), self.logic)
        self.report = ReportSection(self.ui.reportPlace.layout())
        self.sections = [self.cases, self.settings, self.run, self.results, self.report]

        # Opening a scene closes the former one, and at once reads nodes that would else be added anew meanwhile.
        self._later = qt.QTimer()
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.connect("timeout()", self._onSceneRenewed)
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self._onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self._onSceneEndClose)
        self.addObserver(scene, scene.StartImportEvent, self._onSceneStartImport)
        self.addObserver(scene, scene.EndImportEvent, self._onSceneEndImport)
        self.addObserver(scene, scene.StartRestoreEvent, self._onSceneStartRestore)
        self.addObserver(scene, scene.EndRestoreEvent, self._onSceneRenewed)
        self.initializeParameterNode()

    def cleanup(self) -> None:
        """Called when the module is unloaded or reloaded, and when the application closes."""
        self.setParameterNode(None)
        self._later.stop()
        self._later.disconnect("timeout()", self._onSceneRenewed)
        for section in self.sections:
            section.close()
        self.removeObservers()

    def enter(self) -> None:
        """Called each time the module is opened."""
        self.initializeParameterNode()

    def exit(self) -> None:
        """Called each time another module is opened."""
        self.setParameterNode(None)

    def onReload(self) -> None:
        """Reload the module with its library, which Slicer's own reload does not know of."""
        for name in [name for name in sys.modules if name.partition(".")[0] == "MedNCATrainLib"]:
            del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)

    def initializeParameterNode(self) -> None:
        """Show the scene's parameter node."""
        self.setParameterNode(self.logic.getParameterNode())
        if self._notice:
            self.cases.say(self._notice)
            self._notice = ""

    def setParameterNode(self, parameters: MedNCATrainParameterNode | None) -> None:
        """Show another parameter node of this module, or None to let go of the one shown."""
        self._parametersWatcher.watch(None)
        self._parameters = parameters
        for section in self.sections:
            section.setParameters(parameters)
        if parameters is not None:
            self._parametersWatcher.watch(parameters)
            self.showSections()

    def showSections(self) -> None:
        """Let every section show how things stand now."""
        if self._parameters is not None:
            for section in self.sections:
                section.show()

    def _onParametersModified(self, caller=None, event=None) -> None:
        # In a scene that is being read, nodes that would be added are only still to come.
        if not slicer.mrmlScene.IsImporting():
            self.showSections()

    def _onSceneStartClose(self, caller, event) -> None:
        self._notice = ""
        self.setParameterNode(None)
        self.cases.forget()
        self.settings.forget()

    def _onSceneEndClose(self, caller, event) -> None:
        self._later.start()

    def _onSceneStartImport(self, caller, event) -> None:
        self._own.keep()
        self.setParameterNode(None)

    def _onSceneEndImport(self, caller, event) -> None:
        self._notice = self._own.restore() or self._notice
        self._onSceneRenewed()

    def _onSceneStartRestore(self, caller, event) -> None:
        # A scene view overwrites the parameters, as is wanted, and nodes one after the other.
        self.setParameterNode(None)

    def _onSceneRenewed(self, caller=None, event=None) -> None:
        self._later.stop()
        # Parameters are read before the nodes that they refer to have come; read them again.
        scene = slicer.mrmlScene
        if self.parent.isEntered and not scene.IsImporting() and not scene.IsRestoring():
            self.initializeParameterNode()
