"""The tables of Docs/evidence.md as Markdown, from results alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from mednca.report.changes import EXPERIMENTS

from . import results
from .rows import ROWS, Row
from .smallest import METHODS
from .tasks import HIPPOCAMPUS, Task

MINUS = "-"
NOT_HERE = {"prostate": " here (data)"}


def dice_table(
    rows: Sequence[Row], found: dict[str, dict[str, Any]], task: Task = HIPPOCAMPUS, noted: bool = True
) -> str:
    """Table 1 and figure 3: ours and the paper's columns side by side; ours alone if none of the rows is in the paper.

    Args:
        rows: the lines.
        found: results by name of the row; those without one are "not run".
        task: what is segmented.
        noted: whether the rows' notes stand below.
    """
    lines = [
        ("model", "parameters", "3D Dice", "HD95 mm", "training", "paper: parameters", "paper: Dice"),
        ("---", "---:", "---", "---:", "---", "---:", "---"),
    ]
    notes = []
    for row in rows:
        result = found.get(row.name)
        count = row.parameters if result is None else result["parameters"]
        mark = ""
        if row.note and noted:
            notes.append(f"{len(notes) + 1}. {row.title}: {row.note}.")
            mark = f" <sup>{len(notes)}</sup>"
        lines.append(
            (
                row.title + mark,
                number(count),
                *_measured(row, result, task),
                number(row.paper_parameters),
                spread(*row.paper_dice[task.name]) if task.name in row.paper_dice else MINUS,
            )
        )
    if not any(row.paper_parameters or task.name in row.paper_dice for row in rows):
        lines = [line[:-2] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n\n" + "\n".join(notes) + "\n"


def _measured(row: Row, result: dict[str, Any] | None, task: Task) -> tuple[str, str, str]:
    """Dice, distance and how it was trained."""
    if result is None:
        return MINUS, MINUS, f"not run{NOT_HERE.get(task.name, '')}: `{command(row, task)}`"
    training = result["training"]
    hours = f"{training['hours']:.1f} h on a {processor(training['device'])}"
    early = results.is_early(result)
    figures = result["test"] or result["validation"]
    dice, distance = spread(figures["mean_dice"], figures["std_dice"]), figures["mean_hausdorff95_mm"]
    distance = MINUS if distance is None else f"{distance:.2f}"
    if early:
        # Supports no claim, so it must not look like those that do.
        dice, distance = f"*{dice}*" + ("" if result["test"] else " (validation)"), f"*{distance}*"
        hours = f"**stopped early** after {hours}"
    return dice, distance, f"{hours}, {training['iterations']:,} iterations"


def command(row: Row, task: Task) -> str:
    """The command that runs a row."""
    device = " --device cuda" if row.group == "nnunet" else ""
    which = "" if task is HIPPOCAMPUS else f" --task {task.name}"
    return f"python -m paper train --only {row.name}{which} --data {task.name}/{device}"


def robustness_table(found: dict[str, dict[str, Any]]) -> str:
    """Mean Dice without a change, and at the ends of every experiment.

    Args:
        found: results of :mod:`paper.robustness` by name of the row.
    """
    if not found:
        return "Not run yet.\n"
    lines = [["model", "unchanged"], ["---", "---:"]]
    for one in EXPERIMENTS:
        ends = sorted({one.levels[0], one.levels[-1]} - {one.unchanged})
        lines[0] += [f"{one.title.lower()} {level:g}" for level in ends]
        lines[1] += ["---:"] * len(ends)
    for result in found.values():
        cells = [result["title"]]
        for one in EXPERIMENTS:
            means = mean_dice(result, one.name)
            if len(cells) == 1:
                cells.append(f"{means[one.unchanged]:.3f}")
            ends = sorted({one.levels[0], one.levels[-1]} - {one.unchanged})
            cells += [MINUS if math.isnan(means[level]) else f"{means[level]:.3f}" for level in ends]
        lines.append(cells)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def mean_dice(result: dict[str, Any], experiment: str) -> dict[float, float]:
    """Mean Dice over the cases that have one, by level; not-a-number where none has."""
    curve = result["experiments"][experiment]
    return {level: results.mean_of(values) for level, values in zip(curve["levels"], curve["dice"], strict=True)}


def smallest_table(result: dict[str, Any] | None) -> str:
    """Seconds and peak memory of one slice by image size, and what fits into the limit."""
    if result is None:
        return "Not run yet.\n"
    by = {(one["method"], one["side"]): one for one in result["measured"]}
    methods = [method for method in METHODS if any(key[0] == method for key in by)]
    lines = [["slice", *(METHODS[method] for method in methods)], ["---", *["---"] * len(methods)]]
    for side in sorted({side for _, side in by}):
        cells = [f"{side} x {side}"]
        for method in methods:
            one = by.get((method, side))
            if one is None:
                cells.append(MINUS)
                continue
            fits = "" if one["fits"] else f", not in {result['limit_mb']} MB"
            cells.append(f"{seconds(one['seconds'])}, {one['peak_mb']:.0f} MB{fits}")
        lines.append(cells)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def whole_mri_table(result: dict[str, Any] | None) -> str:
    """Seconds of a whole scan by device; of a GPU that there was none of, the command that measures it."""
    if result is None:
        return "Not run yet.\n"
    by = {(one["scan"], one["device"], one["model"]): one for one in result["measured"]}
    models = [row for row in ROWS if any(key[2] == row.name for key in by)]
    lines = [["scan", "on", *(row.title for row in models)], ["---", "---", *["---:"] * len(models)]]
    shapes = {one["scan"]: f"{one['scan']}, {' x '.join(map(str, one['shape']))}" for one in result["measured"]}
    for scan, device in sorted({key[:2] for key in by}):
        found = [by.get((scan, device, row.name)) for row in models]
        lines.append(
            [shapes[scan], processor(device), *(MINUS if one is None else seconds(one["seconds"]) for one in found)]
        )
    if not any(processor(device) == "GPU" for _, device, _ in by):
        rest = [""] * (len(models) - 1)
        lines += [[name, "GPU", "not run: `python -m paper smallest --device cuda`", *rest] for name in shapes.values()]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def processor(device: str) -> str:
    """What a device of PyTorch is."""
    return "CPU" if device == "cpu" else "GPU"


def seconds(value: float) -> str:
    return f"{value:.2g} s" if value < 10 else f"{value:.0f} s"


def spread(mean: float, deviation: float) -> str:
    return f"{mean:.3f} ± {deviation:.3f}"


def number(value: int | None) -> str:
    return MINUS if value is None else f"{value:,}"
