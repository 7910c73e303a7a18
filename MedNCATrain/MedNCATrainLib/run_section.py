"""The section of the panel in which a training run is started, paused and watched."""

from pathlib import Path

import qt
import slicer
from mednca import MedNCAError
from MedNCASegmentLib.problems import problemText
from MedNCASegmentLib.run_timer import RunTimer
from slicer.i18n import tr as _

from .folder_process import RunState
from .known_runs import knownFolders, markSeen, remember, setStopsWithSlicer, stopsWithSlicer, unseenFolder
from .run_process import RunProcess, pauseAll
from .run_view import RunView
from .run_watcher import RunWatcher
from .torch_offer import offer

UI_FILE = Path(__file__).resolve().parent.parent / "Resources" / "UI" / "MedNCATrainRun.ui"
RESUMABLE = (RunState.PAUSED, RunState.FAILED, RunState.GONE)


class RunSection:
    """Starts runs and shows one of them. A run goes on without this panel, and is found again by its folder."""

    def __init__(self, layout, logic) -> None:
        """
        Args:
            layout: of the panel; the section is added to it.
            logic: of the module.
        """
        self._logic = logic
        self._parameters = None
        section = slicer.util.loadUI(str(UI_FILE))
        layout.addWidget(section)
        self.ui = slicer.util.childWidgetVariables(section)
        section.setMRMLScene(slicer.mrmlScene)
        self._view = RunView(self.ui)
        self._watcher = RunWatcher(self._onLook)
        self._preparation = RunTimer(self._onPrepared, self._onReady, self._onProblem)
        self._reason, self._offer = "", None  # why a training cannot start
        self._message = ""  # what was said last; it stands until the run has other news
        self._news: tuple = ()
        self._isAsked = False  # to end
        self._startedFor = None  # the parameters for which cases are being written
        self._known: list[Path] = []  # looked for now and then: a network drive may take its time to answer
        self._slots = {
            (self.ui.offerButton, "clicked(bool)"): self._onOffer,
            (self.ui.startButton, "clicked(bool)"): self._onStart,
            (self.ui.pauseButton, "clicked(bool)"): self._onPause,
            (self.ui.stopButton, "clicked(bool)"): self._onStop,
            (self.ui.openFolderButton, "clicked(bool)"): self._onOpenFolder,
            (self.ui.showCurvesButton, "clicked(bool)"): self._onShowCurves,
            (self.ui.runSelector, "currentIndexChanged(int)"): self._onRunChosen,
            (self.ui.logSection, "contentsCollapsed(bool)"): self._onLogToggled,
            (self.ui.stopWithSlicerCheckBox, "toggled(bool)"): setStopsWithSlicer,
        }
        self.ui.stopWithSlicerCheckBox.checked = stopsWithSlicer()
        for (widget, signal), slot in self._slots.items():
            widget.connect(signal, slot)
        self._showAll()

    @property
    def watcher(self) -> RunWatcher:
        """What is known of the run that is shown."""
        return self._watcher

    def setParameters(self, parameters) -> None:
        """Show other parameters, or None to let go of those shown."""
        self._parameters = parameters
        if parameters is not None:
            self._known = knownFolders()
            if not parameters.workFolder:
                # A new scene knows nothing of a run that goes on, or has ended since it was last looked at.
                found = unseenFolder()
                parameters.workFolder = str(found) if found is not None else ""
            # Of a run that had ended, or that was not looked at meanwhile, there may be news.
            self._watcher.look()
            return
        self._view.leave()
        if slicer.mrmlScene.IsClosing():
            # Nothing more into a scene that goes away. When only the panel is left, the curves go on.
            self._preparation.stop()
            self._watcher.watch(None)
            self._view.curves.forget()

    def show(self) -> None:
        """Show the parameters as they are now; called after each change of them, and never while there are none."""
        parameters = self._parameters
        if parameters is None:
            return
        folder = Path(parameters.workFolder) if parameters.workFolder else None
        if folder != self._watcher.folder:
            self._isAsked, self._message = False, ""
            self._watcher.watch(folder)
        self._reason = self._logic.obstacle(parameters)
        self._offer = offer(not self._reason and self._logic.plan(parameters).recipe.artefacts > 0)
        self._showAll()

    def close(self) -> None:
        """Let go of the widgets; the run goes on."""
        self._preparation.close()
        self._watcher.close()
        self._view.close()
        for (widget, signal), slot in self._slots.items():
            widget.disconnect(signal, slot)

    # What the buttons do

    def _onOffer(self, checked: bool = False) -> None:
        try:
            self._say(self._offer.install())
        except MedNCAError as problem:
            self._say(str(problem))
        self.show()

    def _onStart(self, checked: bool = False) -> None:
        if self._preparation.stop():
            self._say(_("Cancelled; nothing was written."))
        else:
            try:
                self._say("")
                self._preparation.start(self._logic.prepare(self._parameters))
                self._startedFor = self._parameters
            except MedNCAError as problem:
                self._say(str(problem))
        self._showAll()

    def _onPause(self, checked: bool = False) -> None:
        process = self._watcher.process
        if self._watcher.state.isLive:
            self._ask(process)
        else:
            self._try(process.resume)
        self._watcher.look()

    def _onStop(self, checked: bool = False) -> None:
        process, state = self._watcher.process, self._watcher.state
        if state is RunState.RUNNING and not self._isAsked:
            self._ask(process)
        elif state is RunState.STARTING or self._confirmEnd():
            self._try(lambda: self._end(process))
        self._watcher.look()

    def _end(self, process: RunProcess) -> None:
        gone = process.end()
        self._say(_("Training was ended.") if gone else _("The training process could not be ended; try again."))

    def _ask(self, process: RunProcess) -> None:
        self._isAsked = True
        self._try(process.pause)

    def _confirmEnd(self) -> bool:
        return slicer.util.confirmOkCancelDisplay(
            _("End the training process now? What it has learnt since its last checkpoint is lost.")
        )

    def _try(self, action) -> None:
        try:
            action()
        except MedNCAError as problem:
            self._say(str(problem))

    def _onOpenFolder(self, checked: bool = False) -> None:
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(self._watcher.folder)))

    def _onShowCurves(self, checked: bool = False) -> None:
        self._view.curves.showInLayout()

    def _onRunChosen(self, index: int) -> None:
        if self._parameters is not None:
            self._parameters.workFolder = self.ui.runSelector.itemData(index) or ""

    def _onLogToggled(self, collapsed: bool) -> None:
        if self._watcher.files is not None:
            self._view.showLog(self._watcher.files)

    # From the cases to a process

    def _onPrepared(self, progress) -> None:
        self._view.showPreparation(progress)

    def _onReady(self, preparation) -> None:
        process = RunProcess(preparation.folder)
        try:
            process.start(preparation.arguments)
        except BaseException:
            preparation.discard()  # nobody would find these copies of the scans again
            raise
        remember(preparation.folder)
        self._known = knownFolders()
        self._isAsked, self._message = False, ""
        self._watcher.adopt(process)
        # Another module may be open by now.
        self._startedFor.workFolder = str(preparation.folder)
        self._showAll()

    def _onProblem(self, problem: Exception) -> None:
        self._say(problemText(problem))

    # Showing

    def _onLook(self) -> None:
        watcher = self._watcher
        if slicer.mrmlScene.IsImporting() or slicer.mrmlScene.IsRestoring():
            return  # curves that would be added are only still to come
        if self._isAsked and watcher.state.isLive:
            # A process that took long to start may have thrown the wish away, taking it for one to its predecessor.
            self._try(watcher.process.pause)
        if not watcher.state.isLive:
            self._isAsked = False
        news = (watcher.folder, watcher.state, watcher.status.bestIteration if watcher.status else None)
        if self._parameters is None:
            if not self._view.follow(watcher) and not self._isAsked:
                watcher.rest()
            return
        if news != self._news:
            if self._news[:1] == news[:1] and watcher.state.isLive:
                self._message = ""
            self._news = news
            if not watcher.state.isLive and watcher.state is not RunState.NONE:
                markSeen(watcher.folder)
            # The other sections show what the run has made.
            self._parameters.runNews = f"{watcher.state.value} {news[2]} {watcher.folder}"
        self._showAll()

    def _say(self, sentence: str) -> None:
        self._message = sentence
        self._showAll()

    def _showAll(self) -> None:
        if self._parameters is None:
            return
        watcher, preparing = self._watcher, self._preparation.run is not None
        state, ui = watcher.state, self.ui
        ready = not self._reason and self._offer is None
        ui.offerLabel.text = self._offer.sentence if self._offer else ""
        ui.offerButton.text = self._offer.button if self._offer else ""
        ui.offerLabel.visible = ui.offerButton.visible = self._offer is not None
        ui.startButton.text = _("Cancel") if preparing else _("Start training")
        ui.startButton.enabled = preparing or (ready and not state.isLive)
        ui.startButton.toolTip = self._reason or ui.offerLabel.text or _("Train a model on the cases")
        showsReason = bool(self._reason) and not state.isLive and not preparing
        ui.reasonLabel.text, ui.reasonLabel.visible = self._reason if showsReason else "", showsReason
        canResume = state in RESUMABLE and watcher.process.canResume() and watcher.process.isOver()
        ui.pauseButton.text = _("Resume") if state in RESUMABLE else _("Pause")
        ui.pauseButton.enabled = not preparing and (canResume or (state is RunState.RUNNING and not self._isAsked))
        ui.stopButton.text = _("End now") if self._isAsked else _("Stop")
        ui.stopButton.enabled = state.isLive
        self._view.showRuns(self._known, watcher.folder)
        self._view.show(watcher, self._message, preparing, self._isAsked)


def onSlicerCloses() -> None:
    """Pause the runs of this computer, if that is wanted."""
    if stopsWithSlicer():
        pauseAll(knownFolders())
