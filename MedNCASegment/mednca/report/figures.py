"""The curves of a report as SVG, where matplotlib is installed."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from ..writing import replacing
from .findings import TOLERANCE, points_of

MISSING = (
    "Figures need the Python package 'matplotlib', which is not installed; install it (pip install matplotlib) and make"
    " the report again, which then draws them without measuring anew."
)
FIGURES = {5: "input-invariance.svg", 6: "robustness.svg"}  # by the paper's number of the figure
# Okabe and Ito's colours, which most kinds of colour vision tell apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
SETTINGS = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "0.92",
    "axes.axisbelow": True,
    "legend.frameon": False,
    "svg.fonttype": "none",  # letters that matplotlib's font lacks are there in the reader's
    "svg.hashsalt": "mednca",
    "text.parse_math": False,  # names of labels may have dollars
}


def draw_figures(folder: Path, result: dict[str, Any]) -> dict[int, str]:
    """Draw a result of :func:`mednca.report.result.read_result`: a panel an experiment, mean Dice by level.

    Curves have a gap at a level at which no case has a Dice.

    Returns:
        Names of the files by the paper's number of the figure; empty without matplotlib.

    Raises:
        MedNCAError: a file cannot be written.
    """
    try:
        import matplotlib
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure
    except ImportError:
        return {}
    drawn = {}
    for number, name in FIGURES.items():
        shown = [one for one in result["experiments"] if one["figure"] == number]
        if not shown:
            continue
        with matplotlib.rc_context(SETTINGS):
            figure = Figure(figsize=(3.4 * len(shown) + 0.2, 3.3), layout="constrained")
            FigureCanvasSVG(figure)
            panels = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
            for axes, experiment in zip(panels, shown, strict=True):
                _draw(axes, result, experiment)
            panels[0].set_ylabel("Dice")
            if len(result["labels"]) > 1:
                handles = panels[0].get_legend_handles_labels()
                figure.legend(*handles, loc="outside lower center", ncols=2 * len(shown) - 1, fontsize=8)
            with replacing(Path(folder) / name) as temporary, warnings.catch_warnings():
                # The letters are not drawn here, but by whoever shows the file.
                warnings.filterwarnings("ignore", "Glyph .* missing from font")
                figure.savefig(temporary, metadata={"Date": None}, facecolor="white")
        drawn[number] = name
    return drawn


def _draw(axes, result: dict[str, Any], experiment: dict[str, Any]) -> None:
    levels = experiment["levels"]
    for index, label in enumerate(result["labels"]):
        points = points_of(result, experiment, label)
        ink = COLOURS[index % len(COLOURS)]
        means = [point.mean for point in points]
        low, high = (np.clip([one.mean + sign * one.spread for one in points], 0, 1) for sign in (-1, 1))
        axes.fill_between(levels, low, high, color=ink, alpha=0.15, linewidth=0)
        axes.plot(levels, means, "o-", color=ink, markersize=4, linewidth=1.6, label=label)
        limit = points[levels.index(experiment["unchanged"])].mean - TOLERANCE
        axes.axhline(limit, color=ink, linewidth=0.8, linestyle="--", alpha=0.6)
    axes.axvline(experiment["unchanged"], color="0.6", linewidth=1, linestyle=":")
    axes.set(title=experiment["title"], xlabel=experiment["axis"], ylim=(0, 1))
    axes.set_xticks(levels, [f"{level:g}" for level in levels])
