"""What is set once the weights are trained: logit offsets on training cases, post-processing on validation cases.

Training with soft Dice on patches rich in foreground draws outlines a little too wide; an offset a label, chosen so
that Dice is best where a probability of one half divides, mends that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from ..evaluation import evaluate_case
from ..model import Model
from ..postprocess import keep_largest_components
from ..segmenter import Options, Segmenter
from ..volume import Volume

OFFSETS = np.arange(-3.0, 3.01, 0.125)
WORTH = 0.001  # of the mean Dice, for which the largest component alone is kept


def calibrate(
    model: Model, cases: list[tuple[Volume, np.ndarray]], engine=None, tick: Callable[[], None] = lambda: None
) -> Model:
    """The model with its labels' offsets set, by one run for each of the card's planes.

    Args:
        model: its offsets so far are replaced.
        cases: volumes and label values [i, j, k], from those that the model was trained on, never from those that
            figures are measured on.
        engine: from :func:`mednca.engines.make_engine`; None takes numpy.
        tick: called before each case; what it raises ends the work.
    """
    labels = [replace(label, offset=0.0) for label in model.card.labels]
    plain = Model(replace(model.card, labels=labels), model.rules)
    segmenters = [Segmenter(plain.of_plane(plane), engine, Options(seed=0)) for plane in plain.card.input.planes]
    scores = np.zeros((len(labels), len(OFFSETS)))
    for volume, truth in cases:
        tick()
        logits = np.stack([_logits(segmenter.run(volume).probability) for segmenter in segmenters])
        for index, label in enumerate(labels):
            mask = truth > 0 if len(labels) == 1 else truth == label.value
            scores[index] += _dice_by_offset(logits[:, index], mask)
    best = [float(OFFSETS[np.argmax(row)]) if row.any() else 0.0 for row in scores]
    labels = [replace(label, offset=offset) for label, offset in zip(labels, best, strict=True)]
    return Model(replace(model.card, labels=labels), model.rules)


def choose_postprocessing(
    model: Model, segmented: Iterable[tuple[str, Volume, np.ndarray, np.ndarray]]
) -> tuple[Model, list[dict]]:
    """The model, its card keeping each label's largest component where the cases gain by it; and its figures.

    A gain below :data:`WORTH` does not count: of a structure that was found in pieces, as in a spoilt scan, the
    largest component may be the wrong one, and finding it takes time.

    The card's `training` says under "postprocessing" what was compared. A card that asks for the largest component
    already keeps it; without cases nothing is chosen either.

    Args:
        model: calibrated.
        segmented: names, volumes, label values [i, j, k] and what the model found in cases that it was not trained on.

    Returns:
        The model, and the rows of :func:`mednca.evaluation.evaluate_case` with its post-processing.
    """
    labels = model.card.labels
    choosing = not model.card.largest_component
    whole, largest = [], []
    for name, volume, truth, found in segmented:
        whole.append(evaluate_case(name, found, truth, volume, labels))
        if choosing:
            kept = keep_largest_components(found)
            same = np.array_equal(kept, found)
            largest.append(whole[-1] if same else evaluate_case(name, kept, truth, volume, labels))
    if not largest:
        return model, whole
    means = [float(np.mean([row["dice"] for row in rows])) for rows in (whole, largest)]
    facts = {
        "cases": len(whole),
        "dice_all_components": round(means[0], 4),
        "dice_largest_component": round(means[1], 4),
    }
    better = means[1] - means[0] >= WORTH
    training = {**model.card.training, "postprocessing": facts}
    chosen = Model(replace(model.card, largest_component=better, training=training), model.rules)
    return chosen, largest if better else whole


def evenly(items: list, most: int) -> list:
    """At most `most` of the items, evenly spread over the list."""
    return items[:: -(-len(items) // most)] if items else []


def _logits(chance: np.ndarray) -> np.ndarray:
    chance = np.clip(chance, 1e-7, 1 - 1e-7)
    return np.log(chance / (1 - chance))


def _dice_by_offset(logits: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Dice of one case for every offset that is taken off logits [plane, i, j, k], whose probabilities are averaged."""
    always, never = (logits > OFFSETS[-1]).all(axis=0), (logits <= OFFSETS[0]).all(axis=0)
    open_ = ~(always | never)  # to most voxels no offset matters
    logits, inside = logits[:, open_], truth[open_]
    found, hits = (
        np.full(len(OFFSETS), np.count_nonzero(always)),
        np.full(len(OFFSETS), np.count_nonzero(always & truth)),
    )
    for index, offset in enumerate(OFFSETS):
        mask = np.mean(1 / (1 + np.exp(offset - logits)), axis=0) > 0.5
        found[index] += np.count_nonzero(mask)
        hits[index] += np.count_nonzero(mask & inside)
    return 2 * hits / np.maximum(found + np.count_nonzero(truth), 1)
