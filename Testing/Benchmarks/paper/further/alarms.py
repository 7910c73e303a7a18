"""How well the quality score tells failures, from results alone: the cut-off of one half of the cases on the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .quality import AS_IT_IS
from .statistics import Alarm, alarm, area_under_curve, best_cut_off, rank_correlation


@dataclass(frozen=True)
class Finding:
    """What the scores of a model's scans say."""

    failures: int
    scans: int
    correlation: float | None  # Spearman's, of score and Dice
    correlation_as_they_are: float | None  # of scans without a change
    area: float | None  # under the ROC curve; None where nothing failed
    area_in_the_middle: float | None  # the same without the scans at the ends of the ranges
    cut_off: float | None  # chosen on the first half
    chosen: Alarm | None  # on that half
    checked: Alarm | None  # on the other
    checked_in_the_middle: Alarm | None  # on the other, without the scans at the ends of the ranges
    worst_missed: float | None  # lowest Dice that it does not find on the other; None where it finds all


def finding(result: dict[str, Any]) -> Finding:
    """From a result of :mod:`.quality`; every other case, with all that was done to it, belongs to the first half."""
    scans = result["scans"]
    quality, dice = (np.array([scan[key] for scan in scans]) for key in ("quality", "dice"))
    failed = dice < result["failure"]
    plain = np.array([scan["change"] == AS_IT_IS for scan in scans])
    ends = {change: max(scan["level"] for scan in scans if scan["change"] == change) for change in names(scans)}
    middle = plain | np.array([scan["level"] < ends[scan["change"]] for scan in scans])
    cases = sorted({scan["case"] for scan in scans})
    first = np.isin([scan["case"] for scan in scans], cases[::2])
    cut_off = best_cut_off(quality[first], failed[first])
    parts = (first, ~first, ~first & middle)
    alarms = [None if cut_off is None else alarm(quality[part], failed[part], cut_off) for part in parts]
    missed = dice[~first & failed & (quality <= (cut_off or 0.0))]
    return Finding(
        int(failed.sum()),
        len(scans),
        rank_correlation(quality, dice),
        rank_correlation(quality[plain], dice[plain]),
        area_under_curve(quality, failed),
        area_under_curve(quality[middle], failed[middle]),
        cut_off,
        *alarms,
        float(missed.min()) if len(missed) else None,
    )


def names(scans: list[dict[str, Any]]) -> list[str]:
    """What was done to scans, each name once, in their order."""
    return list(dict.fromkeys(scan["change"] for scan in scans))
