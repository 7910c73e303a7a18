"""The panel's sentences: plain functions from facts to text, without Qt and without a scene."""

import math
from html import escape

from mednca import Model, Progress, Result
from mednca.evaluation import dice_of_labels
from mednca.metrics import hundredths_text
from slicer.i18n import tr as _


def durationText(seconds: float) -> str:
    """A length of time as a person says it: "8 s", "2 min 5 s", "1 h 3 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return _("{seconds} s").format(seconds=whole)
    if whole < 3600:
        return _("{minutes} min {seconds} s").format(minutes=whole // 60, seconds=whole % 60)
    return _("{hours} h {minutes} min").format(hours=whole // 3600, minutes=whole % 3600 // 60)


def progressText(progress: Progress) -> str:
    """Where a run is and how long it will still take."""
    parts = [_("Slice {slice} of {slices}").format(slice=progress.slice, slices=progress.slices)]
    if progress.runs > 1:
        parts.append(_("run {run} of {runs}").format(run=progress.run, runs=progress.runs))
    parts.append(_("level {level} of {levels}").format(level=progress.level, levels=progress.levels))
    parts.append(_("step {step} of {steps}").format(step=progress.step, steps=progress.steps))
    if progress.seconds_left is not None:
        # A wait that is said to take 0 s and goes on is an annoyance.
        parts.append(_("about {time} left").format(time=durationText(max(1.0, progress.seconds_left))))
    return ", ".join(parts)


def batchProgressText(progress) -> str:
    """Where a run on many volumes is, from a BatchProgress."""
    parts = [_("Volume {index} of {count}").format(index=progress.index, count=progress.count), progress.name]
    if progress.volume is not None:
        parts.append(_("slice {slice} of {slices}").format(slice=progress.volume.slice, slices=progress.volume.slices))
    if progress.secondsLeft is not None:
        parts.append(_("about {time} left").format(time=durationText(max(1.0, progress.secondsLeft))))
    return ", ".join(parts)


def memoryText(kept: int, total: int, every: int, voxels: int) -> str:
    """What the recorded steps take; a step is one byte a voxel."""
    size = kept * voxels / 1e6
    amount = f"{size:.1f}" if size < 10 else f"{size:.0f}"
    if every == 1:
        return _("All {total} steps, {amount} MB").format(total=total, amount=amount)
    return _("{kept} of {total} steps (1 in {every}), {amount} MB").format(
        kept=kept, total=total, every=every, amount=amount
    )


def labelsHtml(volumes: list[tuple[str, tuple[float, float, float], float]]) -> str:
    """Labels with a square of their colour: name, red, green and blue from 0 to 1, and volume in mL of each."""
    lines = []
    for name, color, milliliters in volumes:
        code = "".join(f"{round(255 * part):02x}" for part in color)
        text = _("{name}: {volume} mL").format(name=name, volume=hundredths_text(milliliters))
        lines.append(f'<span style="color: #{code}">&#9632;</span> {escape(text)}')
    return "<br>".join(lines)


def cellText(value: str | float, unit: str) -> str:
    """A cell of a results table with its unit: whole numbers with thousands set apart, nothing for not-a-number."""
    if isinstance(value, str):
        return value
    if math.isnan(value):
        return ""
    if unit == "s" and value >= 10:
        return durationText(value)
    if unit:
        return f"{value:.1f} {unit}" if unit == "s" else f"{hundredths_text(value)} {unit}"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.3f}"


def cardRows(model: Model) -> list[tuple[str, str]]:
    """What a person should know of a model before using it: headings and texts that its card has."""
    card = model.card
    rows = [
        (_("Anatomy"), card.anatomy or ", ".join(label.name for label in card.labels)),
        (_("Modality"), card.modality),
        (_("Scan"), card.expects),
        (_("Size"), sizeText(model)),
        (_("Accuracy"), accuracyText(card.evaluation)),
        (_("Licence"), card.licence),
        (_("Use"), card.intended_use),
    ]
    return [(heading, text) for heading, text in rows if text]


def sizeText(model: Model) -> str:
    """Parameters, levels, steps and runs of a model."""
    card = model.card
    steps = " + ".join(str(level.steps) for level in card.levels)
    planes = " + ".join(planeText(plane) for plane in card.input.planes)
    if card.runs == 1:
        text = _("{parameters} parameters, {steps} steps")
    elif len(card.input.planes) == 1:
        text = _("{parameters} parameters, {steps} steps, {runs} runs")
    else:
        text = _("{parameters} parameters, {steps} steps, {runs} runs ({planes} slices)")
    return text.format(parameters=f"{model.parameters:,}", steps=steps, runs=card.runs, planes=planes)


def planeText(plane: str) -> str:
    """An anatomical plane in the user's language."""
    return {"sagittal": _("sagittal"), "coronal": _("coronal"), "axial": _("axial")}[plane]


def doubtText(result: Result) -> str:
    """Why a segmentation should be checked, in one sentence; empty when nothing speaks against it."""
    if not any(result.volume_ml.values()):
        return _("Nothing was found: check that the scan is what the model's card asks for.")
    if not result.is_doubtful:
        return ""
    text = _("The runs disagree (spread {spread:.3f}, limit {limit:.3f}): check this segmentation before you use it.")
    return text.format(spread=result.quality, limit=result.quality_limit)


def accuracyText(evaluation: dict) -> str:
    """Dice and how it was measured, from a card's `evaluation`."""
    mean, cases, how = (evaluation.get(name) for name in ("mean_dice", "cases", "how"))
    if not isinstance(mean, (int, float)):
        return _("Not measured.")
    if isinstance(cases, int):
        text = _("Dice {mean:.4f} on {cases} cases").format(mean=mean, cases=cases)
    else:
        text = _("Dice {mean:.4f}").format(mean=mean)
    parts = ", ".join(f"{name} {part:.4f}" for name, part in dice_of_labels(evaluation).items())
    text = f"{text} ({parts})" if parts else text
    return f"{text}: {how}" if isinstance(how, str) and how else f"{text}."


def cardHtml(rows: list[tuple[str, str]]) -> str:
    """Rows as a two-column table; texts come from model files, so none of them is taken for markup."""
    lines = (
        f'<tr><td style="padding-right: 8px">{escape(heading)}</td><td>{escape(text)}</td></tr>'
        for heading, text in rows
    )
    return f"<table>{''.join(lines)}</table>"
