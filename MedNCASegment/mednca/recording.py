"""What is kept of the steps of run 0: a label map over the whole volume for every kept step, and a live one.

The last step is kept again when there is a result, so that the steps end in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .errors import MedNCAError
from .options import Options

View = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class RecordedStep:
    """A kept step: level and step counted from 1, and the label map (uint8 [i, j, k]) after it."""

    level: int
    step: int
    labels: np.ndarray


def plan_recording(
    steps: list[int], voxels: int, limit_mb: float, every: int | None = None
) -> tuple[int, list[tuple[int, int]]]:
    """Choose which steps to keep.

    Args:
        steps: steps of each level.
        voxels: voxels of the volume; a kept step takes one byte for each.
        limit_mb: the memory that the kept steps may take together, in MB (10**6 bytes).
        every: keep every k-th step; None chooses the smallest k that fits.

    Returns:
        k, and the kept (level, step) pairs counted from 0. The last step of all is always kept.

    Raises:
        MedNCAError: what was asked for does not fit the limit.
    """
    numbered = [(level, step) for level, count in enumerate(steps) for step in range(count)]
    total = len(numbered)
    fits = int(min(limit_mb * 1e6 / voxels, total))
    smallest = next((k for k in range(1, total + 1) if -(-total // k) <= fits), None)
    if smallest is None:
        raise MedNCAError(
            f"Recording even one step takes {voxels / 1e6:.0f} MB, more than the limit of {limit_mb:.0f} MB;"
            " raise the limit or do not record."
        )
    if every is not None and every < smallest:
        raise MedNCAError(
            f"Recording one step in {every} takes {-(-total // every) * voxels / 1e6:.0f} MB, more than the limit of"
            f" {limit_mb:.0f} MB; record one in {smallest} or raise the limit."
        )
    every = every or smallest
    return every, [pair for index, pair in enumerate(numbered) if (total - 1 - index) % every == 0]


class Recorder:
    """Keeps label maps of the steps of run 0, batch of slices by batch.

    Attributes:
        every: every which step is kept, or None where none is recorded.
        steps: the kept steps.
        live: uint8 [i, j, k] with the last step there was of each slice, or None where it is not wanted.
    """

    def __init__(self, options: Options, steps: list[int], shape: tuple[int, int, int]) -> None:
        """Args:
        options: whether and what to record.
        steps: steps of each level.
        shape: of the volume, which is indexed [i, j, k].

        Raises:
            MedNCAError: what was asked for does not fit the limit.
        """
        self.every, kept = None, []
        if options.record:
            voxels = int(np.prod(shape))
            self.every, kept = plan_recording(steps, voxels, options.record_limit_mb, options.record_every)
        self.steps = [RecordedStep(level + 1, step + 1, np.zeros(shape, np.uint8)) for level, step in kept]
        self.live = np.zeros(shape, np.uint8) if options.live else None
        self._kept = {pair: one.labels for pair, one in zip(kept, self.steps, strict=True)}

    def wants(self, level: int, step: int) -> bool:
        """Whether a step, counted from 0, is to be shown or kept."""
        return self.live is not None or (level, step) in self._kept

    def keep(self, level: int, step: int, labels: np.ndarray, view: View = lambda whole: whole) -> None:
        """Take the label values after a step, counted from 0.

        Args:
            level, step: of the step.
            labels: uint8, of some slices or of the whole volume.
            view: gives the labels' place in a volume [i, j, k].
        """
        if (level, step) in self._kept:
            view(self._kept[level, step])[...] = labels
        if self.live is not None:
            view(self.live)[...] = labels
