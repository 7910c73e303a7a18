"""The texts of cases and settings: plain functions from facts to what the panel shows, without Qt."""

import importlib.metadata
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from mednca.training.plan import Plan
from MedNCASegmentLib.wording import cardHtml, durationText
from slicer.i18n import tr as _

from .case_list import AnyCase
from .case_reports import CaseReport
from .planning import gigabytes
from .readiness import heldOut
from .segment_labels import codeText, nameKey, terminologyOf, union


class State(Enum):
    """How a case stands."""

    GOOD = "good"
    NOTED = "noted"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class CaseRow:
    """What a row of the table of cases says."""

    volume: str
    segmentation: str
    state: State
    text: str
    details: str = ""  # beside the text, for whoever points at it


@dataclass(frozen=True)
class SegmentRow:
    """What a row of the table of segments says."""

    name: str
    chosen: bool
    color: tuple[float, float, float]
    code: str  # terminology in words
    cases: int  # that have it


def caseRows(cases: list[AnyCase], reports: list[CaseReport | None]) -> list[CaseRow]:
    """The rows of the table of cases."""
    return [
        CaseRow(case.volumeName, case.segmentationName, *_state(report))
        for case, report in zip(cases, reports, strict=True)
    ]


def _state(report: CaseReport | None) -> tuple[State, str, str]:
    if report is None:
        return State.UNKNOWN, _("Not checked yet."), ""
    if not report.ok:
        return State.BAD, report.problem, ""
    found = report.checked
    shape = " x ".join(map(str, found.shape))
    spacing = " x ".join(f"{mm:.3g}" for mm in found.spacing)
    details = _("{shape} voxels of {spacing} mm.").format(shape=shape, spacing=spacing)
    return (State.NOTED, report.note, details) if report.note else (State.GOOD, _("Ready."), details)


def casesText(reports: list[CaseReport | None]) -> str:
    """How many cases there are, and how many of them can be used."""
    count, bad = len(reports), sum(report is not None and not report.ok for report in reports)
    unknown = sum(report is None for report in reports)
    if not count:
        return _("Add volumes with their segmentations: one by one, by folder, or by dropping them on the list.")
    text = _("1 case") if count == 1 else _("{count} cases").format(count=count)
    if unknown:
        text += ", " + _("{count} still to be checked").format(count=unknown)
    if bad:
        text += ", " + _("{count} with a problem").format(count=bad)
    return text + "."


def segmentRows(cases: list[AnyCase], omitted: list[str], codes: Mapping[str, str]) -> list[SegmentRow]:
    """The rows of the table of segments; `codes` holds the terminology that a person has written."""
    structures = [case.structures() for case in cases]
    names = [{nameKey(one.name) for one in of} for of in structures]
    left = {nameKey(name) for name in omitted}
    return [
        SegmentRow(
            one.name,
            nameKey(one.name) not in left,
            one.color,
            codeText(terminologyOf(one, codes)),
            sum(nameKey(one.name) in keys for keys in names),
        )
        for one in union(structures)
    ]


def needsText(plan: Plan, limit: float, seconds: float) -> str:
    """What a training takes, in memory and time.

    Args:
        plan: of the training.
        limit: gigabytes that it may take.
        seconds: that an iteration takes on this computer, roughly.
    """
    recipe = plan.recipe
    memory = _("About {needed} of memory (limit {limit} GB).").format(
        needed=gigabytes(plan.memory_bytes), limit=f"{limit:g}"
    )
    if recipe.minutes is not None:
        count = round(float(f"{max(1.0, 60 * recipe.minutes / seconds):.2g}"))  # no more is known than two digits
        time = _("{minutes} min of training, roughly {count} iterations without a GPU, and some more to measure it.")
        return f"{memory} {time.format(minutes=f'{recipe.minutes:g}', count=f'{count:,}')}"
    time = _("Roughly {time} of training without a GPU ({count} iterations), and some more to measure it.")
    return f"{memory} {time.format(time=durationText(recipe.iterations * seconds), count=f'{recipe.iterations:,}')}"


def heldOutText(usable: int, percent: int) -> str:
    """How many cases are trained on and how many are kept from it."""
    kept = heldOut(usable, percent)
    return _("{training} for training, {kept} held out").format(training=usable - kept, kept=kept)


def torchText() -> str:
    """Whether PyTorch, which training needs, is there; nothing is imported to know."""
    if importlib.util.find_spec("torch") is None:
        return _("PyTorch is not installed; training needs it.")
    try:
        return _("PyTorch {version} is installed.").format(version=importlib.metadata.version("torch"))
    except importlib.metadata.PackageNotFoundError:
        return _("PyTorch is installed.")


def planHtml(plan: Plan) -> str:
    """A plan as a table: what was chosen, and why."""
    return cardHtml(list(plan.why.items()))
