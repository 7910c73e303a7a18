"""Training with the artefacts of figure 6: how much of what they cost does it win back?"""

from __future__ import annotations

from mednca.report.changes import EXPERIMENTS

from .. import results
from ..rows import BY_NAME
from ..study import Study
from .curves import of_subject
from .subject import from_row

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
    found = {one.name: {"title": one.title, "experiments": of_subject(one, study, SHOWN)} for one in subjects}
    cases = [case.name for case in study.parts["validation"]]
    result = {"part": "validation", "cases": cases, "rows": found, **study.provenance(command)}
    results.write(NAME, result, study.into)
