"""What is set once the weights are trained: logit offsets on training cases, post-processing on validation cases.

Training with soft Dice on patches rich in foreground draws outlines a little too wide; an offset a label, chosen so
that Dice is best where a probability of one half divides, mends that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..errors import MedNCAError
from ..metrics import label_dice
from ..model import Model
from ..postprocess import component_tools, keep_largest_components
from ..segmenter import Options, Segmenter
from ..volume import Volume

OFFSETS = np.arange(-3.0, 3.01, 0.125)


def calibrate(
    model: Model, cases: list[tuple[Volume, np.ndarray]], engine=None, tick: Callable[[], None] = lambda: None
) -> Model:
    """The model with its labels' offsets set.

    Args:
        model: its offsets so far are replaced.
        cases: volumes and label values [i, j, k], from those that the model was trained on, never from those that
            figures are measured on.
        engine: from :func:`mednca.engines.make_engine`; None takes numpy.
        tick: called before each case; what it raises ends the work.
    """
    labels = [replace(label, offset=0.0) for label in model.card.labels]
    plain = Model(replace(model.card, labels=labels), model.rules)
    segmenter = Segmenter(plain, engine, Options(seed=0))
    scores = np.zeros((len(labels), len(OFFSETS)))
    for volume, truth in cases:
        tick()
        chance = segmenter.run(volume).probability
        for index, label in enumerate(labels):
            mask = truth > 0 if len(labels) == 1 else truth == label.value
            scores[index] += _dice_by_offset(chance[index], mask)
    best = [float(OFFSETS[np.argmax(row)]) if row.any() else 0.0 for row in scores]
    labels = [replace(label, offset=offset) for label, offset in zip(labels, best, strict=True)]
    return Model(replace(model.card, labels=labels), model.rules)


def choose_postprocessing(
    model: Model, cases: list[tuple[Volume, np.ndarray]], engine=None, tick: Callable[[], None] = lambda: None
) -> Model:
    """The model, its card keeping each label's largest component where that is better for the cases.

    The card's `training` says under "postprocessing" what was compared. A card that asks for the largest component
    already keeps it; without cases, or without SimpleITK, which finds the components, nothing is chosen either.

    Args:
        model: calibrated.
        cases: volumes and label values [i, j, k] that the model was not trained on.
        engine, tick: as for :func:`calibrate`.
    """
    try:
        component_tools()
    except MedNCAError:
        return model
    if not cases or model.card.largest_component:
        return model
    segmenter = Segmenter(model, engine, Options(seed=0, largest_component=False))
    values = [label.value for label in model.card.labels]
    whole, largest = [], []
    for volume, truth in cases:
        tick()
        found = segmenter.run(volume).labels
        whole.append(np.mean(label_dice(found, truth, values)))
        largest.append(np.mean(label_dice(keep_largest_components(found), truth, values)))
    better = float(np.mean(largest)) > float(np.mean(whole))
    facts = {
        "cases": len(cases),
        "dice_all_components": round(float(np.mean(whole)), 4),
        "dice_largest_component": round(float(np.mean(largest)), 4),
    }
    training = {**model.card.training, "postprocessing": facts}
    return Model(replace(model.card, largest_component=better, training=training), model.rules)


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
