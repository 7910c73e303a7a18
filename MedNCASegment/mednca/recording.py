"""Recorded steps: one label map over the whole volume for every kept step of run 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .errors import MedNCAError


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
    fits = int(limit_mb * 1e6 // voxels)
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
