"""How long a work will still take, as far as its pace is known."""

from __future__ import annotations

import time

LEAST_SECONDS = 2.0  # of work that a pace is taken from,
LEAST_PART = 0.02  # or this part of the whole, where that is less


class TimeLeft:
    """Seconds that are left, from how fast a work went since its first part was done.

    The first part is not counted: scans are read and libraries wake up before it, which would be taken for its pace.
    """

    def __init__(self, total: float) -> None:
        """Args:
        total: of the work, in any unit.
        """
        self._total = total
        self._first: tuple[float, float] | None = None  # seconds and work when the first part was done

    def after(self, done: float) -> float | None:
        """Seconds left now that so much of the work is done; None where the pace cannot be told yet."""
        if done >= self._total:
            return 0.0
        now = time.perf_counter()
        if self._first is None and done > 0:
            self._first = (now, done)
        if self._first is None:
            return None
        seconds, work = now - self._first[0], done - self._first[1]
        if work <= 0 or (seconds < LEAST_SECONDS and work < LEAST_PART * self._total):
            return None
        return seconds / work * (self._total - done)
