"""Where a row stands, in a few words, from its result alone."""

from __future__ import annotations

from pathlib import Path

from . import results
from .rows import Row


def standing(row: Row, folder: Path = results.FOLDER) -> str:
    """Such as "trained, ended by the rule, 3.2 h" or "not run"."""
    result = results.read(row.name, folder)
    if result is None:
        return f"not run{'; ' + row.note if row.make is None else ''}"
    training = result["training"]
    how = "stopped early" if training["stopped"] == results.EARLY else f"trained, ended {training['stopped']}"
    part = "" if result["test"] is not None else ", not measured on the test part"
    return f"{how}, {training['hours']:.1f} h{part}"
