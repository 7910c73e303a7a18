"""Figures of merit of a segmentation."""

from __future__ import annotations

import numpy as np


def dice(found: np.ndarray, truth: np.ndarray) -> float:
    """Dice overlap of two boolean masks of the same shape, from 0 to 1; two empty masks agree perfectly."""
    total = int(found.sum()) + int(truth.sum())
    return 1.0 if total == 0 else 2.0 * int((found & truth).sum()) / total


def label_dice(found: np.ndarray, truth: np.ndarray, values: list[int]) -> list[float]:
    """Dice of a label map against a reference: with one label the foregrounds merged, with several each label's own."""
    if len(values) == 1:
        return [dice(found > 0, truth > 0)]
    return [dice(found == value, truth == value) for value in values]
