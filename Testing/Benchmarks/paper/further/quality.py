"""The quality score of M3D-NCA as an alarm: does a large spread of repeated runs tell that a segmentation is bad?

Scans as they are rarely fail, so that each case is also measured with the artefacts of figure 6 and with a moved field
of view, in the middle and at the end of the range of that figure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from mednca.cases import AnyCase, read_case
from mednca.report.changes import EXPERIMENTS, Experiment, Scan

from .. import results
from ..study import Study
from .kept import Kept
from .scoring import score
from .subject import Subject

FOLDER = "further/quality"
RUNS = 5  # of a model whose card says a single one, which has no spread
FAILURE = 0.8  # a Dice below this counts as a failure
CHANGES = ("ghosting", "anisotropy", "bias", "shift")
AS_IT_IS = "none"


def conditions() -> Iterator[tuple[str, float, Experiment | None]]:
    """Name and level of what is done to a scan, and the experiment that does it."""
    yield AS_IT_IS, 0.0, None
    for one in EXPERIMENTS:
        if one.name in CHANGES:
            for level in (one.levels[len(one.levels) // 2 - 1], one.levels[-1]):
                yield one.name, level, one


def measure(subject: Subject, study: Study, command: str) -> None:
    """Measure a model on the validation cases; a result of the same weights and runs is not made again."""
    name = f"{FOLDER}/{subject.name}"
    found = results.read(name, study.into)
    card = subject.model.card
    ways = {"runs": card.runs if card.runs > 1 else RUNS, "mirrored": card.mirrored}
    same = {"model_sha256": subject.sha256, **ways}
    if found is not None and all(found.get(key, False) == value for key, value in same.items()):
        return
    kept = Kept(study.work / f"{name}.json", json.dumps(same))
    scans = []
    for change, level, experiment in conditions():
        for case in study.parts["validation"]:
            key = f"{change} {level:g} {case.name}"
            scans.append(
                kept.get(
                    key,
                    lambda case=case, change=change, level=level, experiment=experiment: {
                        "case": case.name,
                        "change": change,
                        "level": level,
                        **of_case(subject, case, experiment, level, study.device, **ways),
                    },
                )
            )
            print(f"{subject.name}: {key}, Dice {scans[-1]['dice']:.4f}, {scans[-1]['quality']:.4f}", flush=True)
    result = {
        "subject": subject.name,
        "title": subject.title,
        "part": "validation",
        **same,
        "planes": list(card.input.planes),
        "failure": FAILURE,
        "scans": scans,
        **study.provenance(command),
    }
    results.write(name, result, study.into)


def of_case(
    subject: Subject,
    case: AnyCase,
    experiment: Experiment | None,
    level: float,
    device: str,
    runs: int = RUNS,
    mirrored: bool = False,
) -> dict[str, float | None]:
    """Quality score and figures of the mean of the runs, on the changed scan's own grid."""
    scan = Scan(case.name, *read_case(case), plane=subject.model.card.input.plane)
    if experiment is not None:
        scan = experiment.apply(scan, level)
    found = subject.run(scan.volume, device, runs=runs, mirrored=mirrored)
    return {"quality": found.quality, **score(found.labels > 0, scan.truth > 0, scan.volume.spacing)}
