"""Where a model holds and where it falls, in plain words, from a report's result alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

TOLERANCE = 0.05  # of the mean Dice, below that of the unchanged scans
GOOD_ENOUGH = 0.5  # a model below this has little to lose


@dataclass(frozen=True)
class Point:
    """The Dice of one label at one level of an experiment, over the cases that have one there.

    Mean, spread and lowest are not-a-number, and there is no lowest case, where no case has.
    """

    level: float
    cases: int  # so many have a Dice; of the others the reference has nothing of the label
    mean: float
    spread: float  # the sample's standard deviation, 0 for one case
    lowest: float
    lowest_case: str
    drop: float = math.nan  # by how much the mean lies below that of the same cases as they are


@dataclass(frozen=True)
class Finding:
    """How one label stands one experiment."""

    experiment: str  # name
    title: str
    label: str
    unchanged: Point
    points: list[Point]  # of all levels in their order, the unchanged one too
    holds: tuple[float, float]  # the levels, lowest and highest, between which it holds at all that have a Dice
    falls: list[Point]  # the first beyond them on each side, at most two

    @property
    def has_gaps(self) -> bool:
        """Whether there are levels at which no case has a Dice."""
        return not all(point.cases for point in self.points)

    @property
    def fallen(self) -> list[str]:
        """The levels at which it has fallen, such as "at 0.5" and "from 1.5 to 2"; all of them lie beyond `holds`."""
        there = [point for point in self.points if point.cases]
        runs = [list(run) for holds, run in groupby(there, _holds) if not holds]
        return [
            f"at {run[0].level:g}" if len(run) == 1 else f"from {run[0].level:g} to {run[-1].level:g}" for run in runs
        ]

    @property
    def sentence(self) -> str:
        """Such as "holds from 0.75 to 2; at 0.5 the mean Dice is 0.710, which is 0.15 lower"."""
        low, high = self.holds
        if not self.unchanged.cases:
            return "cannot be told, as no case has this structure"
        if not self.falls:
            if low == high:
                return "cannot be told, as only the unchanged scans have a Dice"
            which = " that have a Dice" if self.has_gaps else ""
            return f"holds at all levels{which}, from {low:g} to {high:g}"
        where = [
            f"at {one.level:g} the mean Dice is {one.mean:.3f}, which is {one.drop:.2f} lower" for one in self.falls
        ]
        if low == high:
            start = "falls at the first change"
        elif low == self.points[0].level == self.unchanged.level:
            start = f"holds up to {high:g}"
        else:
            start = f"holds from {low:g} to {high:g}"
        return f"{start}; {', and '.join(where)}"


def points_of(result: dict[str, Any], experiment: dict[str, Any], label: str) -> list[Point]:
    """Mean, spread and lowest case of every level.

    Args:
        result: of :func:`mednca.report.result.read_result`.
        experiment: one of its "experiments".
        label: one of its "labels".
    """
    before = experiment["dice"][label][experiment["levels"].index(experiment["unchanged"])]
    points = []
    for level, row in zip(experiment["levels"], experiment["dice"][label], strict=True):
        there = {case: dice for case, dice in zip(result["cases"], row, strict=True) if dice is not None}
        if not there:
            points.append(Point(level, 0, math.nan, math.nan, math.nan, ""))
            continue
        overlaps, lowest = list(there.values()), min(there, key=there.get)
        spread = float(np.std(overlaps, ddof=1)) if len(overlaps) > 1 else 0.0
        # Of the same cases: one that is left out at a level, with a low Dice as it is, must not hide a fall.
        drops = [old - new for old, new in zip(before, row, strict=True) if None not in (old, new)]
        drop = float(np.mean(drops)) if drops else math.nan
        points.append(Point(level, len(overlaps), float(np.mean(overlaps)), spread, there[lowest], lowest, drop))
    return points


def findings(result: dict[str, Any]) -> list[Finding]:
    """How every label stands every experiment, in the result's order."""
    return [_finding(result, one, label) for one in result["experiments"] for label in result["labels"]]


def _finding(result: dict[str, Any], experiment: dict[str, Any], label: str) -> Finding:
    every = points_of(result, experiment, label)
    unchanged = every[experiment["levels"].index(experiment["unchanged"])]
    points = [point for point in every if point.cases] if unchanged.cases else [unchanged]
    low = high = points.index(unchanged)
    while low > 0 and _holds(points[low - 1]):
        low -= 1
    while high < len(points) - 1 and _holds(points[high + 1]):
        high += 1
    falls = ([points[low - 1]] if low > 0 else []) + ([points[high + 1]] if high < len(points) - 1 else [])
    holds = (points[low].level, points[high].level)
    return Finding(experiment["name"], experiment["title"], label, unchanged, every, holds, falls)


def _holds(point: Point) -> bool:
    # Means of many figures with six decimals: what is exactly at the limit holds.
    return point.drop <= TOLERANCE + 1e-9


def summary(result: dict[str, Any]) -> str:
    """Where the model is weak, in one sentence or two."""
    found = findings(result)
    if not found:
        return "No experiment was made."
    several = len(result["labels"]) > 1
    present = {one.label for one in found if one.unchanged.cases}
    absent = [label for label in result["labels"] if label not in present]
    if not present:
        return "No Dice can be taken, as no case's reference has anything to find."
    weak: dict[str, list[str]] = {}
    for one in found:
        if one.falls:
            levels = listed(one.fallen)
            weak.setdefault(one.title.lower(), []).append(f"{levels} ({one.label})" if several else levels)
    words = [f"for {title} {', '.join(levels)}" for title, levels in weak.items()]
    if words:
        text = f"The mean Dice falls by more than {TOLERANCE:g} {'; '.join(words)}."
        gone = [
            f"{one.title.lower()} {listed([f'{point.level:g}' for point in one.points if not point.cases])}"
            + (f" ({one.label})" if several else "")
            for one in found
            if one.has_gaps and one.unchanged.cases
        ]
        if gone:
            text += f" Where nothing of the reference is left, nothing is said: {listed(gone)}."
    else:
        which = " and has a Dice" if any(one.has_gaps for one in found) else ""
        text = f"The mean Dice falls by no more than {TOLERANCE:g} in all that was tried{which}."
    poor = [one.label for one in found if one.unchanged.mean < GOOD_ENOUGH and one.experiment == found[0].experiment]
    if poor:
        of = f" of {listed(poor)}" if several else ""
        text += f" The Dice{of} without any change is below {GOOD_ENOUGH:g}, so that this says little."
    if absent:
        text += f" Nothing is said of {listed(absent)}, which no case's reference has."
    return text


def listed(words: list[str]) -> str:
    """Such as "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
