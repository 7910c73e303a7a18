"""Looks at the folder of a run once a second, until the run has ended."""

from collections.abc import Callable
from pathlib import Path

import qt

from .folder_process import RunState
from .run_files import RunFiles, Status
from .run_process import RunProcess

MILLISECONDS = 1000
READING_ON = 20  # milliseconds, while there is more of a long log to read


class RunWatcher:
    """Watches one run at a time.

    Attributes:
        process, files: of the run; None when none is watched.
        status, state: as they were at the last look.
    """

    def __init__(self, onLook: Callable[[], None]) -> None:
        """`onLook` is called after each look."""
        self._onLook = onLook
        self.process: RunProcess | None = None
        self.files: RunFiles | None = None
        self.status: Status | None = None
        self.state = RunState.NONE
        self._timer = qt.QTimer()
        # One shot: an event loop inside a look, of a dialog perhaps, must not start another look.
        self._timer.setSingleShot(True)
        self._timer.connect("timeout()", self.look)

    @property
    def folder(self) -> Path | None:
        return self.files.folder if self.files is not None else None

    def watch(self, folder: Path | None) -> None:
        """Begin to watch a folder, or stop for None. The process that worked in the former one goes on."""
        self._timer.stop()
        self.process = RunProcess(folder) if folder is not None else None
        self.files = RunFiles(folder) if folder is not None else None
        self.status, self.state = None, RunState.NONE
        if folder is not None:
            self.look()

    def adopt(self, process: RunProcess) -> None:
        """Watch a run that was started just now."""
        self.watch(None)
        self.process, self.files = process, RunFiles(process.folder)
        self.look()

    def look(self) -> None:
        """Look now, and again in a second unless there is nothing more to come."""
        if self.files is None:
            return
        self.status = self.files.status()
        self.state = self.process.state(self.status)
        more = self.files.readLog()
        self.files.readPreview()
        if self._hasEnded():
            self._timer.stop()
        else:
            self._timer.start(READING_ON if more and not self.files.isLogRead else MILLISECONDS)
        self._onLook()

    def rest(self) -> None:
        """Look no more by itself; the next call of :meth:`look` goes on."""
        self._timer.stop()

    def close(self) -> None:
        """Stop, and let go of the timer for good."""
        self.watch(None)
        self._timer.disconnect("timeout()", self.look)

    def _hasEnded(self) -> bool:
        """Whether all is read of a run whose process has gone; in a folder without a run, one may begin yet."""
        isOn = self.state.isLive or self.state is RunState.NONE
        return not isOn and self.files.isLogRead and self.process.isOver()
