"""A short trial of learning rates: 300 iterations on a part of the training cases.

Measured on others of the training cases, so that neither validation nor test cases have a say in it.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import results
from .evaluate import mean_dice
from .rows import Row
from .study import Study
from .training import Training

NAME = "rates"
RATES = (3e-4, 1e-3, 3e-3)
ITERATIONS, HELD_OUT = 300, 6  # every sixth training case is held out


def try_rates(
    row: Row,
    study: Study,
    command: str,
    rates: tuple[float, ...] = RATES,
    iterations: int = ITERATIONS,
    **options: Any,
) -> None:
    """Add what is missing to the result of the trial.

    Args:
        row: its own learning rate does not count.
        study: its training cases count.
        options: of :class:`paper.training.Training`.
    """
    result = results.read(NAME, study.into) or {"tried": []}
    done = {(one["row"], one["rate"]) for one in result["tried"]}
    cases = study.parts["training"]
    held = cases[::HELD_OUT]
    parts = {"training": [case for case in cases if case not in held], "validation": []}
    for rate in rates:
        if (row.name, rate) in done:
            continue
        with tempfile.TemporaryDirectory() as folder:
            training = Training(
                replace(row, learning_rate=rate), replace(study, parts=parts, work=Path(folder)), **options
            )
            for _ in range(iterations):
                training.step()
            dice = mean_dice(training.averaged, held)
        found = {"row": row.name, "rate": rate, "iterations": iterations, "loss": training.loss, "dice": dice}
        print(found, flush=True)
        result["tried"].append({**found, **study.provenance(command)})
        results.write(NAME, result, study.into)
