"""What is said of measured figures: rank correlation, an alarm and its cut-off, paired differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float | None:
    """Spearman's correlation of two rows of numbers, from -1 to 1; None where all of one are the same."""
    if first.min() == first.max() or second.min() == second.max():
        return None
    return float(np.corrcoef(ranks(first), ranks(second))[0, 1])


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1; equal values share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse]


def area_under_curve(scores: np.ndarray, failed: np.ndarray) -> float | None:
    """Chance that a failure has a higher score than a success (area under the ROC curve); None without either."""
    bad, good = int(failed.sum()), int((~failed).sum())
    if bad == 0 or good == 0:
        return None
    return float((ranks(scores)[failed].sum() - bad * (bad + 1) / 2) / (bad * good))


@dataclass(frozen=True)
class Alarm:
    """How an alarm above a cut-off did."""

    cut_off: float
    failures: int
    found: int  # failures above the cut-off
    successes: int
    false: int  # successes above the cut-off


def best_cut_off(scores: np.ndarray, failed: np.ndarray) -> float | None:
    """The score above which an alarm finds most failures less false alarms, each as a part of theirs (Youden's index).

    Halfway to the next lower score; None where nothing failed or everything did.
    """
    if failed.all() or not failed.any():
        return None
    values = np.unique(scores)
    between = (values[1:] + values[:-1]) / 2
    index = [(scores[failed] > one).mean() - (scores[~failed] > one).mean() for one in between]
    return float(between[int(np.argmax(index))]) if len(between) else None


def alarm(scores: np.ndarray, failed: np.ndarray, cut_off: float) -> Alarm:
    """An alarm above a cut-off held against what failed."""
    above = scores > cut_off
    return Alarm(
        cut_off, int(failed.sum()), int((failed & above).sum()), int((~failed).sum()), int((~failed & above).sum())
    )


def mean_difference(values: np.ndarray, against: np.ndarray, draws: int = 5000) -> tuple[float, float, float]:
    """Mean of the paired differences over cases, and the ends of its 95 % interval by drawing cases again."""
    difference = np.asarray(values, float) - np.asarray(against, float)
    chosen = np.random.default_rng(0).integers(0, len(difference), (draws, len(difference)))
    low, high = np.percentile(difference[chosen].mean(axis=1), (2.5, 97.5))
    return float(difference.mean()), float(low), float(high)
