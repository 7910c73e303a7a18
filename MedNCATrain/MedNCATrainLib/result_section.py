"""The section of the panel with what came of a run: figures of the held-out cases, and the model to use."""

import os
from pathlib import Path

import qt
import slicer
from mednca import MedNCAError
from mednca.model import save_model
from MedNCASegmentLib import MedNCASegmentLogic
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from .case_list import fileName
from .install_model import TrainedModel, completedModel, installModel, trainedModel, useInSegment
from .result_wording import figuresHtml, modelText
from .results_nodes import chartOf, showEvaluation, showTableInLayout
from .results_plot import ChartOnPanel, showChartInLayout
from .results_table import RESULTS_FILE, HeldOutResults, readResults

UI_FILE = Path(__file__).resolve().parent.parent / "Resources" / "UI" / "MedNCATrainResults.ui"


class ResultSection(VTKObservationMixin):
    """Reads the folder of the run; what it says of the held-out cases goes into the scene once."""

    def __init__(self, layout, logic) -> None:
        """
        Args:
            layout: of the panel; the section is added to it.
            logic: of the module.
        """
        VTKObservationMixin.__init__(self)
        self._logic = logic
        self._parameters = None
        section = slicer.util.loadUI(str(UI_FILE))
        layout.addWidget(section)
        self.ui = slicer.util.childWidgetVariables(section)
        section.setMRMLScene(slicer.mrmlScene)
        self._chart = ChartOnPanel(self.ui.plotPlace.layout(), "MedNCAHeldOut")
        self._trained: TrainedModel | None = None
        self._later = qt.QTimer()
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.connect("timeout()", self.show)
        self._buttons = {
            self.ui.showTableButton: self._onShowTable,
            self.ui.showPlotButton: self._onShowPlot,
            self.ui.useButton: self._onUse,
            self.ui.saveModelButton: self._onSaveModel,
        }
        for button, slot in self._buttons.items():
            button.connect("clicked(bool)", slot)
        self.addObserver(slicer.mrmlScene, slicer.vtkMRMLScene.NodeRemovedEvent, self._onNodeRemoved)
        self._say("")

    def setParameters(self, parameters) -> None:
        """Show other parameters, or None to let go of those shown."""
        self._parameters = parameters
        self._chart.hide()
        self._say("")

    def show(self) -> None:
        """Read the folder of the run again; called after each change of the parameters and of the run."""
        if self._parameters is None or slicer.mrmlScene.IsImporting():
            return
        problem, results = "", None
        folder = self._folder()
        try:
            self._trained = trainedModel(folder) if folder is not None else None
            # Of a run that goes on, the evaluation is that of an earlier end.
            if self._trained is not None and self._trained.final:
                results = readResults(folder)
        except MedNCAError as error:
            problem = str(error)
        if results is not None:
            self._addNodes(folder, results)
        self.ui.modelLabel.text = problem or modelText(self._trained)
        self.ui.figuresLabel.text = figuresHtml(results)
        self.ui.figuresLabel.visible = results is not None
        self.ui.useButton.enabled = self._trained is not None
        self.ui.saveModelButton.enabled = self._trained is not None
        self._showNodes(results)

    def close(self) -> None:
        """Let go of the widgets."""
        self._later.stop()
        self._later.disconnect("timeout()", self.show)
        self._chart.hide()
        self.removeObservers()
        for button, slot in self._buttons.items():
            button.disconnect("clicked(bool)", slot)

    # Figures

    def _folder(self) -> Path | None:
        return Path(self._parameters.workFolder) if self._parameters.workFolder else None

    def _addNodes(self, folder: Path, results: HeldOutResults) -> None:
        """Bring the figures into the scene; those that were deleted there stay away."""
        parameters = self._parameters
        written = str((folder / RESULTS_FILE).stat().st_mtime_ns)
        stamp = f"{written} {parameters.workFolder}"
        if parameters.resultsShown != stamp:
            # First, as it calls back here.
            parameters.resultsShown = stamp
            # The name on the panel may be that of the next model already.
            isNamed = fileName(parameters.modelName) == results.model
            name = parameters.modelName if isNamed else results.model
            parameters.resultsTable = showEvaluation(parameters.workFolder, written, name, results)

    def _showNodes(self, results: HeldOutResults | None) -> None:
        """Of a run whose folder is not on this computer, table and chart of the scene are still there."""
        ofThisRun = self._parameters.resultsShown.partition(" ")[2] == self._parameters.workFolder
        shown = ofThisRun and (results is not None or self._trained is None)
        tableNode = self._parameters.resultsTable if shown else None
        chart = chartOf(tableNode)
        self._chart.show(chart)
        self.ui.showTableButton.visible = tableNode is not None
        self.ui.showPlotButton.visible = chart is not None

    def _onNodeRemoved(self, caller, event) -> None:
        # Not now: Slicer does not expect other nodes to vanish while it removes one.
        # And once only, however many nodes go.
        if self._parameters is not None and not slicer.mrmlScene.IsClosing():
            self._later.start()

    def _onShowTable(self, checked: bool = False) -> None:
        showTableInLayout(self._parameters.resultsTable)

    def _onShowPlot(self, checked: bool = False) -> None:
        showChartInLayout(chartOf(self._parameters.resultsTable))

    # Model

    def _onUse(self, checked: bool = False) -> None:
        try:
            name = installModel(completedModel(self._trained), MedNCASegmentLogic().models)
        except MedNCAError as problem:
            self._say(str(problem))
            return
        if name is not None:
            self._say(_("The model is in MedNCA Segment as '{name}'.").format(name=name))
            useInSegment(name)

    def _onSaveModel(self, checked: bool = False) -> None:
        try:
            model = completedModel(self._trained)
            path = askWhereToSave(model.card.name)
            if path:
                save_model(model, path)
                self._say(_("The model was saved as '{path}'.").format(path=path))
        except MedNCAError as problem:
            self._say(str(problem))

    def _say(self, sentence: str) -> None:
        self.ui.messageLabel.text = sentence
        self.ui.messageLabel.visible = bool(sentence)


def askWhereToSave(name: str) -> str:
    """Let a person choose the file to save a model to; empty when they do not."""
    path = qt.QFileDialog.getSaveFileName(
        slicer.util.mainWindow(), _("Save model"), f"{name}.npz", _("MedNCA models") + " (*.npz)"
    )
    if not path or path.endswith(".npz"):
        return path
    # The dialog has asked about the name without the ending alone.
    path = f"{path}.npz"
    question = _("'{path}' exists already. Replace it?").format(path=path)
    return path if not os.path.exists(path) or slicer.util.confirmOkCancelDisplay(question) else ""
