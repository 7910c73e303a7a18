"""Mean and standard deviation of arrays that come one after the other."""

from __future__ import annotations

import numpy as np


class RunningMean:
    """Of arrays of one shape, by Welford's method, so that memory does not grow with their number."""

    def __init__(self) -> None:
        self.mean: np.ndarray | None = None
        self._count = 0
        self._squares: np.ndarray | None = None

    def add(self, array: np.ndarray) -> None:
        self._count += 1
        if self.mean is None:
            self.mean, self._squares = array, np.zeros_like(array)
            return
        change = array - self.mean
        self.mean = self.mean + change / self._count
        self._squares += change * (array - self.mean)

    @property
    def deviation(self) -> np.ndarray:
        """Standard deviation of those added so far, divided by their number, not by one less."""
        return np.sqrt(self._squares / self._count)
