"""Training with the artefacts of figure 6: how much of what they cost does it win back?"""

from __future__ import annotations

from typing import Any

from mednca.cases import AnyCase, read_case
from mednca.metrics import dice
from mednca.report.changes import EXPERIMENTS, Experiment, Scan

from .. import results
from ..rows import BY_NAME
from ..study import Study
from .kept import Kept
from .subject import Subject, from_row

NAME = "further/artefacts"
PLAIN, WITH = "med-nca-1mm", "med-nca-1mm-artefacts"
SHOWN = tuple(one for one in EXPERIMENTS if one.figure == 6)


def measure(study: Study, command: str) -> None:
    """Measure the plain row and the one trained with artefacts on the validation cases, once both are final."""
    if results.read(NAME, study.into) is not None:
        return
    subjects = [from_row(BY_NAME[name], study) for name in (PLAIN, WITH)]
    if None in subjects:
        return
    found = {one.name: {"title": one.title, "experiments": of_subject(one, study)} for one in subjects}
    cases = [case.name for case in study.parts["validation"]]
    result = {"part": "validation", "cases": cases, "rows": found, **study.provenance(command)}
    results.write(NAME, result, study.into)


def of_subject(subject: Subject, study: Study) -> dict[str, Any]:
    """By experiment: its levels, and the Dice [level][case]."""
    kept = Kept(study.work / NAME / f"{subject.name}.json", subject.sha256)
    found = {}
    for one in SHOWN:
        overlaps = []
        for level in one.levels:
            # A scan as it is is the same in every experiment.
            key = "unchanged" if level == one.unchanged else f"{one.name} {level:g}"
            overlaps.append(kept.get(key, lambda one=one, level=level: dice_of(subject, study, one, level)))
            print(f"{subject.name}: {key}, Dice {sum(overlaps[-1]) / len(overlaps[-1]):.4f}", flush=True)
        found[one.name] = {"levels": list(one.levels), "dice": overlaps}
    return found


def dice_of(subject: Subject, study: Study, experiment: Experiment, level: float) -> list[float]:
    """Dice of every validation case, on the changed scan's own grid."""

    def of_case(case: AnyCase) -> float:
        scan = experiment.apply(Scan(case.name, *read_case(case)), level)
        return dice(subject.run(scan.volume, study.device).labels > 0, scan.truth > 0)

    return [of_case(case) for case in study.parts["validation"]]
