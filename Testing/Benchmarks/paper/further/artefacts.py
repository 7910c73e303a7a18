"""Training with the artefacts of figure 6: how much of what they cost does it win back?

Two models that differ by this alone are held against each other by their curves under artefacts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mednca.report.changes import EXPERIMENTS

from .. import results
from . import curves
from .compared import BASE

WITH, WITHOUT = BASE, "hippocampus-no-artefacts"
SHOWN = tuple(one for one in EXPERIMENTS if one.figure == 6)


def experiments(folder: Path) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """What was measured of the models without and with artefacts, in this order; None unless both were."""
    found = [results.read(f"{curves.FOLDER}/{name}", folder) for name in (WITHOUT, WITH)]
    return None if None in found else (found[0]["experiments"], found[1]["experiments"])
