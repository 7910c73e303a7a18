"""The tables of what goes further than the paper, as Markdown, from results alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from mednca.options import runs_in_words
from mednca.report.changes import EXPERIMENTS

from .. import results
from ..tables import number
from . import artefacts, quality
from .alarms import finding
from .compared import called, gains, principal, subjects
from .statistics import Alarm

NOT_YET = "Not measured yet: `python -m paper further --data hippocampus/`\n"
LITTLE = 0.01  # of Dice; where less than this is lost there is nothing to win back
TITLES = {one.name: one.title for one in EXPERIMENTS} | {quality.AS_IT_IS: "As it is"}


def parts(folder: Path) -> dict[str, str]:
    """The document's parts by name."""
    return {"gains-table": gains_table(folder), "alarms": alarms_table(folder), "won-back": won_back_table(folder)}


def gains_table(folder: Path) -> str:
    """Every way against the plain model."""
    found = gains(folder)
    if not found:
        return NOT_YET
    lines = [
        ("", "3D Dice", "difference (95 %)", "cases better", "HD95 mm", "parameters", "processor time"),
        ("---", "---:", "---:", "---:", "---:", "---:", "---:"),
    ]
    for one in found:
        plain = one.difference is None
        distance = "-" if one.hausdorff95_mm is None else f"{one.hausdorff95_mm:.2f}"
        lines.append(
            (
                f"**{one.against}**, {one.way}" if plain else one.way,
                f"{one.dice:.4f}",
                "" if plain else "{:+.4f} ({:+.4f} to {:+.4f})".format(*one.difference),
                "" if plain else f"{one.better} of {one.cases}",
                distance,
                number(one.parameters),
                "-" if one.times is None else f"{one.times:.1f} x",
            )
        )
    return _markdown(lines)


def alarms_table(folder: Path) -> str:
    """How well the quality score tells failures, and by what was done to the scans."""
    found = subjects(folder, quality.FOLDER)
    if not found:
        return NOT_YET
    lines = [
        ("", *(called(result) for result in found.values())),
        ("---", *["---"] * len(found)),
    ]
    findings = [finding(result) for result in found.values()]
    first = next(iter(found.values()))
    runs = (
        runs_in_words(result["runs"], result.get("mirrored", False), result.get("planes", ()))
        for result in found.values()
    )
    lines.append(("score of", *runs))
    for words, cell in WORDS.items():
        lines.append((words.format(**first), *(cell(one) for one in findings)))
    return _markdown(lines) + "\n" + "\n".join(_by_change(result) for result in principal(found).values())


def _digits(value: float | None, count: int = 2) -> str:
    return "-" if value is None else f"{value:.{count}f}"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}"


WORDS = {
    "failures (Dice below {failure}) among all scans": lambda one: _share(one.failures, one.scans),
    "rank correlation of score and Dice, all scans": lambda one: _digits(one.correlation),
    "rank correlation, scans as they are": lambda one: _digits(one.correlation_as_they_are),
    "area under the ROC curve": lambda one: _digits(one.area, 3),
    "area, without the ends of the ranges": lambda one: _digits(one.area_in_the_middle, 3),
    "cut-off, chosen on one half of the cases": lambda one: "-" if one.cut_off is None else f"{one.cut_off:.3f}",
    "on the other half: failures that it finds": lambda one: _found(one.checked),
    "on the other half: failures found, without the ends": lambda one: _found(one.checked_in_the_middle),
    "on the other half: lowest Dice that it misses": lambda one: _digits(one.worst_missed),
    "on the other half: false alarms among good ones": lambda one: _false(one.checked),
    "on the other half: false alarms, without the ends": lambda one: _false(one.checked_in_the_middle),
}


def _found(one: Alarm | None) -> str:
    return "-" if one is None else _share(one.found, one.failures)


def _false(one: Alarm | None) -> str:
    return "-" if one is None else _share(one.false, one.successes)


def _by_change(result: dict[str, Any]) -> str:
    """A line for each thing that was done to the scans."""
    cut_off = finding(result).cut_off
    lines = [
        (called(result), "Dice", "failures", "score, median", "above the cut-off", "Dice, largest component"),
        ("---", "---:", "---:", "---:", "---:", "---:"),
    ]
    for change, level in dict.fromkeys((scan["change"], scan["level"]) for scan in result["scans"]):
        scans = [scan for scan in result["scans"] if (scan["change"], scan["level"]) == (change, level)]
        dice, score, largest = (np.array([scan[key] for scan in scans]) for key in ("dice", "quality", "largest_dice"))
        lines.append(
            (
                TITLES[change] + ("" if change == quality.AS_IT_IS else f" {level:g}"),
                f"{dice.mean():.3f}",
                _share(int((dice < result["failure"]).sum()), len(scans)),
                f"{np.median(score):.3f}",
                "-" if cut_off is None else _share(int((score > cut_off).sum()), len(scans)),
                f"{largest.mean():.3f}",
            )
        )
    return _markdown(lines)


def won_back_table(folder: Path) -> str:
    """What artefacts cost the model trained without them, and how much of it training with them wins back."""
    found = artefacts.experiments(folder)
    if found is None:
        return NOT_YET
    lines = [("", "trained without", "trained with artefacts", "lost without", "won back"), ("---", *["---:"] * 4)]
    for one in artefacts.SHOWN:
        plain, trained = (
            dict(zip(curve["levels"], map(results.mean_of, curve["dice"]), strict=True))
            for curve in (measured[one.name] for measured in found)
        )
        for level in one.levels:
            same = level == one.unchanged
            if same and one is not artefacts.SHOWN[0]:
                continue
            lost = plain[one.unchanged] - plain[level]
            won = f"{100 * (trained[level] - plain[level]) / lost:.0f} %" if lost > LITTLE else "-"
            name = "As it is" if same else f"{one.title} {level:g}"
            lines.append((name, f"{plain[level]:.3f}", f"{trained[level]:.3f}", "-" if same else f"{lost:.3f}", won))
    return _markdown(lines)


def _markdown(lines: list[tuple[str, ...]]) -> str:
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
