"""One row from start to result: training, the one number chosen on validation, and the single look at the test part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from mednca.errors import MedNCAError
from mednca.training.checkpoint import read_checkpoint, write_checkpoint

from . import results
from .candidates import Candidate
from .evaluate import best_offset, evaluate
from .rows import Row
from .study import Study
from .training import Training

WEIGHTS = "weights.pt"


def is_final(row: Row, folder: Path = results.FOLDER) -> bool:
    """Whether the row has been measured on the test part, after which it is not trained any more."""
    result = results.read(row.name, folder)
    return result is not None and result["test"] is not None


def make_row(
    row: Row,
    study: Study,
    command: str,
    hours: float | None = None,
    finish: bool = False,
    report: Callable[[Training], None] = lambda training: None,
    **options: Any,
) -> dict[str, Any]:
    """Train a row, or train it on, and write its result.

    Args:
        row: one that has a `make`.
        study: cases, folders, seed and device.
        command: that makes this again, for the result.
        hours: of training in all, after which it stops early; None leaves it to the rule.
        finish: look at the test part though the rule has not ended the training; the result says so.
        report: of :meth:`paper.training.Training.run`.
        options: further ones of :class:`paper.training.Training`.

    Returns:
        The result. Its "test" is None while training has not been ended by the rule and `finish` is not given.

    Raises:
        MedNCAError: something cannot be read or written.
    """
    if is_final(row, study.into):
        return results.read(row.name, study.into)
    training = Training(row, study, **options)
    ended = training.run(hours, report)
    candidate, parts = training.best_candidate(), study.parts
    offset = best_offset(candidate, parts["validation"])
    kept = {"row": row.name, "offset": offset, "weights": candidate.state_dict()}
    write_checkpoint(training.folder / WEIGHTS, kept)
    result = {
        "row": row.name,
        "title": row.title,
        "parameters": candidate.parameter_count,
        "input": asdict(candidate.card.input),
        "training": training.facts(),
        "offset": offset,
        "validation": evaluate(candidate, parts["validation"], offset),
        "test": evaluate(candidate, parts["test"], offset) if ended or finish else None,
        **study.provenance(command),
    }
    results.write(row.name, result, study.into)
    return results.read(row.name, study.into)


def trained(row: Row, study: Study) -> tuple[Candidate, float]:
    """The best weights of a row that was trained, and its offset.

    Raises:
        MedNCAError: it was not trained in the study's work folder.
    """
    path = study.work / row.name / WEIGHTS
    if not path.exists():
        raise MedNCAError(
            f"The row '{row.name}' has no weights in '{study.work}'; give the folder that it was trained in (--work),"
            " or train it anew into results of your own (--results FOLDER)."
        )
    kept = read_checkpoint(path.read_bytes(), path)
    candidate = row.make(study.seed, study.task)
    candidate.load_state_dict(kept["weights"])
    return candidate.to(torch.device(study.device)).eval().requires_grad_(False), float(kept["offset"])
