"""How figures look, and how they are saved so that the same results give the same file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .rows import ROWS

# Okabe and Ito's colours, which most kinds of colour vision tell apart.
SHOWN = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
COLOURS = {"automaton": SHOWN[0], "unet": SHOWN[1], "nnunet": SHOWN[2], "further": SHOWN[3]}
# Families are told apart by line and marker, the rows of one by colours in this order.
FAMILIES = {
    "automaton": ("-", "o", (0, 5, 2, 3, 6, 4, 1)),
    "unet": ("--", "s", (1, 4, 6, 3, 2, 5, 0)),
    "nnunet": (":", "D", (2, 6)),
    "further": ("-.", "^", (3, 0, 1, 2, 4, 5, 6)),
}
EARLY = "X"  # marker of rows that were stopped early
SETTINGS = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "0.92",
    "axes.axisbelow": True,
    "legend.frameon": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "mednca",
}


def colour(index: int) -> str:
    return SHOWN[index % len(SHOWN)]


def look(name: str, index: int = 0) -> dict[str, Any]:
    """Colour, line and marker of a curve: a row has the same in every figure, anything else goes by its index."""
    row = next((row for row in ROWS if row.name == name), None)
    if row is None:
        return {"color": colour(index), "linestyle": "-", "marker": "o"}
    line, marker, order = FAMILIES[row.group]
    place = [one.name for one in ROWS if one.group == row.group].index(name)
    return {"color": SHOWN[order[place % len(order)]], "linestyle": line, "marker": marker}


def canvas(panels: int, width: float, height: float, lines: int = 1, **options):
    """A figure of panels side by side, in one line or several, sizes in inches; returns it and its axes, by line where
    there are several."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    pyplot.rcParams.update(SETTINGS)
    figure, axes = pyplot.subplots(
        lines, panels, figsize=(width, height), layout="constrained", squeeze=False, **options
    )
    return figure, axes[0] if lines == 1 else axes


def save(figure, path: Path) -> Path:
    """Write a figure, without the date, and let it go."""
    from matplotlib import pyplot

    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, facecolor="white")
    pyplot.close(figure)
    return path
