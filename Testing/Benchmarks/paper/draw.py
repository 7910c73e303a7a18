"""Tables and figures of Docs/evidence.md, drawn from the JSON of the results alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from common import REPOSITORY
from mednca.report.changes import EXPERIMENTS

from . import results, tables
from .document import fill
from .further import curves
from .further.compared import called, subjects
from .further.draw import PICTURES as FURTHER_PICTURES
from .further.draw import draw_further
from .further.tables import parts as further_parts
from .rows import BY_NAME, ROWS
from .smallest import METHODS
from .smallest import NAME as SMALLEST
from .sources import sources_table
from .style import COLOURS, EARLY, SHOWN, canvas, look, save
from .tasks import HIPPOCAMPUS, PROSTATE
from .whole_mri import NAME as WHOLE_MRI

DOCUMENT = REPOSITORY / "Docs" / "evidence.md"
PICTURES = REPOSITORY / "Docs" / "evidence"
LARGE = 1e6  # parameters; the models of figure 3 have their names in two columns
INKS = {"numpy": SHOWN[0], "torch": SHOWN[5], "unet": SHOWN[1]}  # of figure 4, Med-NCA and UNet as in the others
FAMILIES = {"automaton": "automata:", "unet": "UNets:"}  # in front of an axis
FEW = 3  # curves whose bands can be told apart


def draw_all(folder: Path = results.FOLDER, document: Path = DOCUMENT, pictures: Path = PICTURES) -> list[Path]:
    """Fill the document's made parts and draw the figures that there are results for; returns the pictures."""
    rows = found_of(folder, "")
    robust = marked(found_of(folder, f"{results.ROBUSTNESS}/"), rows)
    smallest = results.read(SMALLEST, folder)
    paper, further = ([row for row in ROWS if (row.group == "further") is wanted] for wanted in (False, True))
    parts = {
        "table": tables.dice_table(paper, rows),
        "further": tables.dice_table(further, rows),
        "prostate": tables.dice_table(paper, found_of(folder, f"{PROSTATE.name}/"), PROSTATE, noted=False),
        "changes": tables.robustness_table(robust),
        "whole-mri": tables.whole_mri_table(results.read(WHOLE_MRI, folder)),
        "smallest": tables.smallest_table(smallest),
        "sources": sources_table(folder, document),
        **further_parts(folder),
    }
    drawn = []
    measured = {row.name: rows[row.name] for row in paper if row.name in rows and rows[row.name]["test"] is not None}
    if measured:
        drawn.append(draw_dice(measured, pictures / "dice-against-parameters.svg"))
    if smallest:
        drawn.append(draw_smallest(smallest, pictures / "smallest-computer.svg"))
    if robust:
        drawn.append(draw_curves(robust, 5, pictures / "input-invariance.svg"))
        drawn.append(draw_curves(robust, 6, pictures / "robustness.svg"))
    models = {name: {**one, "title": called(one)} for name, one in subjects(folder, curves.FOLDER).items()}
    parts["model-changes"] = tables.robustness_table(models)
    if models:
        drawn.append(draw_curves(models, 5, pictures / "model-invariance.svg"))
        drawn.append(draw_curves(models, 6, pictures / "model-robustness.svg"))
    drawn += draw_further(folder, pictures)
    for name, title in TITLES.items():
        there = any(path.stem == name for path in drawn)
        where = f"{Path(os.path.relpath(pictures, document.parent)).as_posix()}/{name}.svg"
        parts[name] = f"![{title}]({where})" if there else f"*{title}: not measured yet.*"
    fill(document, parts)
    return drawn


TITLES = {
    "dice-against-parameters": "Dice against number of parameters",
    "smallest-computer": "Seconds and memory of a slice by its size",
    "input-invariance": "Dice under changes of scale, shape and position",
    "robustness": "Dice under artefacts of MRI",
    "model-invariance": "Dice of the shipped model under changes of scale, shape and position",
    "model-robustness": "Dice of the shipped model under artefacts of MRI",
    **FURTHER_PICTURES,
}


def found_of(folder: Path, within: str) -> dict[str, dict[str, Any]]:
    """The results of rows, in the rows' order."""
    found = ((row.name, results.read(f"{within}{row.name}", folder)) for row in ROWS)
    return {name: result for name, result in found if result is not None}


def marked(found: dict[str, dict[str, Any]], rows: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Results by name of the row, with titles that say which rows were stopped early."""
    early = {name for name in found if results.is_early(rows.get(name))}
    return {
        name: {**one, "title": f"{one['title']} (stopped early)", "early": True} if name in early else one
        for name, one in found.items()
    }


def draw_dice(measured: dict[str, dict[str, Any]], path: Path) -> Path:
    """Figure 3: the paper's rows as measured here, with the spread over cases, and hollow the paper's own Dice."""
    figure, (axes,) = canvas(1, 8.4, 4.8)
    labels: dict[bool, list[tuple[float, float, str, str]]] = {}
    for name, result in measured.items():
        row, test, early = BY_NAME[name], result["test"], results.is_early(result)
        x, y, ink = result["parameters"], test["mean_dice"], COLOURS[row.group]
        axes.errorbar(x, y, test["std_dice"], color=ink, alpha=0.35, linewidth=1.2, capsize=2, zorder=1)
        axes.plot(x, y, EARLY if early else "o", color=ink, markersize=7, zorder=4)
        title = row.title + (" (stopped early)" if early else "")
        labels.setdefault(x > LARGE, []).append((x, y, title, ink))
        if HIPPOCAMPUS.name in row.paper_dice:
            there = (row.paper_parameters, row.paper_dice[HIPPOCAMPUS.name][0])
            axes.plot((x, there[0]), (y, there[1]), ":", color=ink, linewidth=1, zorder=2)
            axes.plot(*there, "o", mfc="white", mec=ink, markersize=5, zorder=3)
    axes.plot([], [], "o", color="0.4", markersize=7, label="here, with the standard deviation over cases")
    if any(map(results.is_early, measured.values())):
        axes.plot([], [], EARLY, color="0.4", markersize=7, linestyle="", label="stopped early: supports no claim")
    elsewhere = "in the paper, on its own split (a dotted line joins the two)"
    axes.plot([], [], "o", mfc="white", mec="0.4", markersize=5, label=elsewhere)
    right = 150 * max(result["parameters"] for result in measured.values())  # leaves room for names
    axes.set(xscale="log", xlim=(1.5e4, right), xlabel="parameters", ylabel="3D Dice")
    ticks = {1e5: "100,000", 1e6: "1 million", 1e7: "10 million", 1e8: "100 million"}
    axes.set_xticks(*zip(*((tick, name) for tick, name in ticks.items() if tick < right / 2), strict=True))
    axes.minorticks_off()
    low, high = axes.get_ylim()
    for points in labels.values():
        # A column beside the small models and one beside the large, its lines as far apart as letters are high.
        points.sort(key=lambda point: point[1])
        column = 2 * max(x for x, *_ in points)
        heights = spread([y for _, y, *_ in points], (high - low) * 0.045)
        for (x, y, title, ink), height in zip(points, heights, strict=True):
            axes.plot((x, 0.93 * column), (y, height), color=ink, linewidth=0.6, alpha=0.6, zorder=1)
            axes.text(column, height, title, fontsize=8, color=ink, va="center")
    figure.legend(loc="outside lower center", ncols=3, fontsize=8)
    return save(figure, path)


def spread(heights: list[float], gap: float) -> list[float]:
    """Rising heights moved as little as keeps them a gap apart, those that are too near around their mean."""
    groups: list[list[float]] = []
    for height in heights:
        groups.append([height])
        while len(groups) > 1 and _top(groups[-2], gap) + gap > _bottom(groups[-1], gap):
            last = groups.pop()
            groups[-1] += last
    return [_bottom(group, gap) + gap * number for group in groups for number in range(len(group))]


def _bottom(group: list[float], gap: float) -> float:
    return float(np.mean(group)) - gap * (len(group) - 1) / 2


def _top(group: list[float], gap: float) -> float:
    return float(np.mean(group)) + gap * (len(group) - 1) / 2


def draw_smallest(result: dict[str, Any], path: Path) -> Path:
    """Figure 4: seconds and memory by size; what does not fit into the limit is hollow."""
    figure, panels = canvas(2, 9.0, 3.8)
    for method, title in METHODS.items():
        ink = INKS[method]
        points = sorted((one for one in result["measured"] if one["method"] == method), key=lambda one: one["side"])
        for axes, key in zip(panels, ("seconds", "peak_mb"), strict=True):
            values = [(one["side"], one[key], one["fits"]) for one in points]
            axes.plot([v[0] for v in values], [v[1] for v in values], color=ink, linewidth=1.6, label=title)
            for side, value, fits in values:
                axes.plot(side, value, "o", color=ink, mfc=ink if fits else "white", markersize=5)
    for axes, label in zip(panels, ("seconds a slice, one core", "peak memory of the process, MB"), strict=True):
        axes.set(xscale="log", yscale="log", xlabel="side of the slice, pixels", ylabel=label)
        axes.set_xticks([32, 64, 128, 256, 512, 1024], ["32", "64", "128", "256", "512", "1024"])
        axes.minorticks_off()
    panels[0].set_yticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    panels[1].set_yticks([50, 100, 200, 500, 1000, 2000, 5000], ["50", "100", "200", "500", "1000", "2000", "5000"])
    panels[1].axhline(result["limit_mb"], color="0.5", linewidth=1, linestyle=":")
    panels[1].text(32, 1.03 * result["limit_mb"], f"{result['limit_mb']} MB", color="0.4", fontsize=8)
    panels[0].plot([], [], "o", color="0.4", mfc="white", label=f"does not run in {result['limit_mb']} MB")
    panels[0].legend(fontsize=8)
    return save(figure, path)


def draw_curves(found: dict[str, dict[str, Any]], figure_number: int, path: Path) -> Path:
    """Figures 5 and 6: median over the cases by level, with the middle half of the cases as a band.

    Cases without a Dice at a level are left out there; where none has one, the curve has a gap. Where bands of many
    rows would hide each other, each family has a line of panels, with the medians of the others in grey behind.
    """
    shown = [one for one in EXPERIMENTS if one.figure == figure_number]
    families: dict[str, dict[str, dict[str, Any]]] = {}
    for name, result in found.items():
        family = BY_NAME[name].group if name in BY_NAME and len(found) > FEW else ""
        families.setdefault(family, {})[name] = result
    size = 3.5 * len(shown), 3.8 if len(families) == 1 else 0.6 + 3.1 * len(families)
    figure, axes = canvas(len(shown), *size, lines=len(families), sharey=True)
    lines = np.atleast_2d(axes)
    for number, (line, (family, own)) in enumerate(zip(lines, families.items(), strict=True), start=1):
        for axes, experiment in zip(line, shown, strict=True):
            for result in (one for name, one in found.items() if name not in own):
                curve = result["experiments"][experiment.name]
                axes.plot(curve["levels"], quartiles(curve)[1], color="0.8", linewidth=1, zorder=1)
            for index, (name, result) in enumerate(own.items()):
                curve, how = result["experiments"][experiment.name], look(name, index)
                low, middle, high = quartiles(curve)
                if result.get("early"):
                    how["marker"] = EARLY
                band = 0.15 if len(own) <= FEW else 0.07
                axes.fill_between(curve["levels"], low, high, color=how["color"], alpha=band, linewidth=0)
                axes.plot(curve["levels"], middle, **how, markersize=4, linewidth=1.6, label=result["title"])
            axes.axvline(experiment.unchanged, color="0.6", linewidth=1, linestyle=":")
            axes.set(ylim=(-0.02, 1))
            axes.set_xticks(experiment.levels, [f"{level:g}" for level in experiment.levels])
            if number == 1:
                axes.set_title(experiment.title)
            if number == len(lines):
                axes.set_xlabel(experiment.axis)
        line[0].set_ylabel(" ".join(filter(None, (FAMILIES.get(family), "3D Dice"))))
    handles = [one for line in lines for one in line[0].get_legend_handles_labels()[0]]
    if len(lines) > 1:
        handles += lines[0][0].plot([], [], color="0.8", linewidth=1, label="the other family")
    figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 4), fontsize=8, handlelength=3)
    return save(figure, path)


def quartiles(curve: dict[str, Any]) -> np.ndarray:
    """Lower quartile, median and upper quartile [3, level] over the cases that have a Dice; not-a-number where none."""
    overlaps = [results.there(values) or [np.nan] for values in curve["dice"]]
    return np.transpose([np.percentile(values, (25, 50, 75)) for values in overlaps])
