"""The figures of the held-out cases: read from the folder of a run, and written into a table node."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

from mednca import MedNCAError
from MedNCASegmentLib.measures import writeColumns
from slicer.i18n import tr as _

RESULTS_FILE = "results.json"


@dataclass(frozen=True)
class CaseFigures:
    """How well one label of one held-out case was segmented."""

    case: str
    label: str
    dice: float
    hausdorff95: float  # mm; not-a-number where one of the two is empty
    volume: float  # mL, as segmented
    reference: float  # mL, as drawn by hand


@dataclass(frozen=True)
class HeldOutResults:
    """What a run wrote about its held-out cases."""

    model: str  # name of the model, as its file is named
    figures: list[CaseFigures]  # of every case and label, a case's labels one after the other
    labels: list[str]
    cases: list[str]
    meanDice: float
    deviation: float  # sample standard deviation of the cases' mean Dice
    meanHausdorff95: float  # mm; not-a-number where no case has a distance

    def ofLabel(self, label: str) -> list[CaseFigures]:
        """The figures of one label, in the order of the cases."""
        return [one for one in self.figures if one.label == label]


def readResults(folder: Path) -> HeldOutResults | None:
    """Read the evaluation in the folder of a run; None when there is none (yet), or no case was held out.

    Raises:
        MedNCAError: the file cannot be read.
    """
    path = folder / RESULTS_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return _results(content) if content["cases"] else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise MedNCAError(_("The evaluation in '{path}' cannot be read.").format(path=path)) from error


def fillHeldOutTable(tableNode, results: HeldOutResults) -> None:
    """Replace the content of a table node: a row for each case and label, below them the means of each label."""
    rows = results.figures + [_mean(_("Mean"), label, results.ofLabel(label)) for label in results.labels]
    writeColumns(
        tableNode,
        [
            (_("Case"), "", [row.case for row in rows]),
            (_("Segment"), "", [row.label for row in rows]),
            (_("Dice"), "", [row.dice for row in rows]),
            (_("95 % Hausdorff distance"), "mm", [row.hausdorff95 for row in rows]),
            (_("Volume"), "mL", [row.volume for row in rows]),
            (_("Reference volume"), "mL", [row.reference for row in rows]),
        ],
    )


def _results(content: dict) -> HeldOutResults:
    figures = [
        CaseFigures(
            row["case"],
            label,
            float(overlap),
            _number(row["hausdorff95_mm"][label]),
            float(row["volume_ml"][label]),
            float(row["reference_ml"][label]),
        )
        for row in content["cases"]
        for label, overlap in row["dice_by_label"].items()
    ]
    return HeldOutResults(
        str(content["model"]),
        figures,
        list(content["cases"][0]["dice_by_label"]),
        [row["case"] for row in content["cases"]],
        float(content["mean_dice"]),
        float(content["std_dice"]),
        _number(content["mean_hausdorff95_mm"]),
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _mean(case: str, label: str, rows: list[CaseFigures]) -> CaseFigures:
    distances = [row.hausdorff95 for row in rows if not math.isnan(row.hausdorff95)]
    return CaseFigures(
        case,
        label,
        sum(row.dice for row in rows) / len(rows),
        sum(distances) / len(distances) if distances else math.nan,
        sum(row.volume for row in rows) / len(rows),
        sum(row.reference for row in rows) / len(rows),
    )
