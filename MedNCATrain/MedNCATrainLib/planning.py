"""From what is known of the cases and set on the panel to the plan of a training."""

import json
import re
from dataclasses import asdict, replace

from mednca import Label, MedNCAError
from mednca.training.checking import fingerprint
from mednca.training.duration import seconds_per_iteration
from mednca.training.plan import Plan, propose
from slicer.i18n import tr as _

from .case_list import fileName
from .case_reports import CaseReport
from .computer import memoryGB, speed
from .parameters import Preset

AUTOMATIC_SHARE = 0.5  # of the computer's memory, so that Slicer and its user can go on working


def memoryLimit(parameters) -> float:
    """Gigabytes that the training may take: what was set, or a share of the computer's memory."""
    return parameters.memoryGB or round(AUTOMATIC_SHARE * memoryGB(), 1)


def iterationSeconds(plan: Plan) -> float:
    """About how long an iteration of the training takes on this computer, without a GPU."""
    return seconds_per_iteration(plan.card, plan.recipe, plan.cells, speed())


def choicesOf(parameters) -> tuple:
    """What of the parameters a proposed plan rests on."""
    texts = ("modelName", "anatomy", "modality", "intendedUse", "licence")
    return (parameters.plan, parameters.minutes, memoryLimit(parameters), *(getattr(parameters, one) for one in texts))


def proposedPlan(parameters, labels: list[Label], reports: list[CaseReport]) -> Plan:
    """The plan that the panel's choices and the cases lead to, without what was edited in it by hand.

    Args:
        parameters: the panel's.
        labels: to learn.
        reports: of the cases that can be used.

    Raises:
        MedNCAError: a label is in no case, or no plan fits into the memory.
    """
    declared = {label.value: label.name for label in labels}
    preset = parameters.plan.value or None
    facts = fingerprint([report.checked for report in reports], declared)
    plan = propose(facts, memoryLimit(parameters), float(parameters.minutes), preset=preset)
    card = replace(
        plan.card,
        name=fileName(parameters.modelName) or "model",
        title=parameters.modelName.strip() or _("Own model"),
        labels=labels,
        anatomy=parameters.anatomy.strip(),
        modality=parameters.modality.strip(),
        intended_use=parameters.intendedUse.strip(),
        licence=parameters.licence.strip(),
        training={"data_licence": parameters.licence.strip()} if parameters.licence.strip() else {},
    )
    return replace(plan, card=card)


def editedPlan(proposal: Plan, parameters) -> Plan:
    """A proposed plan with what was edited in it by hand.

    Raises:
        MedNCAError: what was edited makes no plan, or one that does not fit into the memory.
    """
    edits = _edits(parameters)
    if not edits:
        return proposal
    plan = _overlaid(proposal, edits)
    limit = memoryLimit(parameters)
    if plan.memory_bytes > limit * 1e9:
        raise MedNCAError(_tooLarge(plan, limit))
    return plan


def editableText(plan: Plan) -> str:
    """What of a plan can be edited by hand, as JSON. What the panel asks for elsewhere is left out.

    A number of iterations takes the place of the time limit.
    """
    card, recipe = asdict(plan.card), asdict(plan.recipe)
    names = ("input", "levels", "channels", "hidden", "fire_rate")
    del recipe["minutes"]
    text = json.dumps({"card": {name: card[name] for name in names}, "recipe": recipe}, indent=2)
    # Pairs of numbers on one line.
    return re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]", text)


def editsOf(plan: Plan, text: str) -> dict:
    """What a person has changed in the text of a plan, part by part; empty when nothing.

    Args:
        plan: the proposed one.
        text: of :func:`editableText`, edited.

    Raises:
        MedNCAError: the text is not JSON, or what was changed makes no plan.
    """
    edits = _difference(json.loads(editableText(plan)), _read(text))
    _overlaid(plan, edits)
    return edits


def editsText(edits: dict, preset: Preset) -> str:
    """The form in which edits are kept in a parameter: they belong to the plan that they were made in."""
    return json.dumps({"preset": preset.value, **edits}) if edits else ""


def _edits(parameters) -> dict:
    edits = json.loads(parameters.editedPlan) if parameters.editedPlan else {}
    return edits if edits.pop("preset", parameters.plan.value) == parameters.plan.value else {}


def _read(text: str) -> dict:
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = _(" in line {line}").format(line=error.lineno) if isinstance(error, json.JSONDecodeError) else ""
        raise MedNCAError(_("The plan is not valid JSON{where}; correct it.").format(where=where)) from error
    if (
        not isinstance(raw, dict)
        or set(raw) != {"card", "recipe"}
        or not all(isinstance(raw[one], dict) for one in raw)
    ):
        raise MedNCAError(_("The plan must be a JSON object with 'card' and 'recipe', and nothing else."))
    return raw


def _difference(before: dict, after: dict) -> dict:
    """What has other values in `after`, part by part; what is missing there stays as it was."""
    parts = {
        part: {name: value for name, value in values.items() if name not in before[part] or before[part][name] != value}
        for part, values in after.items()
    }
    return {part: values for part, values in parts.items() if values}


def _overlaid(plan: Plan, edits: dict) -> Plan:
    """A plan with edits laid over it, and that in place of the reasons of what was edited."""
    changed = {name: value for values in edits.values() for name, value in values.items()}
    stale = set(changed) | ({"steps"} if "levels" in changed else set())
    if changed.get("iterations") is not None:
        edits = {**edits, "recipe": {**edits["recipe"], "minutes": None}}
        stale.add("minutes")
    why = {name: sentence for name, sentence in plan.why.items() if name.partition(".")[0] not in stale}
    why |= {name: _("{value}, edited by hand.").format(value=json.dumps(value)) for name, value in changed.items()}
    return replace(plan.overlaid(edits), why=why)


def _tooLarge(plan: Plan, limit: float) -> str:
    """The sentence about a plan that takes too much memory, with what would fit."""
    text = _("This plan takes about {needed} of memory, more than the limit of {limit} GB.").format(
        needed=gigabytes(plan.memory_bytes), limit=f"{limit:g}"
    )
    try:
        fitting = plan.within(limit)
    except MedNCAError as problem:
        return str(problem)
    changes = [
        f"{name} {str(value).lower() if isinstance(value, bool) else value}"
        for name, value in asdict(fitting.recipe).items()
        if value != getattr(plan.recipe, name)
    ]
    return f"{text} " + _("With {changes} it would fit.").format(changes=", ".join(changes))


def gigabytes(count: float) -> str:
    """A number of bytes as a person reads it."""
    return f"{count / 1e9:.1f} GB"
