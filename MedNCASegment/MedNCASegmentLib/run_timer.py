"""Runs a segmentation from Qt's event loop, a little at a time, so that the window stays alive."""

from collections.abc import Callable

import qt

PULL_SECONDS = 0.03
PAUSE_MILLISECONDS = 1


class RunTimer:
    """Pulls one :class:`SegmentationRun` at a time until it ends.

    Calls `onProgress(progress)` after each pull, and when the run is over `onEnd(run)`, or `onProblem(exception)` if
    the run or a callback failed; the timer is then free for another run. A run that is stopped ends in silence.
    """

    def __init__(self, onProgress: Callable, onEnd: Callable, onProblem: Callable) -> None:
        self._onProgress, self._onEnd, self._onProblem = onProgress, onEnd, onProblem
        self.run = None
        # One shot, so that an event loop inside a pull (a progress dialog, say) cannot start another pull.
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MILLISECONDS)
        self._timer.connect("timeout()", self._pull)

    def start(self, run) -> None:
        """Begin to pull a run."""
        self.stop()
        self.run = run
        self._timer.start()

    def stop(self) -> bool:
        """Cancel the run, if there is one; says whether there was."""
        run, self.run = self.run, None
        self._timer.stop()
        if run is not None:
            run.cancel()
        return run is not None

    def close(self) -> None:
        """Stop, and let go of the timer for good."""
        self.stop()
        self._timer.disconnect("timeout()", self._pull)

    def _pull(self) -> None:
        run = self.run
        if run is None:
            return
        try:
            progress = run.advance(PULL_SECONDS)
            if self.run is not run:
                return  # stopped by something that the pull has set off
            if not run.finished:
                self._onProgress(progress)
                self._timer.start()
                return
            self.run = None
            self._onEnd(run)
        except Exception as problem:
            self.stop()
            self._onProblem(problem)
