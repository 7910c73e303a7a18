"""Several stochastic runs averaged, and the largest component: Dice and time against one run with all components.

Cells fire at random, so each run gives probabilities of its own; here runs of seeds 0, 1, ... are averaged as
`Options.runs` averages runs of one seed. A second run can also see the scan mirrored, left for right.

Of a model whose runs take turns between planes, a run of each plane is what is averaged, once or several times.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
from mednca.cases import AnyCase, read_case
from mednca.volume import Volume, nearest_axes

from .. import results
from ..study import Study
from .kept import Kept
from .scoring import score
from .subject import Subject

FOLDER = "further/averaging"
RIGHT = 0  # the RAS axis from left to right
RUNS = (1, 2, 3, 5, 10)
TIMED = 3  # times, of which the quickest counts


def measure(subject: Subject, study: Study, command: str) -> None:
    """Measure a model on the validation cases and write the result, unless there is one of the same weights."""
    name = f"{FOLDER}/{subject.name}"
    found = results.read(name, study.into)
    if found is not None and found["model_sha256"] == subject.sha256:
        return
    kept = Kept(study.work / f"{name}.json", subject.sha256)
    cases, planes = study.parts["validation"], subject.model.card.input.planes
    rows = []
    for case in cases:
        row = kept.get(case.name, lambda case=case: of_case(subject, case, study.device))
        mirrored = kept.get(f"{case.name}, mirrored", lambda case=case: of_mirrored(subject, case, study.device))
        rows.append({**row, "mirrored": mirrored})
        if len(planes) > 1:
            key = f"{case.name}, {', '.join(planes)}"
            rows[-1]["by_plane"] = kept.get(key, lambda case=case: of_planes(subject, case, study.device))
        print(f"{subject.name}: {case.name}, Dice of 1 run {rows[-1]['averaged'][0]['dice']:.4f}", flush=True)
    result = {
        "subject": subject.name,
        "title": subject.title,
        "parameters": subject.model.parameters,
        "model_sha256": subject.sha256,
        "part": "validation",
        "planes": list(planes),
        "runs": list(RUNS),  # of each plane
        "cpu_seconds": kept.get("cpu_seconds", lambda: cpu_seconds(subject, cases[0], study.device)),
        "cases": rows,
        **study.provenance(command),
    }
    results.write(name, result, study.into)


def of_case(subject: Subject, case: AnyCase, device: str) -> dict[str, Any]:
    """Figures of every number of runs ("averaged") and the Dice of each run alone ("alone")."""
    volume, truth = read_case(case)
    truth = truth > 0
    total, alone, averaged = 0.0, [], []
    for seed in range(max(RUNS)):
        chance = subject.run(volume, device, seed).probability[0]
        total = total + chance.astype(np.float64)
        alone.append(score(chance > 0.5, truth, volume.spacing)["dice"])
        if seed + 1 in RUNS:
            averaged.append(score(total / (seed + 1) > 0.5, truth, volume.spacing))
    return {"case": case.name, "averaged": averaged, "alone": alone}


def of_mirrored(subject: Subject, case: AnyCase, device: str) -> dict[str, float | None]:
    """Figures of the mean of two runs, the second of which sees the scan mirrored."""
    volume, truth = read_case(case)
    axis = nearest_axes(volume.affine)[0].index(RIGHT)
    other = Volume(np.flip(volume.array, axis), volume.affine)
    one, two = (subject.run(seen, device, seed).probability[0] for seed, seen in enumerate((volume, other)))
    return score((one + np.flip(two, axis)) / 2 > 0.5, truth > 0, volume.spacing)


def of_planes(subject: Subject, case: AnyCase, device: str) -> dict[str, dict[str, float | None]]:
    """Figures of a run of each plane alone."""
    volume, truth = read_case(case)
    found = {}
    for plane in subject.model.card.input.planes:
        one = replace(subject, model=subject.model.of_plane(plane))
        found[plane] = score(one.run(volume, device).labels > 0, truth > 0, volume.spacing)
    return found


def cpu_seconds(subject: Subject, case: AnyCase, device: str) -> list[float]:
    """Processor time of one case by number of runs of each plane, as `Options.runs` makes them."""
    volume, _ = read_case(case)
    planes = len(subject.model.card.input.planes)

    def once(runs: int) -> float:
        started = time.process_time()
        subject.run(volume, device, runs=runs * planes)
        return time.process_time() - started

    return [min(once(runs) for _ in range(TIMED)) for runs in RUNS]
