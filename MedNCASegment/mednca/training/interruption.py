"""Being asked to stop: by a file named `stop` in the work folder, by Ctrl-C, or by a signal to end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .run_folder import RunFolder

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Paused(Exception):
    """Training ended early, as asked; the checkpoint has all of it."""

    def __init__(self, iteration: int, number: int | None) -> None:
        """Args:
        iteration: of the checkpoint.
        number: of the signal that asked for it; None for the file.
        """
        super().__init__(f"Paused at iteration {iteration}")
        self.iteration, self.number = iteration, number


class Stopping(Exception):
    """Someone has asked to stop while something else than an iteration was going on, which is done anew later."""


class Interruption:
    """Whether someone has asked to stop."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.number: int | None = None  # of the signal

    def __bool__(self) -> bool:
        return self.number is not None or self.folder.stop_requested()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Signals ask to stop while this lasts; the second Ctrl-C interrupts at once. Needs the main thread."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._asked) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _asked(self, number: int, frame: object) -> None:
        self.number = number
        signal.signal(signal.SIGINT, signal.default_int_handler)
