"""Slices in three directions, each with a model of its own, and the mean of their probabilities."""

from __future__ import annotations

import time
from itertools import combinations
from typing import Any

import numpy as np
from mednca.cases import AnyCase, read_case
from mednca.evaluation import evaluate_case, summary

from .. import results
from ..rows import BY_NAME
from ..study import Study
from .kept import Kept
from .subject import Subject, from_row

NAME = "further/planes"
PLAIN = "coronal"
ROWS = {PLAIN: "med-nca-1mm", "sagittal": "med-nca-1mm-sagittal", "axial": "med-nca-1mm-axial"}
FUSIONS = tuple(planes for count in range(1, len(ROWS) + 1) for planes in combinations(ROWS, count))


def measure(study: Study, command: str) -> None:
    """Measure each direction and all fusions on the validation cases, once the rows of all directions are final."""
    if results.read(NAME, study.into) is not None:
        return
    subjects = {plane: from_row(BY_NAME[name], study) for plane, name in ROWS.items()}
    if None in subjects.values():
        return
    kept = Kept(study.work / f"{NAME}.json", " ".join(subject.sha256 for subject in subjects.values()))
    found = []
    for case in study.parts["validation"]:
        found.append(kept.get(case.name, lambda case=case: of_case(subjects, case, study.device)))
        print(f"{NAME}: {case.name}, Dice {[round(row['dice'], 4) for row in found[-1]['rows']]}", flush=True)
    fused = []
    for number, planes in enumerate(FUSIONS):
        fused.append(
            {
                "planes": list(planes),
                "parameters": sum(subjects[plane].model.parameters for plane in planes),
                "cpu_seconds": float(np.mean([sum(one["cpu_seconds"][plane] for plane in planes) for one in found])),
                **summary([one["rows"][number] for one in found]),
            }
        )
    result = {"part": "validation", "rows": ROWS, "fused": fused, **study.provenance(command)}
    results.write(NAME, result, study.into)


def of_case(subjects: dict[str, Subject], case: AnyCase, device: str) -> dict[str, Any]:
    """Rows of figures in the order of the fusions, and processor seconds by direction."""
    volume, truth = read_case(case)
    chances, seconds = {}, {}
    for plane, subject in subjects.items():
        started = time.process_time()
        chances[plane] = subject.run(volume, device).probability[0]
        seconds[plane] = time.process_time() - started
    labels = subjects[PLAIN].model.card.labels
    rows = []
    for planes in FUSIONS:
        mean = np.mean([chances[plane] for plane in planes], axis=0)
        rows.append(evaluate_case(case.name, (mean > 0.5).astype(np.uint8), truth, volume, labels))
    return {"rows": rows, "cpu_seconds": seconds}
