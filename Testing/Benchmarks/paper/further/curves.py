"""Figures 5 and 6 of the paper for a model, on the validation cases."""

from __future__ import annotations

from collections.abc import Iterable

from mednca.cases import AnyCase, read_case
from mednca.metrics import dice
from mednca.report.changes import EXPERIMENTS, Experiment, Scan
from mednca.report.measuring import key_of

from .. import results
from ..study import Study
from .kept import Kept
from .subject import Subject

FOLDER = "further/robustness"


def measure(subject: Subject, study: Study, command: str) -> None:
    """Measure all experiments and write the result, unless there is one of the same weights."""
    name = f"{FOLDER}/{subject.name}"
    found = results.read(name, study.into)
    if found is not None and found["model_sha256"] == subject.sha256:
        return
    result = {
        "subject": subject.name,
        "title": subject.title,
        "model_sha256": subject.sha256,
        "part": "validation",
        "cases": [case.name for case in study.parts["validation"]],
        "experiments": of_subject(subject, study),
        **study.provenance(command),
    }
    results.write(name, result, study.into)


def of_subject(
    subject: Subject, study: Study, experiments: Iterable[Experiment] = EXPERIMENTS
) -> dict[str, dict[str, list]]:
    """By experiment: its levels, and the Dice [level][case]; goes on where it was interrupted."""
    kept = Kept(study.work / FOLDER / f"{subject.name}.json", subject.sha256)
    found = {}
    for one in experiments:
        overlaps = []
        for level in one.levels:
            key = key_of(one, level)  # a scan as it is is the same in every experiment
            overlaps.append(kept.get(key, lambda one=one, level=level: dice_of(subject, study, one, level)))
            print(f"{subject.name}: {key}, Dice {results.mean_of(overlaps[-1]):.4f}", flush=True)
        found[one.name] = {"levels": list(one.levels), "dice": overlaps}
    return found


def dice_of(subject: Subject, study: Study, experiment: Experiment, level: float) -> list[float | None]:
    """Dice of every validation case, on the changed scan's own grid; None where nothing of the reference is left."""

    def of_case(case: AnyCase) -> float | None:
        scan = Scan(case.name, *read_case(case), plane=subject.model.card.input.plane)
        scan = experiment.apply(scan, level)
        found = subject.run(scan.volume, study.device, zoom=scan.zoom)
        return dice(found.labels > 0, scan.truth > 0) if (scan.truth > 0).any() else None

    return [of_case(case) for case in study.parts["validation"]]
