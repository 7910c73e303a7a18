"""Mean and standard deviation of arrays that come one after the other, each in parts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


class RunningMean:
    """Of arrays of one shape, by Welford's method, so that memory does not grow with their number.

    Attributes:
        mean: float32, of what was added so far.
    """

    def __init__(self, shape: tuple[int, ...], deviation: bool) -> None:
        """Args:
        shape: of the whole arrays.
        deviation: whether the standard deviation is wanted, too.
        """
        self.mean = np.zeros(shape, np.float32)
        self._squares = np.zeros(shape, np.float32) if deviation else None

    def add(
        self, part: np.ndarray, count: int, view: Callable[[np.ndarray], np.ndarray] = lambda whole: whole
    ) -> np.ndarray:
        """Add a part of an array.

        Args:
            part: of the array that comes next.
            count: how many arrays this part was added of, with this one.
            view: gives the part's place in a whole array.

        Returns:
            The mean of the part, as a view.
        """
        mean = view(self.mean)
        change = part - mean
        mean += change / count
        if self._squares is not None:
            squares = view(self._squares)
            squares += change * (part - mean)
        return mean

    def deviation(self, count: int) -> np.ndarray | None:
        """Standard deviation of `count` arrays, divided by their number, not by one less; None if it was not wanted.

        To be asked for once, at the end, as it takes the place of what it is computed from.
        """
        if self._squares is None:
            return None
        variance = np.divide(self._squares, count, out=self._squares)
        return np.sqrt(variance, out=variance)
