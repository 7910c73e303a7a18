"""Figures 5 and 6: the Dice of trained rows under changes of the input and artefacts, on the test cases.

Measured once a row, after its own figures: nothing is chosen by what comes out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from mednca.cases import AnyCase, read_case
from mednca.errors import MedNCAError
from mednca.metrics import dice
from mednca.report.changes import EXPERIMENTS, Experiment, Scan
from mednca.writing import replacing

from . import results
from .candidates import Candidate
from .evaluate import limit
from .rows import Row
from .study import Study
from .table_row import is_final, trained

PARTIAL = "robustness.json"  # in the row's work folder, while it is not complete


def measure_row(row: Row, study: Study, command: str) -> None:
    """Measure all experiments of a row and write its result; goes on where an interrupted one stopped.

    A row that has not been measured on the test part yet, or whose weights are not there, is left out, with a line that
    says so.
    """
    name = f"{results.ROBUSTNESS}/{row.name}"
    if results.read(name, study.into) is not None:
        return
    if not is_final(row, study.into):
        print(f"{row.name}: not measured on the test part yet, so neither is its robustness")
        return
    try:
        candidate, offset = trained(row, study)
    except MedNCAError as error:
        print(error)
        return
    kept = study.work / row.name / PARTIAL
    found = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    cases = study.parts["test"]
    for experiment in EXPERIMENTS:
        for level in experiment.levels:
            key = f"{experiment.name} {level:g}"
            if key not in found:
                found[key] = overlaps(candidate, offset, cases, experiment, level)
                with replacing(kept) as temporary:
                    temporary.write_text(json.dumps(found), encoding="utf-8")
                print(f"{row.name}: {key}, Dice {results.mean_of(found[key]):.4f}", flush=True)
    result = {
        "row": row.name,
        "title": row.title,
        "part": "test",
        "cases": [case.name for case in cases],
        "experiments": curves(found, EXPERIMENTS),
        **study.provenance(command),
    }
    results.write(name, result, study.into)


def overlaps(
    candidate: Candidate, offset: float, cases: list[AnyCase], experiment: Experiment, level: float
) -> list[float | None]:
    """Dice of every case at one level of an experiment, on the changed scan's own grid.

    None for a case of which nothing of the reference is left in the image.
    """
    found = []
    for case in cases:
        volume, truth = read_case(case)
        scan = Scan(case.name, volume, truth, plane=candidate.card.input.plane)
        scan = experiment.apply(scan, level)
        chance = candidate.probability(scan.volume, scan.zoom)
        found.append(dice(chance > limit(offset), scan.truth > 0) if (scan.truth > 0).any() else None)
    return found


def curves(found: dict[str, list[float | None]], experiments: Iterable[Experiment]) -> dict[str, Any]:
    """By experiment: its levels, and the Dice [level][case]."""
    return {
        one.name: {"levels": list(one.levels), "dice": [found[f"{one.name} {level:g}"] for level in one.levels]}
        for one in experiments
    }
