"""The sentences about a robustness report: plain functions, without Qt and without a scene."""

from typing import Any

from mednca.report.findings import summary
from MedNCASegmentLib.wording import durationText
from slicer.i18n import tr as _

from .folder_process import RunState
from .report_cases import ReportCases
from .report_process import ReportStatus


def progressText(status: ReportStatus | None, stopping: bool) -> str:
    """Where a report that is being made is, and how long it will still take."""
    if stopping:
        return _("Keeping what is measured, and ending after that")
    if status is None or not status.total:
        return _("The report's process is starting")
    parts = [status.text, _("{done} of {total}").format(done=status.done, total=status.total)]
    if status.secondsLeft is not None:
        parts.append(_("about {time} left").format(time=durationText(max(1.0, status.secondsLeft))))
    return ", ".join(filter(None, parts))


def endText(state: RunState, status: ReportStatus | None, hasBegun: bool, lastWords: str) -> str:
    """Why a process has ended without a report, and what can be done now; empty where it has made one.

    Args:
        state, status: of the process.
        hasBegun: whether something is measured that another start goes on from.
        lastWords: what the program has said before it ended.
    """
    if state is RunState.PAUSED:
        text = _("The report was cancelled.")
    elif state is RunState.FAILED:
        text = (status.message if status is not None else "") or lastWords
    elif state is RunState.GONE:
        text = lastWords or _("The process that made the report was ended from outside.")
    else:
        return ""
    return " ".join(filter(None, [text, _("Make report goes on with what is measured.") if hasBegun else ""]))


def summaryText(result: dict[str, Any], cases: ReportCases, isEarlier: bool, canAdd: bool) -> str:
    """What a report says, what it is of, and what it lacks.

    Args:
        result: of :func:`mednca.report.result.read_result`.
        cases: those of the run.
        isEarlier: the model was trained on since.
        canAdd: nothing is missing that the artefacts need.
    """
    measured = result["cases"]
    learnt = [name for name in measured if name not in cases.heldOut]
    if learnt:
        of = _("Measured on {count} cases, of which the model has learnt from {learnt}: the Dice is too good.")
    elif len(measured) == 1:
        of = _("Measured on 1 case that the model has not learnt from.")
    else:
        of = _("Measured on {count} cases that the model has not learnt from.")
    sentences = [summary(result), of.format(count=len(measured), learnt=len(learnt))]
    titles = ", ".join(one["title"] for one in result["left_out"])
    if titles:
        sentences.append(_("Left out: {titles}.").format(titles=titles))
        if canAdd:
            sentences.append(_("Make report adds them."))
    if isEarlier:
        sentences.append(_("The model has changed since; make the report again."))
    return " ".join(sentences)


def artefactsText(hasTorch: bool) -> str:
    """What a report cannot have here, and why."""
    if hasTorch:
        return _("Without TorchIO the report leaves ghosting, anisotropy and bias field out.")
    return _("Without PyTorch and TorchIO the report leaves ghosting, anisotropy and bias field out.")
