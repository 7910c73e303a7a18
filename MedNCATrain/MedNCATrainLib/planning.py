"""From what is known of the cases and set on the panel to the plan of a training."""

import json
from dataclasses import asdict, replace

from mednca import Label, MedNCAError
from mednca.training.checking import fingerprint
from mednca.training.plan import Plan, propose
from slicer.i18n import tr as _

from .case_list import fileName
from .case_reports import CaseReport
from .computer import memoryGB

AUTOMATIC_SHARE = 0.5  # of the computer's memory, so that Slicer and its user can go on working


def memoryLimit(parameters) -> float:
    """Gigabytes that the training may take: what was set, or a share of the computer's memory."""
    return parameters.memoryGB or round(AUTOMATIC_SHARE * memoryGB(), 1)


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


def planOf(parameters, labels: list[Label], reports: list[CaseReport]) -> Plan:
    """The plan of the training: the proposed one with what was edited by hand.

    Raises:
        MedNCAError: as for :func:`proposedPlan`, or what was edited is wrong or does not fit into the memory.
    """
    plan = proposedPlan(parameters, labels, reports)
    if not parameters.editedPlan:
        return plan
    overlay = overlayFrom(parameters.editedPlan)
    if isinstance(overlay.get("recipe"), dict) and overlay["recipe"].get("iterations") is not None:
        overlay["recipe"]["minutes"] = None
    plan = plan.overlaid(overlay)
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
    return json.dumps({"card": {name: card[name] for name in names}, "recipe": recipe}, indent=2)


def overlayFrom(text: str) -> dict:
    """Edited JSON, as an overlay for a plan.

    Raises:
        MedNCAError: it is not JSON, or has something else than a card and a recipe.
    """
    try:
        overlay = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = _(" in line {line}").format(line=error.lineno) if isinstance(error, json.JSONDecodeError) else ""
        raise MedNCAError(_("The plan is not valid JSON{where}; correct it.").format(where=where)) from error
    if not isinstance(overlay, dict) or not set(overlay) <= {"card", "recipe"}:
        raise MedNCAError(_("The plan must be a JSON object with 'card' and 'recipe', and nothing else."))
    return overlay


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
