"""The widgets that show a run: its progress, curves, preview and log."""

from pathlib import Path

import qt
from MedNCASegmentLib.run_section import PROGRESS_MAXIMUM
from slicer.i18n import tr as _

from .curves import TrainingCurves
from .folder_process import RunState
from .preview_steps import PreviewSteps
from .run_files import RunFiles
from .run_trouble import memoryAdvice
from .run_watcher import RunWatcher
from .run_wording import endText, fraction, progressText


class RunView:
    """Shows what a watcher has seen."""

    def __init__(self, ui) -> None:
        """
        Args:
            ui: of the section.
        """
        self._ui = ui
        self.curves = TrainingCurves(ui.curvesPlace.layout(), ui.legendLabel)
        self._preview = PreviewSteps(ui)
        self._folders: list[Path] = []
        font = qt.QFontDatabase.systemFont(qt.QFontDatabase.FixedFont)
        ui.logText.setFont(font)

    def showRuns(self, folders: list[Path], shown: Path | None) -> None:
        """Offer runs to be shown; the one that is shown is among them."""
        if shown is not None and shown not in folders:
            folders = [shown, *folders]
        selector = self._ui.runSelector
        wasBlocked = selector.blockSignals(True)
        if folders != self._folders:
            self._folders = folders
            selector.clear()
            selector.addItem(_("No run"), "")
            for index, folder in enumerate(folders):
                selector.addItem(folder.name, str(folder))
                selector.setItemData(index + 1, str(folder), qt.Qt.ToolTipRole)
        selector.setCurrentIndex(folders.index(shown) + 1 if shown is not None else 0)
        selector.blockSignals(wasBlocked)
        for name in ("runSelectorLabel", "runSelector", "openFolderButton"):
            getattr(self._ui, name).visible = bool(folders)
        self._ui.openFolderButton.enabled = shown is not None

    def showPreparation(self, progress) -> None:
        """Show how many cases are written for a run that is about to start."""
        self._ui.progressBar.value = int(PROGRESS_MAXIMUM * progress.fraction)
        self._ui.progressLabel.text = _("Writing case {number} of {count}").format(
            number=min(progress.done + 1, progress.count), count=progress.count
        )

    def show(self, watcher: RunWatcher, message: str, preparing: bool, stopping: bool) -> None:
        """Show a run as it is.

        Args:
            watcher: of the run.
            message: takes the place of what the run itself would have said.
            preparing: cases are being written for another run; its progress is shown.
            stopping: the run was asked to end.
        """
        ui, state, status, files = self._ui, watcher.state, watcher.status, watcher.files
        isLive = state.isLive
        ui.progressBar.visible = ui.progressLabel.visible = isLive or preparing
        if not preparing:
            ui.progressBar.value = int(PROGRESS_MAXIMUM * fraction(status))
            ui.progressLabel.text = progressText(state, status, stopping)
        if not message and files is not None:
            message = "" if isLive else self._endText(watcher)
        ui.messageLabel.text, ui.messageLabel.visible = message, bool(message)
        ui.logSection.visible = files is not None
        if files is None:
            self.curves.hide()
            self._preview.hide()
        else:
            self.curves.show(files.folder.name, files, status.iterations if status else None)
            self._preview.show(files)
            self.showLog(files)
        ui.showCurvesButton.visible = files is not None and self.curves.isShown

    @staticmethod
    def _endText(watcher: RunWatcher) -> str:
        state, status, files = watcher.state, watcher.status, watcher.files
        if state is RunState.NONE and not files.folder.is_dir():
            text = _("The folder of this run, '{folder}', is not there; connect its drive, or put it back.")
            return text.format(folder=files.folder)
        advice = memoryAdvice(files.folder, status) if state is RunState.GONE else ""
        return endText(state, status, watcher.process.canResume(), files.output(), advice)

    def showLog(self, files: RunFiles) -> None:
        """Show what the process has printed, unless that part of the panel is folded up."""
        edit = self._ui.logText
        if self._ui.logSection.collapsed:
            return
        text = files.output()
        if text == edit.plainText:
            return
        bar = edit.verticalScrollBar()
        place, atEnd = bar.value, bar.value >= bar.maximum
        edit.setPlainText(text)
        # Who has scrolled up reads; who has not wants to see what is new.
        bar.value = bar.maximum if atEnd else place

    def follow(self, watcher: RunWatcher) -> bool:
        """Keep the curves that are in the scene up to date while the panel is not shown; whether there are any."""
        return self.curves.follow(watcher.files, watcher.status.iterations if watcher.status else None)

    def leave(self) -> None:
        """Show nothing for a while."""
        self.curves.hide()
        self._preview.hide()

    def close(self) -> None:
        """Let go of the widgets for good."""
        self.curves.hide()
        self._preview.close()
