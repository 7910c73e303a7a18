"""The section of the panel in which a report is made of how robust the trained model is."""

from pathlib import Path
from typing import Any

import qt
import slicer
from mednca import MedNCAError
from mednca.report.result import REPORT, read_result
from MedNCASegmentLib.run_section import PROGRESS_MAXIMUM
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from .case_list import fileName
from .folder_process import RunState
from .install_model import TrainedModel, trainedModel
from .known_runs import markSeen, remember
from .report_cases import ReportCases, casesOfRun, obstacle, requestReport
from .report_chart import ReportChart
from .report_nodes import chartsOf, showReport
from .report_process import ReportProcess, ReportStatus, reportFolder
from .report_wording import artefactsText, endText, progressText, summaryText
from .results_nodes import showTableInLayout
from .results_plot import showChartInLayout
from .torch_offer import isTorchThere, offer

UI_FILE = Path(__file__).resolve().parent.parent / "Resources" / "UI" / "MedNCATrainReport.ui"
MILLISECONDS = 1000  # between two looks at a report that is being made


class ReportSection(VTKObservationMixin):
    """Starts the process that makes a report, and shows what it has made. It goes on without this panel, and is found
    again by the folder of the run.
    """

    def __init__(self, layout) -> None:
        """Adds the section to the layout of the panel."""
        VTKObservationMixin.__init__(self)
        self._parameters = None
        section = slicer.util.loadUI(str(UI_FILE))
        layout.addWidget(section)
        self.ui = slicer.util.childWidgetVariables(section)
        section.setMRMLScene(slicer.mrmlScene)
        self._chart = ReportChart(self.ui.reportPlotPlace.layout(), self.ui.reportLegendLabel)
        self._process: ReportProcess | None = None
        self._trained: TrainedModel | None = None
        self._cases = ReportCases([], [])
        self._reason, self._offer = "", None  # why it cannot be made, and what it lacks
        self._message = ""  # what went wrong on a click
        self._isAsked = False  # to end
        self._isRemembered = False
        self._timer = qt.QTimer()
        # One shot: an event loop inside a look, of a dialog perhaps, must not start another look.
        self._timer.setSingleShot(True)
        self._slots = {
            (self._timer, "timeout()"): self.show,
            (self.ui.makeReportButton, "clicked(bool)"): self._onMake,
            (self.ui.artefactsButton, "clicked(bool)"): self._onOffer,
            (self.ui.reportTableButton, "clicked(bool)"): self._onShowTable,
            (self.ui.reportPlotButton, "clicked(bool)"): self._onShowPlot,
            (self.ui.reportFolderButton, "clicked(bool)"): self._onOpenFolder,
            (self.ui.reportCasesSelector, "currentIndexChanged(int)"): self._onCasesChosen,
            (self.ui.experimentSelector, "currentIndexChanged(int)"): self._onExperimentChosen,
        }
        for (sender, signal), slot in self._slots.items():
            sender.connect(signal, slot)
        self.addObserver(slicer.mrmlScene, slicer.vtkMRMLScene.NodeRemovedEvent, self._onNodeRemoved)

    def setParameters(self, parameters) -> None:
        """Show other parameters, or None to let go of those shown; a report that is being made is made all the same."""
        self._parameters, self._process, self._message = parameters, None, ""
        self._timer.stop()
        self._chart.hide()

    def show(self) -> None:
        """Look at the run and its report; called after each change of the parameters, and while a report is made."""
        if self._parameters is None or slicer.mrmlScene.IsImporting():
            return
        run = self._run()
        self._watch(run)
        problem, result = "", None
        try:
            self._trained = trainedModel(run) if run is not None else None
            self._cases = casesOfRun(run) if run is not None else ReportCases([], [])
            if run is not None and (reportFolder(run) / REPORT).exists():
                result = read_result(reportFolder(run))
        except MedNCAError as error:
            problem = str(error)
        if result is not None:
            # This calls back here, so it comes before everything that may be different after that.
            self._addNodes(run, result)
        self._reason = obstacle(self._parameters, self._trained, self._cases)
        self._offer = offer(True)
        status = self._process.status() if self._process is not None else None
        state = self._process.state(status) if self._process is not None else RunState.NONE
        isOver = self._process is None or (not state.isLive and self._process.isOver())
        self._follow(run, state, isOver)
        self._showRequest(state, isOver)
        self._showProgress(state, status, problem)
        self._showResult(result)

    def close(self) -> None:
        """Let go of the widgets."""
        self.setParameters(None)
        self.removeObservers()
        for (sender, signal), slot in self._slots.items():
            sender.disconnect(signal, slot)

    # What the buttons do

    def _onMake(self, checked: bool = False) -> None:
        process = self._process
        self._message = ""
        try:
            if not process.state(process.status()).isLive:
                names = self._cases.every if self._isOfAll() else self._cases.heldOut
                process.start(requestReport(self._run(), self._trained, names))
                self._isAsked = self._isRemembered = False
            elif self._isAsked:
                if process.end():
                    self._message = endText(RunState.PAUSED, None, process.hasBegun(), "")
            else:
                self._isAsked = True
                process.pause()
        except MedNCAError as problem:
            self._message = str(problem)
        self.show()

    def _onOffer(self, checked: bool = False) -> None:
        try:
            self._message = self._offer.install()
        except MedNCAError as problem:
            self._message = str(problem)
        self.show()

    def _onShowTable(self, checked: bool = False) -> None:
        showTableInLayout(self._parameters.reportTable)

    def _onShowPlot(self, checked: bool = False) -> None:
        showChartInLayout(self._chosenChart())

    def _onOpenFolder(self, checked: bool = False) -> None:
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(self._process.folder)))

    def _onCasesChosen(self, index: int) -> None:
        if self._parameters is not None:
            self._parameters.reportOfAllCases = index == 1

    def _onExperimentChosen(self, index: int) -> None:
        self._chart.show(self._chosenChart())

    def _onNodeRemoved(self, caller, event) -> None:
        # Not now: Slicer does not expect other nodes to vanish while it removes one.
        # And once only, however many nodes go.
        if self._parameters is not None and not slicer.mrmlScene.IsClosing():
            self._timer.start(0)

    # The process

    def _run(self) -> Path | None:
        return Path(self._parameters.workFolder) if self._parameters.workFolder else None

    def _watch(self, run: Path | None) -> None:
        folder = reportFolder(run) if run is not None else None
        if folder != (self._process.folder if self._process is not None else None):
            self._process = ReportProcess(folder) if folder is not None else None
            self._isAsked, self._isRemembered, self._message = False, False, ""

    def _follow(self, run: Path | None, state: RunState, isOver: bool) -> None:
        """See to it that a report that is being made is looked at again, by another Slicer too."""
        self._timer.stop()
        if not isOver:
            self._timer.start(MILLISECONDS)
        if not state.isLive:
            if self._isRemembered:
                markSeen(run)
            self._isAsked = self._isRemembered = False
            return
        if not self._isRemembered:
            self._isRemembered = True
            remember(run)
        if self._isAsked and not self._process.isStopping():
            # A process that was still starting has thrown the wish away, taking it for one to its predecessor.
            try:
                self._process.pause()
            except MedNCAError as problem:
                self._message = str(problem)

    # Showing

    def _isOfAll(self) -> bool:
        return self._parameters.reportOfAllCases or not self._cases.heldOut

    def _showRequest(self, state: RunState, isOver: bool) -> None:
        ui, cases = self.ui, self._cases
        missing = self._offer is not None and not self._reason and not state.isLive
        ui.artefactsLabel.text = artefactsText(isTorchThere())
        ui.artefactsButton.text = self._offer.button if missing else ""
        ui.artefactsLabel.visible = ui.artefactsButton.visible = missing
        texts = [
            _("Held-out cases ({count})").format(count=len(cases.heldOut)),
            _("All cases of the run ({count})").format(count=len(cases.every)),
        ]
        selector = ui.reportCasesSelector
        wasBlocked = selector.blockSignals(True)
        if [selector.itemText(index) for index in range(selector.count)] != texts:
            selector.clear()
            selector.addItems(texts)
        selector.setCurrentIndex(1 if self._isOfAll() else 0)
        selector.blockSignals(wasBlocked)
        selector.enabled = not self._reason and not state.isLive and bool(cases.heldOut)
        live = _("End now") if self._isAsked else _("Cancel")
        ui.makeReportButton.text = live if state.isLive else _("Make report")
        # One that has said that it ends may take a moment to do so.
        ui.makeReportButton.enabled = state.isLive or (isOver and not self._reason)
        reason = "" if state.isLive else self._reason
        if not reason and not state.isLive and not cases.heldOut:
            reason = _("No case was held out of this run, so a report is of cases that the model has learnt from.")
        ui.reportReasonLabel.text, ui.reportReasonLabel.visible = reason, bool(reason)

    def _showProgress(self, state: RunState, status: ReportStatus | None, problem: str) -> None:
        ui = self.ui
        ui.reportProgressBar.visible = ui.reportProgressLabel.visible = state.isLive
        ui.reportProgressBar.value = int(PROGRESS_MAXIMUM * status.fraction) if status is not None else 0
        ui.reportProgressLabel.text = progressText(status, self._isAsked)
        message = self._message or problem
        if not message and self._process is not None:
            lastWords = self._process.lastWords() if state in (RunState.FAILED, RunState.GONE) else ""
            message = endText(state, status, self._process.hasBegun(), lastWords)
        ui.reportMessageLabel.text, ui.reportMessageLabel.visible = message, bool(message)

    def _addNodes(self, run: Path, result: dict[str, Any]) -> None:
        """Bring the report into the scene; what was deleted there stays away."""
        parameters = self._parameters
        written = str((reportFolder(run) / REPORT).stat().st_mtime_ns)
        stamp = f"{written} {parameters.workFolder}"
        if parameters.reportShown != stamp:
            # First, as it calls back here.
            parameters.reportShown = stamp
            # The name on the panel may be that of the next model already.
            model = result["model"]["name"]
            name = parameters.modelName if fileName(parameters.modelName) == model else model
            parameters.reportTable = showReport(parameters.workFolder, written, name, result)

    def _showResult(self, result: dict[str, Any] | None) -> None:
        """Of a run whose folder is not on this computer, table and charts of the scene are still there."""
        ui = self.ui
        ui.reportSummaryLabel.visible = result is not None
        if result is not None:
            ui.reportSummaryLabel.text = summaryText(result, self._cases, self._isEarlier(), self._offer is None)
        ofThisRun = self._parameters.reportShown.partition(" ")[2] == self._parameters.workFolder
        shown = ofThisRun and (result is not None or self._trained is None)
        tableNode = self._parameters.reportTable if shown else None
        charts = chartsOf(tableNode)
        self._offerCharts(charts)
        self._chart.show(self._chosenChart())
        for widget in (ui.experimentLabel, ui.experimentSelector, ui.reportPlotButton):
            widget.visible = bool(charts)
        ui.reportTableButton.visible = tableNode is not None
        ui.reportFolderButton.visible = result is not None

    def _offerCharts(self, charts: list) -> None:
        selector = self.ui.experimentSelector
        identifiers = [chart.GetID() for chart in charts]
        if [selector.itemData(index) for index in range(selector.count)] == identifiers:
            return
        wasBlocked, chosen = selector.blockSignals(True), selector.currentText
        selector.clear()
        for chart, identifier in zip(charts, identifiers, strict=True):
            selector.addItem(chart.GetTitle(), identifier)
        # The same experiment of another report.
        selector.setCurrentIndex(max(0, selector.findText(chosen)))
        selector.blockSignals(wasBlocked)

    def _chosenChart(self):
        identifier = self.ui.experimentSelector.currentData
        return slicer.mrmlScene.GetNodeByID(identifier) if identifier else None

    def _isEarlier(self) -> bool:
        """Whether the model was written after the report of it."""
        report = self._process.folder / REPORT
        return self._trained is not None and self._trained.path.stat().st_mtime_ns > report.stat().st_mtime_ns
