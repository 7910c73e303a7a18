"""What a trained candidate is worth: 3D Dice and 95 % Hausdorff distance on the cases' own grids."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from mednca.cases import AnyCase, read_case
from mednca.evaluation import evaluate_case, summary
from mednca.metrics import dice
from mednca.training.calibration import OFFSETS

from .candidates import Candidate


def mean_dice(candidate: Candidate, cases: list[AnyCase], tick: Callable[[], None] = lambda: None) -> float:
    """Mean Dice over cases, divided at a probability of one half; `tick` is called before each case."""
    overlaps = []
    for case in cases:
        tick()
        volume, truth = read_case(case)
        overlaps.append(dice(candidate.probability(volume) > 0.5, truth > 0))
    return float(np.mean(overlaps))


def best_offset(candidate: Candidate, cases: list[AnyCase]) -> float:
    """The number to take off the logits so that the mean Dice of the cases is best where one half divides.

    Every row gets this one number, chosen on the validation cases: training on slices rich in foreground draws outlines
    too wide for all of them, each to its own degree.
    """
    overlaps = np.zeros(len(OFFSETS))
    for case in cases:
        volume, truth = read_case(case)
        chance = candidate.probability(volume)
        overlaps += [dice(chance > limit(offset), truth > 0) for offset in OFFSETS]
    return float(OFFSETS[np.argmax(overlaps)])


def limit(offset: float) -> float:
    """The probability above which a voxel is foreground once an offset is taken off its logit."""
    return float(1 / (1 + np.exp(-offset)))


def evaluate(candidate: Candidate, cases: list[AnyCase], offset: float) -> dict:
    """The figures of :func:`mednca.evaluation.summary`."""
    rows = []
    for case in cases:
        volume, truth = read_case(case)
        found = (candidate.probability(volume) > limit(offset)).astype(np.uint8)
        rows.append(evaluate_case(case.name, found, truth, volume, candidate.card.labels))
    return summary(rows)
