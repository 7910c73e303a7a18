"""The figures of what goes further than the paper, from results alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..style import canvas, colour, save
from . import quality
from .alarms import finding, names
from .compared import Gain, called, gains, principal, subjects
from .tables import TITLES

TICKS = (0.03, 0.05, 0.1, 0.2, 0.5, 1.0)  # of the quality score
PICTURES = {
    "gains": "What each way further than the paper gains over the same model without it",
    "quality-score": "Dice against the quality score",
}


def draw_further(folder: Path, pictures: Path) -> list[Path]:
    """Draw the figures that there are results for; returns their files."""
    drawn = []
    found = gains(folder)
    if found:
        drawn.append(draw_gains(found, pictures / "gains.svg"))
    scored = principal(subjects(folder, quality.FOLDER))
    if scored:
        drawn.append(draw_quality(scored, pictures / "quality-score.svg"))
    return drawn


def draw_gains(found: list[Gain], path: Path) -> Path:
    """Difference of the mean Dice from the plain model with its 95 % interval, a line a way."""
    groups = list(dict.fromkeys(one.against for one in found))
    # Half a line of room above each plain model but the first.
    heights = [number + 0.5 * groups.index(one.against) for number, one in enumerate(found)]
    figure, (axes,) = canvas(1, 7.2, 0.9 + 0.25 * (heights[-1] + 1))
    names = []
    for height, one in zip(heights, found, strict=True):
        ink = colour(groups.index(one.against))
        if one.difference is None:
            names.append(f"{one.against}: Dice {one.dice:.3f}")
            axes.plot(0, height, "|", color=ink, markersize=12, markeredgewidth=2)
            continue
        mean, low, high = one.difference
        names.append(one.way)
        axes.plot((low, high), (height, height), color=ink, linewidth=1.6, alpha=0.5)
        axes.plot(mean, height, "o", color=ink, markersize=5)
    axes.axvline(0, color="0.6", linewidth=1, linestyle=":")
    axes.set_yticks(heights, names)
    axes.tick_params(axis="y", length=0)
    for label, one in zip(axes.get_yticklabels(), found, strict=True):
        label.set_fontweight("bold" if one.difference is None else "normal")
    axes.set(ylim=(heights[-1] + 0.5, -0.5), xlabel="difference of the mean Dice (95 % interval)")
    axes.locator_params(axis="x", nbins=6)  # more would run into each other
    axes.grid(axis="y", visible=False)
    return save(figure, path)


def draw_quality(found: dict[str, dict[str, Any]], path: Path) -> Path:
    """Every scan's Dice by its quality score, with the limit of failure and the cut-off; a panel a model."""
    width = 4.2 if len(found) <= 2 else 3.4
    figure, panels = canvas(len(found), 1.0 + width * len(found), 4.2, sharey=True, sharex=True)
    for axes, result in zip(panels, found.values(), strict=True):
        for index, change in enumerate(names(result["scans"])):
            scans = [scan for scan in result["scans"] if scan["change"] == change]
            points = [[scan[key] for scan in scans] for key in ("quality", "dice")]
            axes.plot(*points, "o", color=colour(index), markersize=4, alpha=0.7, mew=0, label=TITLES[change])
        limit = result["failure"]
        axes.axhline(limit, color="0.4", linewidth=1, linestyle=":", label=f"failure below {limit:g}")
        cut_off = finding(result).cut_off
        if cut_off is not None:
            axes.axvline(cut_off, color="0.4", linewidth=1, linestyle="--", label="cut-off")
            axes.text(0.96 * cut_off, 0.05, f"{cut_off:.3f}", color="0.3", ha="right", va="center", fontsize=8)
        axes.set(xscale="log", ylim=(-0.02, 1), title=called(result), xlabel="spread of the runs over their mean")
        axes.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
        axes.minorticks_off()
    panels[0].set_ylabel("3D Dice")
    handles, titles = panels[0].get_legend_handles_labels()
    figure.legend(handles, titles, loc="outside lower center", ncols=len(titles) if len(found) > 1 else 4, fontsize=8)
    return save(figure, path)
