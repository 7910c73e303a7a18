"""Where results lie and what every one of them says about how it came to be."""

from __future__ import annotations

import importlib.metadata
import json
import math
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from common import REPOSITORY, machine
from mednca import __version__
from mednca.errors import MedNCAError
from mednca.writing import replacing

FOLDER = REPOSITORY / "Docs" / "evidence" / "results"
ROBUSTNESS = "robustness"  # folder of the results of figures 5 and 6
# How a training may have ended that supports a claim; "early" does not.
RULE, OWN_RULE, EARLY = "by the rule", "by its own rule", "early"
FORMAT = 1
PACKAGES = ("numpy", "torch", "torchvision", "torchio", "unet", "segmentation-models-pytorch", "timm", "nnunetv2")


def provenance(command: str) -> dict[str, Any]:
    """Command, date, machine and versions of what is installed."""
    versions = {"mednca": __version__}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    date = datetime.now(timezone.utc).date().isoformat()
    return {"command": command, "date": date, "machine": machine(), "versions": versions}


def write(name: str, content: dict[str, Any], folder: Path = FOLDER) -> Path:
    """Write a result; an older one is replaced only when the new one is complete."""
    path = folder / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_text(json.dumps({"format": FORMAT, **rounded(content)}, indent=1) + "\n", encoding="utf-8")
    return path


def read(name: str, folder: Path = FOLDER) -> dict[str, Any] | None:
    """A result; None where there is none.

    Raises:
        MedNCAError: the file is of another version of this code, or no JSON.
    """
    path = folder / f"{name}.json"
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise MedNCAError(f"'{path}' is no JSON; restore it or make it again.") from error
    if content.get("format") != FORMAT:
        raise MedNCAError(f"'{path}' is of another version of these experiments; make it again.")
    return content


def is_early(row: dict[str, Any] | None) -> bool:
    """Whether the result of a row says that it was stopped early, so that it supports no claim."""
    return row is not None and row["training"]["stopped"] == EARLY


def there(overlaps: Iterable[float | None]) -> list[float]:
    """The Dice of the cases that have one: of the others nothing of the reference is left in the image."""
    return [dice for dice in overlaps if dice is not None]


def mean_of(overlaps: Iterable[float | None]) -> float:
    """Mean Dice of the cases that have one; not-a-number where none has."""
    known = there(overlaps)
    return sum(known) / len(known) if known else math.nan


def rounded(value: Any) -> Any:
    """Floats with six decimals, which is more than anything here is exact to, and keeps files small."""
    if isinstance(value, dict):
        return {name: rounded(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(part) for part in value]
    return round(value, 6) if isinstance(value, float) else value
