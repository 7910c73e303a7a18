"""Sentences about a run: from its status to text, without Qt and without a scene."""

from html import escape

from MedNCASegmentLib.wording import durationText
from slicer.i18n import tr as _

from .folder_process import RunState
from .run_files import Status


def progressText(state: RunState, status: Status | None, stopping: bool) -> str:
    """Where a live run is and how long it will still take; empty for another."""
    if not state.isLive:
        return ""
    if state is RunState.STARTING or status is None:
        return _("The training process is starting")
    if stopping:
        return _("Saving a checkpoint, and ending after that")
    doing = {
        "preparing": _("Preparing the cases"),
        "validating": _("Segmenting the validation cases"),
        "calibrating": _("Calibrating the model on training cases"),
        "evaluating": _("Evaluating the validation cases"),
    }.get(status.state)
    parts = [doing] if doing else []
    if status.iteration and status.iterations:
        parts.append(_("iteration {done} of {all}").format(done=f"{status.iteration:,}", all=f"{status.iterations:,}"))
    if status.loss is not None:
        parts.append(_("loss {loss}").format(loss=f"{status.loss:.3f}"))
    if status.bestDice is not None:
        parts.append(_("best validation Dice {dice}").format(dice=f"{status.bestDice:.4f}"))
    if status.secondsLeft is not None:
        # A wait that is said to take 0 s and goes on is an annoyance.
        parts.append(_("about {time} left").format(time=durationText(max(1.0, status.secondsLeft))))
    if status.memoryGB is not None:
        parts.append(_("{memory} GB of memory").format(memory=f"{status.memoryGB:.1f}"))
    text = ", ".join(parts) or _("Training")
    return text[0].upper() + text[1:]


def fraction(status: Status | None) -> float:
    """How much of the iterations is done, from 0 to 1."""
    if status is None or not status.iteration or not status.iterations:
        return 0.0
    return min(1.0, status.iteration / status.iterations)


def endText(state: RunState, status: Status | None, canResume: bool, output: str, advice: str = "") -> str:
    """How a run has ended, and what can be done now; empty for one that has not.

    Args:
        state, status: of the run.
        canResume: whether there is a checkpoint to go on from.
        output: what the process has printed.
        advice: what to do when the system has ended it because it took too much memory.
    """
    after = _("iteration {done} of {all}").format(
        done=f"{status.iteration or 0:,}" if status else "0", all=f"{status.iterations or 0:,}" if status else "0"
    )
    goesOn = _("Resume goes on from the last checkpoint.") if canResume else ""
    if state is RunState.FINISHED:
        if status.bestDice is None:
            return _("Training has finished.")
        return _("Training has finished; the best validation Dice was {dice}, at iteration {iteration}.").format(
            dice=f"{status.bestDice:.4f}", iteration=f"{status.bestIteration or status.iteration or 0:,}"
        )
    if state is RunState.PAUSED:
        text = _("Training has ended at {after}, and a checkpoint is saved.").format(after=after)
        return _joined(text, _("Resume goes on from there.") if canResume else "")
    if state is RunState.FAILED:
        return _joined(status.message or _("Training has failed; the log has the details."), goesOn)
    if state is not RunState.GONE:
        return ""
    if status is None:
        reason = next((line for line in reversed(output.splitlines()) if line.strip()), "")
        return _("Training could not start: {reason}").format(reason=reason or _("its process has ended at once."))
    text = _("The training process was ended from outside at {after}.").format(after=after)
    if not advice:
        return _joined(text, goesOn)
    reason = _("It had {memory} GB of memory, and a computer that runs out of memory ends processes.")
    return _joined(text, reason.format(memory=f"{status.memoryGB:.1f}"), advice, goesOn)


def legendHtml(curves: list[tuple[str, tuple[float, float, float]]]) -> str:
    """Names of curves, each behind a square of its colour, red, green and blue from 0 to 1."""
    parts = []
    for name, color in curves:
        code = "".join(f"{round(255 * part):02x}" for part in color)
        parts.append(f'<span style="color: #{code}">&#9632;</span>&nbsp;{escape(name)}')
    return " &nbsp; ".join(parts)


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
