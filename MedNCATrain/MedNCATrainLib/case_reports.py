"""What is known of each case: whether it can be used, and what the plan needs to know of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from mednca import Label
from mednca.cases import ArrayCase
from mednca.training.checking import CheckedCase, check_case
from MedNCASegmentLib.problems import problemText
from slicer.i18n import tr as _

from .case_list import AnyCase
from .case_reading import ReadCase
from .segment_labels import nameKey
from .stepwise import Stepwise


@dataclass(frozen=True, eq=False)
class CaseReport:
    """One case, looked at. With a problem it cannot be used; a note is for a person to know."""

    problem: str = ""
    note: str = ""
    checked: CheckedCase | None = None  # of cases that could be read, without their voxels
    voxels: int = 0
    bytes: int = 0  # that its files take at most

    @property
    def ok(self) -> bool:
        return not self.problem


class CaseReports:
    """Looks at cases, at each one once until it is changed."""

    def __init__(self) -> None:
        self._reports: dict[tuple, CaseReport] = {}

    def report(self, case: AnyCase, labels: list[Label]) -> CaseReport | None:
        """What is known of a case with these labels; None when it has to be looked at first, see :meth:`examine`."""
        obvious = obviousProblem(case, labels)
        return CaseReport(obvious) if obvious else self._reports.get(_state(case, labels))

    def unknown(self, cases: list[AnyCase], labels: list[Label]) -> list[AnyCase]:
        """The cases that have to be looked at."""
        return [case for case in cases if self.report(case, labels) is None]

    def examine(self, cases: list[AnyCase], labels: list[Label]) -> Stepwise:
        """Look at the cases that have to be; the progress is the number of those that are done."""
        return Stepwise(self._examining(self.unknown(cases, labels), labels))

    def forgetOthers(self, cases: list[AnyCase], labels: list[Label]) -> None:
        """Keep only what is known of these cases with these labels."""
        states = {_state(case, labels) for case in cases if not obviousProblem(case, labels)}
        self._reports = {state: report for state, report in self._reports.items() if state in states}

    def _examining(self, cases: list[AnyCase], labels: list[Label]) -> Iterator[int]:
        for done, case in enumerate(cases, start=1):
            if not obviousProblem(case, labels):  # it may have been removed or emptied meanwhile
                state = _state(case, labels)
                try:
                    for content in case.read(labels):
                        if content is None:
                            yield done - 1
                    self._reports[state] = reportOf(content, labels)
                except Exception as problem:
                    self._reports[state] = CaseReport(problemText(problem))
            yield done


def reportOf(content: ReadCase, labels: list[Label]) -> CaseReport:
    """What is to be said of a case that was read."""
    names = {label.value: label.name for label in labels}
    found = check_case(ArrayCase("", content.volume, content.label), names)
    # The voxels are not kept: many cases would not fit into memory together.
    checked = CheckedCase(None, found.problems, found.shape, found.spacing, found.labels, found.facts)
    problem = found.problems[0] if found.problems else ""
    if content.outside and not problem:
        problem = _("'{segment}' is larger than the volume; choose the volume that it was drawn on.").format(
            segment=content.outside[0]
        )
    array = content.volume.array
    return CaseReport(problem, _note(content, found, names), checked, array.size, array.size * (array.itemsize + 1))


def obviousProblem(case: AnyCase, labels: list[Label]) -> str:
    """What is wrong with a case at first sight, without reading its voxels; empty for nothing."""
    problem = case.obviousProblem()
    if problem:
        return problem
    if not labels:
        return _("None of its segments is to be learnt.")
    wanted = {nameKey(label.name) for label in labels}
    if wanted.isdisjoint(nameKey(one.name) for one in case.structures()):
        return _("It has none of the segments that are to be learnt.")
    return ""


def _note(content: ReadCase, found: CheckedCase, names: dict[int, str]) -> str:
    present, notes = found.labels or {}, []
    empty = [name for value, name in names.items() if name not in content.missing and value not in present]
    if content.missing:
        notes.append(_("It has no '{names}'; that counts as absent.").format(names="', '".join(content.missing)))
    if empty and present:
        notes.append(_("'{names}' is empty here.").format(names="', '".join(empty)))
    if content.overlapping:
        notes.append(
            _("{count} voxels are in two segments; the later one has them.").format(count=f"{content.overlapping:,}")
        )
    return " ".join(notes)


def _state(case: AnyCase, labels: list[Label]) -> tuple:
    return tuple((label.value, nameKey(label.name)) for label in labels), case.state()
