"""One row from start to result: training, the one number chosen on validation, and the single look at the test part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from mednca.cases import AnyCase
from mednca.errors import MedNCAError
from mednca.training.checkpoint import read_checkpoint, write_checkpoint

from . import results
from .candidates import Candidate
from .evaluate import best_offset, evaluate
from .rows import Row
from .split import fingerprint
from .training import Training

WEIGHTS = "weights.pt"


def is_final(row: Row, folder: Path = results.FOLDER) -> bool:
    """Whether the row has been measured on the test part, after which it is not trained any more."""
    result = results.read(row.name, folder)
    return result is not None and result["test"] is not None


def make_row(
    row: Row,
    parts: dict[str, list[AnyCase]],
    work: Path,
    *,
    command: str,
    hours: float | None = None,
    finish: bool = False,
    seed: int = 0,
    device: str = "cpu",
    into: Path = results.FOLDER,
    report: Callable[[Training], None] = lambda training: None,
    **options: Any,
) -> dict[str, Any]:
    """Train a row, or train it on, and write its result.

    Args:
        row: one that has a `make`.
        parts: from :func:`paper.split.find_parts`.
        work: gets a folder of the row's name with checkpoint, log and the best weights.
        command: that makes this again, for the result.
        hours: of training in all, after which it stops early; None leaves it to the rule.
        finish: look at the test part though the rule has not ended the training; the result says so.
        into: where results lie.
        options: further ones of :class:`paper.training.Training`.

    Returns:
        The result. Its "test" is None while training has not been ended by the rule and `finish` is not given.

    Raises:
        MedNCAError: something cannot be read or written.
    """
    if is_final(row, into):
        return results.read(row.name, into)
    folder = work / row.name
    training = Training(row, parts["training"], parts["validation"], folder, seed=seed, device=device, **options)
    ended = training.run(hours, report)
    candidate = training.best_candidate()
    offset = best_offset(candidate, parts["validation"])
    write_checkpoint(folder / WEIGHTS, {"row": row.name, "offset": offset, "weights": candidate.state_dict()})
    result = {
        "row": row.name,
        "title": row.title,
        "parameters": candidate.parameter_count,
        "input": asdict(candidate.card.input),
        "split": {"file": "Testing/Benchmarks/paper/hippocampus-split.json", "sha256": fingerprint()},
        "training": training.facts(),
        "offset": offset,
        "validation": evaluate(candidate, parts["validation"], offset),
        "test": evaluate(candidate, parts["test"], offset) if ended or finish else None,
        **results.provenance(command),
    }
    results.write(row.name, result, into)
    return results.read(row.name, into)


def trained(row: Row, work: Path, seed: int = 0, device: str = "cpu") -> tuple[Candidate, float]:
    """The best weights of a row that was trained, and its offset.

    Raises:
        MedNCAError: it was not trained in this work folder.
    """
    path = work / row.name / WEIGHTS
    if not path.exists():
        raise MedNCAError(f"The row '{row.name}' has no weights in '{work}'; train it first.")
    kept = read_checkpoint(path.read_bytes(), path)
    candidate = row.make(seed)
    candidate.load_state_dict(kept["weights"])
    return candidate.to(torch.device(device)).eval().requires_grad_(False), float(kept["offset"])
