"""How long a training takes: the number of iterations that a time limit allows, and the time left."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass

RECENT = 50  # iterations whose median is the typical one
SKIPPED = 5  # the first ones, which are slower than all others
VALIDATING = 0.15  # share of a time limit that validations on the way may take
MOST_VALIDATIONS = 20
LEAST_TRAINING = 0.5  # share of a time limit that is left to training whatever the rest takes


@dataclass(frozen=True)
class Budget:
    """What a time limit came to."""

    iterations: int
    validate_every: int


def budget(seconds: float, iteration: float, validation: float, ending: float, validate_every: int) -> Budget:
    """Iterations for a time limit, with validation about every twentieth of it, or less often where that is slow.

    Args:
        seconds: the limit.
        iteration, validation: seconds that one takes.
        ending: seconds that calibration and the figures at the end take.
        validate_every: the recipe's number of iterations, which validation is never further apart than.
    """
    left = max(seconds - validation - ending, LEAST_TRAINING * seconds)
    count = MOST_VALIDATIONS
    if validation > 0:
        count = max(1, min(count, int(VALIDATING * left / validation)))
    count = max(count, int(left / iteration / validate_every))
    training = max(left - (count - 1) * validation, LEAST_TRAINING * seconds)
    iterations = max(1, int(training / iteration))
    return Budget(iterations, min(validate_every, max(1, -(-iterations // count))))


class Pace:
    """Seconds of the last iterations and of the last validation."""

    def __init__(self) -> None:
        self._iterations: deque[float] = deque(maxlen=RECENT)
        self.timed = 0
        self.validation: float | None = None

    def note(self, seconds: float) -> None:
        """An iteration took so long."""
        self.timed += 1
        if self.timed == SKIPPED + 1:
            self._iterations.clear()
        self._iterations.append(seconds)

    @property
    def iteration(self) -> float:
        """Seconds that an iteration typically takes."""
        return statistics.median(self._iterations)

    def left(self, iterations: int, validations: int) -> float | None:
        """Seconds that so many iterations and validations take; None before the first iteration."""
        if not self._iterations:
            return None
        return iterations * self.iteration + validations * (self.validation or 0.0)
