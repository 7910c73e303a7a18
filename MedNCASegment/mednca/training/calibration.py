"""Offsets of the logits, chosen on training cases so that Dice is best where a probability of one half divides.

Training with soft Dice on patches rich in foreground draws outlines a little too wide; one number a label mends that.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..model import Model
from ..segmenter import Options, Segmenter
from ..volume import Volume

OFFSETS = np.arange(-3.0, 3.01, 0.125)


def calibrate(model: Model, cases: list[tuple[Volume, np.ndarray]]) -> Model:
    """The model with its labels' offsets set.

    Args:
        model: its offsets so far are replaced.
        cases: volumes and label values [i, j, k], from those that the model was trained on, never from those that
            figures are measured on.
    """
    labels = [replace(label, offset=0.0) for label in model.card.labels]
    plain = Model(replace(model.card, labels=labels), model.rules)
    segmenter = Segmenter(plain, options=Options(seed=0))
    scores = np.zeros((len(labels), len(OFFSETS)))
    for volume, truth in cases:
        chance = segmenter.run(volume).probability
        for index, label in enumerate(labels):
            mask = truth > 0 if len(labels) == 1 else truth == label.value
            scores[index] += _dice_by_offset(chance[index], mask)
    best = [float(OFFSETS[np.argmax(row)]) if row.any() else 0.0 for row in scores]
    labels = [replace(label, offset=offset) for label, offset in zip(labels, best, strict=True)]
    return Model(replace(model.card, labels=labels), model.rules)


def evenly(items: list, most: int) -> list:
    """At most `most` of the items, evenly spread over the list."""
    return items[:: -(-len(items) // most)] if items else []


def _dice_by_offset(chance: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Dice of one case for every offset."""
    limits = 1 / (1 + np.exp(-OFFSETS))  # sigmoid(logit - offset) > 0.5 where sigmoid(logit) > sigmoid(offset)
    bins = np.searchsorted(limits, chance.ravel())
    found = np.bincount(bins, minlength=len(limits) + 1)[::-1].cumsum()[::-1][1:]
    hits = np.bincount(bins[truth.ravel()], minlength=len(limits) + 1)[::-1].cumsum()[::-1][1:]
    return 2 * hits / np.maximum(found + int(truth.sum()), 1)
