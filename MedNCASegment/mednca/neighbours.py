"""Neighbouring slices as further image channels, so that a rule of two dimensions sees some of the third."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .card import Input


@dataclass(frozen=True)
class Places:
    """Where the image channels of each slice come from: `weight` of slice `upper`, and the rest of slice `lower`.

    All are [slice, image channel]. The first channel is the slice itself; the others follow in pairs, behind and ahead.
    """

    lower: np.ndarray  # int64
    upper: np.ndarray  # int64
    weight: np.ndarray  # float32, from 0 to 1

    def of(self, first: int, stop: int) -> Places:
        """Those of some consecutive slices."""
        return Places(self.lower[first:stop], self.upper[first:stop], self.weight[first:stop])

    def mix(self, slices: np.ndarray, start: int = 0) -> np.ndarray:
        """Images [slice, image channel, row, column] out of `slices` [slice, row, column], whose first is `start`."""
        lower, upper = slices[self.lower - start], slices[self.upper - start]
        return lower + self.weight[:, :, None, None] * (upper - lower)


def neighbour_places(count: int, step_mm: float, source: Input) -> Places:
    """The places of a stack of slices; beyond its ends, the last slice goes on.

    Distances are in mm, so that thinner or thicker slices than those of training show the model the same anatomy: what
    lies between two slices is interpolated from them.

    Args:
        count: slices in the stack.
        step_mm: distance between them.
        source: `channels` and `neighbour_mm` count.
    """
    index = np.arange(count)[:, None]
    if source.channels == 1:
        return Places(index, index, np.zeros((count, 1), np.float32))
    away = np.arange(1, source.channels // 2 + 1) * source.neighbour_mm / step_mm
    offsets = np.concatenate([[0.0], np.stack([-away, away], axis=1).ravel()])
    where = np.clip(index + offsets, 0, count - 1)
    # A spacing that is off by rounding alone must not blur.
    near = np.round(where)
    where = np.where(np.abs(where - near) < 1e-3, near, where)
    lower = np.floor(where).astype(np.int64)
    return Places(lower, np.minimum(lower + 1, count - 1), (where - lower).astype(np.float32))
