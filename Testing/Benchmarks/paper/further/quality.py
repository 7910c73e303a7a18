"""The quality score of M3D-NCA as an alarm: does a large spread of repeated runs tell that a segmentation is bad?

Scans as they are rarely fail, so that each case is also measured with the artefacts of figure 6 and with a moved field
of view, in the middle and at the end of the range of that figure.
"""

from __future__ import annotations

from collections.abc import Iterator

from mednca.cases import AnyCase, read_case
from mednca.report.changes import EXPERIMENTS, Experiment, Scan

from .. import results
from ..study import Study
from .kept import Kept
from .scoring import score
from .subject import Subject

FOLDER = "further/quality"
RUNS = 5
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
    """Measure a model on the validation cases and write the result, unless there is one of the same weights."""
    name = f"{FOLDER}/{subject.name}"
    found = results.read(name, study.into)
    if found is not None and found["model_sha256"] == subject.sha256:
        return
    kept = Kept(study.work / f"{name}.json", subject.sha256)
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
                        **of_case(subject, case, experiment, level, study.device),
                    },
                )
            )
            print(f"{subject.name}: {key}, Dice {scans[-1]['dice']:.4f}, {scans[-1]['quality']:.4f}", flush=True)
    result = {
        "subject": subject.name,
        "title": subject.title,
        "model_sha256": subject.sha256,
        "part": "validation",
        "runs": RUNS,
        "failure": FAILURE,
        "scans": scans,
        **study.provenance(command),
    }
    results.write(name, result, study.into)


def of_case(
    subject: Subject, case: AnyCase, experiment: Experiment | None, level: float, device: str
) -> dict[str, float | None]:
    """Quality score and figures of the mean of the runs, on the changed scan's own grid."""
    scan = Scan(case.name, *read_case(case), plane=subject.model.card.input.plane)
    if experiment is not None:
        scan = experiment.apply(scan, level)
    found = subject.run(scan.volume, device, runs=RUNS)
    return {"quality": found.quality, **score(found.labels > 0, scan.truth > 0, scan.volume.spacing)}
