"""The short trial that a family's learning rate was chosen by: 300 iterations on a part of the training cases.

Measured on others of the training cases, so that neither validation nor test cases have a say in it.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from mednca.cases import AnyCase

from . import results
from .evaluate import mean_dice
from .rows import Row
from .split import fingerprint
from .training import Training

NAME = "rates"
RATES = (1e-4, 3e-4, 1e-3, 3e-3)
ITERATIONS, HELD_OUT = 300, 6  # every sixth training case is held out


def try_rates(
    row: Row,
    cases: list[AnyCase],
    into: Path,
    command: str,
    rates: tuple[float, ...] = RATES,
    iterations: int = ITERATIONS,
    **options: Any,
) -> None:
    """Add what is missing to the result of the trial.

    Args:
        row: its own learning rate does not count.
        cases: training cases.
        options: of :class:`paper.training.Training`.
    """
    result = results.read(NAME, into) or {"split": {"sha256": fingerprint()}, "tried": []}
    done = {(one["row"], one["rate"]) for one in result["tried"]}
    held = cases[::HELD_OUT]
    used = [case for case in cases if case not in held]
    for rate in rates:
        if (row.name, rate) in done:
            continue
        with tempfile.TemporaryDirectory() as folder:
            training = Training(replace(row, learning_rate=rate), used, [], Path(folder), **options)
            for _ in range(iterations):
                training.step()
            dice = mean_dice(training.averaged, held)
        found = {"row": row.name, "rate": rate, "iterations": iterations, "loss": training.loss, "dice": dice}
        print(found, flush=True)
        result["tried"].append({**found, **results.provenance(command)})
        results.write(NAME, result, into)
