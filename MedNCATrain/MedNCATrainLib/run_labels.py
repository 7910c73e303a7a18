"""The labels that a run learns, with the colours that they are shown in."""

from dataclasses import dataclass
from pathlib import Path

from .results_plot import COLORS
from .run_files import readJson


@dataclass(frozen=True)
class RunLabel:
    value: int
    name: str
    color: tuple[float, float, float]  # red, green, blue from 0 to 1


def runLabels(folder: Path) -> list[RunLabel]:
    """The labels on the card of a run's plan; empty when there is none that can be read."""
    card = (readJson(folder / "plan.json") or {}).get("card")
    labels = card.get("labels") if isinstance(card, dict) else None
    try:
        return [RunLabel(int(one["value"]), str(one["name"]), _color(one["color"])) for one in labels or ()]
    except (TypeError, ValueError, KeyError):
        return []


def spareColor(index: int) -> tuple[float, float, float]:
    """A colour for what has none."""
    return COLORS[index % len(COLORS)]


def _color(parts) -> tuple[float, float, float]:
    red, green, blue = (min(1.0, max(0.0, float(part))) for part in parts)
    return red, green, blue
