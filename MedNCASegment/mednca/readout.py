"""From the state of the cells to what is seen on a slice: a probability for each label, and the label map."""

from __future__ import annotations

from typing import Any

import numpy as np

from .card import Card
from .resample import Grid, resize

LEAST_PROBABILITY = 0.5  # a voxel whose most probable label has no more than this is background


class Readout:
    """Reads the logits of all labels, the channels after the image, on the pixels of the slices."""

    def __init__(self, card: Card, engine: Any, grid: Grid) -> None:
        """Args:
        card: says which channels, offsets, label values and levels there are.
        engine: from :func:`mednca.engines.make_engine`; it knows the states.
        grid: of the slices.
        """
        self._engine, self._first, self._count = engine, card.input.channels, len(card.labels)
        self._offsets = np.array([label.offset for label in card.labels], np.float32)[:, None, None]
        self._values = np.array([0] + [label.value for label in card.labels], np.uint8)
        self._to_pixels = [grid.to_pixels(level.scale) for level in card.levels]

    def probability(
        self, state: Any, level: int, outside: np.ndarray | None = None, mirrored: bool = False
    ) -> np.ndarray:
        """Args:
            state: the engine's own, of a batch of slices.
            level: of the state, counted from 0.
            outside: boolean [slice, row, column], where the probability is 0 whatever the state says.
            mirrored: the state is of slices whose rows were reversed; the probability is not.

        Returns:
            float32 [slice, label, row, column].
        """
        cells = self._engine.channels(state, self._first, self._count)
        logits = resize(cells[:, :, ::-1] if mirrored else cells, self._to_pixels[level])
        found = _sigmoid(logits - self._offsets)
        if outside is not None:
            np.moveaxis(found, 1, -1)[outside] = 0
        return found

    def labels(self, probability: np.ndarray) -> np.ndarray:
        """[slice, label, row, column] -> label values, uint8 [slice, row, column]."""
        best = probability.argmax(axis=1) + 1
        best[probability.max(axis=1) <= LEAST_PROBABILITY] = 0
        return self._values[best]


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    # tanh does not overflow for large negative logits.
    return (0.5 * np.tanh(0.5 * logits) + 0.5).astype(np.float32)
