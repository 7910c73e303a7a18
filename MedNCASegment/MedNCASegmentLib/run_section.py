"""The part of the panel that tells of the run under way: progress bar, live label map and messages."""

from collections.abc import Callable

from .live_view import LiveView
from .problems import problemText
from .run_timer import RunTimer

PROGRESS_MAXIMUM = 1000
CHOICES = ("volumeSelector", "scopeSelector", "regionSelector", "modelSelector", "modelButtons", "advancedSection")
CHOICES_FOR_ONE = ("segmentationSelector", "watchLiveCheckBox")


class RunSection:
    """Runs one segmentation at a time, and says how far it is and how it ended."""

    def __init__(self, ui, onEnd: Callable, onOver: Callable[[], None]) -> None:
        """
        Args:
            ui: has progressBar, progressLabel and messageLabel, and what CHOICES and CHOICES_FOR_ONE name.
            onEnd: is called with a run that has ended well; what it raises is shown as a problem.
            onOver: is called after a run is over, however it ended.
        """
        self._ui, self._onEndWell, self._onOver = ui, onEnd, onOver
        self._timer = RunTimer(self._onProgress, self._onEnd, self.fail)
        self._liveView: LiveView | None = None
        self._makeLiveView: Callable[[], LiveView] | None = None
        self._describe: Callable[..., str] = str
        self._showBar(False)
        self.say("")

    @property
    def running(self) -> bool:
        return self._timer.run is not None

    def start(self, run, describe: Callable[..., str], makeLiveView: Callable[[], LiveView] | None = None) -> None:
        """Begin a run.

        Args:
            run: is pulled until it has finished.
            describe: from its progress to a text.
            makeLiveView: makes what shows it live, each time the module is entered meanwhile; None shows nothing.
        """
        self.say("")
        self._describe = describe
        self._makeLiveView = makeLiveView
        self._timer.start(run)
        self._showBar(True)
        self.showLive()

    def stop(self, message: str) -> None:
        """Cancel a run that is under way, and say why."""
        if self._timer.stop():
            self._over(message)

    def fail(self, problem: Exception) -> None:
        """Say a problem in one sentence; what nobody foresaw goes to the log with its details."""
        self._timer.stop()
        self._over(problemText(problem))

    def say(self, text: str) -> None:
        """Show one sentence; an empty one takes the line away."""
        self._ui.messageLabel.text = text
        self._ui.messageLabel.visible = bool(text)

    def lock(self, many: bool) -> None:
        """Disable what cannot be changed under a run, and what has no meaning for many volumes, which get new nodes.

        The card of the model stays readable.
        """
        for name in (*CHOICES, *CHOICES_FOR_ONE):
            getattr(self._ui, name).enabled = not self.running and not (many and name in CHOICES_FOR_ONE)

    def showLive(self) -> None:
        """Show the run under way over the slices, if that was asked for."""
        if self.running and self._makeLiveView is not None and self._liveView is None:
            self._liveView = self._makeLiveView()

    def hideLive(self) -> None:
        """Show the slices as they were; a run goes on without being watched."""
        liveView, self._liveView = self._liveView, None
        if liveView is not None:
            liveView.close()

    def close(self) -> None:
        """Cancel, and let go of the timer for good."""
        self._timer.close()
        self.hideLive()

    def _onProgress(self, progress) -> None:
        self._ui.progressBar.value = int(progress.fraction * PROGRESS_MAXIMUM)
        self._ui.progressLabel.text = self._describe(progress)
        if self._liveView is not None:
            self._liveView.update(progress)

    def _onEnd(self, run) -> None:
        self.hideLive()
        self._over(self._onEndWell(run))

    def _over(self, message: str) -> None:
        self.hideLive()
        self._makeLiveView = None
        self._showBar(False)
        self.say(message)
        self._onOver()

    def _showBar(self, visible: bool) -> None:
        self._ui.progressBar.value = 0
        self._ui.progressBar.visible = visible
        self._ui.progressLabel.text = ""
        self._ui.progressLabel.visible = visible
