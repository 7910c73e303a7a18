"""A progress bar for terminals; in files and pipes, a line now and then."""

from __future__ import annotations

import sys
import time
from typing import TextIO


class ProgressBar:
    """Shows a fraction and a text on standard error, redrawn at most ten times a second."""

    WIDTH = 28

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.live = self.stream.isatty()
        self.broken = False  # nobody reads it any more, which must not end the work
        self.drawn = 0.0
        self.length = 0

    def show(self, fraction: float, text: str) -> None:
        """Draw the bar; `fraction` from 0 to 1. The end is always drawn."""
        now = time.monotonic()
        pause = 0.1 if self.live else 30.0
        if fraction < 1 and now - self.drawn < pause:
            return
        self.drawn = now
        full = round(fraction * self.WIDTH)
        line = f"[{'#' * full}{'.' * (self.WIDTH - full)}] {100 * fraction:3.0f} %  {text}"
        if self.live:
            self._write("\r" + line.ljust(self.length))
            self.length = len(line)
        else:
            self._write(line + "\n")

    def close(self) -> None:
        """End the line, so that what follows starts on one of its own."""
        if self.live and self.length:
            self._write("\n")
            self.length = 0

    def _write(self, text: str) -> None:
        if self.broken:
            return
        try:
            self.stream.write(text)
            self.stream.flush()
        except OSError:
            self.broken = True


def duration(seconds: float) -> str:
    """A time left in words: 42 s, 3 min 5 s, 1 h 12 min."""
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"
