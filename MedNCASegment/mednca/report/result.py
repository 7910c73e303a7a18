"""The result of a report, report.json: what was measured, of which model and cases, and how it came to be.

{"format": 2,
 "model": {"name", "title", "file", "parameters", "plane"},
 "seed": 0, "runs": 2, "mirrored": false, "planes": ["coronal", "sagittal"],
 "cases": [name, ...], "labels": [name, ...],
 "experiments": [{"name", "title", "axis", "figure", "unchanged", "levels": [...],
                  "dice": {label: [[Dice of each case, or null] for each level]}}, ...],
 "left_out": [{"name", "title", "why"}, ...],
 "command", "date", "machine": {...}, "versions": {...}}

There is null for a case whose reference has nothing of the label at that level.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import __version__
from ..card import PLANES
from ..errors import MedNCAError
from ..model import Model
from ..options import Options
from ..writing import replacing
from .changes import Experiment
from .measuring import Overlaps, key_of

REPORT = "report.json"
FORMAT = 2
DECIMALS = 6  # more than a Dice is exact to
PACKAGES = ("numpy", "torch", "torchio")


def make_result(
    model: Model,
    file: str,
    options: Options,
    cases: Sequence[str],
    experiments: Sequence[Experiment],
    left_out: Sequence[dict[str, str]],
    found: Overlaps,
    command: str,
) -> dict[str, Any]:
    """The content of report.json from a measurement that is complete.

    Args:
        model, file: the model and where it lies.
        options: with which it was run.
        cases: names, in the order to have.
        experiments: that were measured.
        left_out: the others, with "name", "title" and one sentence "why".
        found: of :class:`mednca.report.measuring.Measurement`.
        command: that makes it again.
    """
    labels = [label.name for label in model.card.labels]
    runs, mirrored = options.runs_of(model.card)
    return {
        "format": FORMAT,
        "model": {
            "name": model.card.name,
            "title": model.card.title,
            "file": file,
            "parameters": model.parameters,
            "plane": model.card.input.plane,
        },
        "seed": options.seed,
        "runs": runs,
        "mirrored": mirrored,
        "planes": list(model.card.input.planes[:runs]),
        "cases": list(cases),
        "labels": labels,
        "experiments": [
            {
                "name": one.name,
                "title": one.title,
                "axis": one.axis,
                "figure": one.figure,
                "unchanged": one.unchanged,
                "levels": list(one.levels),
                "dice": {
                    label: [
                        [_rounded(found[case][key_of(one, level)][number]) for case in cases] for level in one.levels
                    ]
                    for number, label in enumerate(labels)
                },
            }
            for one in experiments
        ],
        "left_out": list(left_out),
        "command": command,
        "date": datetime.date.today().isoformat(),
        "machine": {"system": platform.platform(), "processor": _processor(), "cores": os.cpu_count()},
        "versions": _versions(),
    }


def write_result(folder: Path, result: dict[str, Any]) -> None:
    """Raises MedNCAError when the file cannot be written."""
    with replacing(Path(folder) / REPORT) as temporary:
        temporary.write_text(json.dumps(result, allow_nan=False) + "\n", encoding="utf-8")


def read_result(folder: str | Path) -> dict[str, Any]:
    """The result in a report's folder.

    Raises:
        MedNCAError: there is none, or the file is not one that this version of MedNCA reads.
    """
    path = Path(folder) / REPORT
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise MedNCAError(f"There is no report in '{folder}' yet.") from error
    except (OSError, ValueError, RecursionError) as error:
        raise MedNCAError(f"'{path}' cannot be read; make the report again.") from error
    if not _is_sound(result):
        raise MedNCAError(f"'{path}' is no report of this version of MedNCA; make it again.")
    return result


def _rounded(dice: float | None) -> float | None:
    return None if dice is None else round(dice, DECIMALS)


def _is_sound(result: Any) -> bool:
    """Whether all is there that is drawn and told, of the right shape."""
    try:
        cases, labels = len(result["cases"]), result["labels"]
        return (
            result["format"] == FORMAT
            and cases > 0
            and len(labels) > 0
            and result["model"]["plane"] in PLANES
            and all(plane in PLANES for plane in result.get("planes", []))
            and all(isinstance(one[name], str) for one in result["left_out"] for name in ("name", "title", "why"))
            and all(
                set(one["dice"]) == set(labels)
                and one["unchanged"] in one["levels"]
                and all(isinstance(one[name], str) for name in ("name", "title", "axis"))
                and all(len(rows) == len(one["levels"]) for rows in one["dice"].values())
                and all(
                    len(row) == cases and all(value is None or 0 <= value <= 1 for value in row)
                    for rows in one["dice"].values()
                    for row in rows
                )
                for one in result["experiments"]
            )
        )
    except (TypeError, KeyError, AttributeError):
        return False


def _versions() -> dict[str, str]:
    versions = {"mednca": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
