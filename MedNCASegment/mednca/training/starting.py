"""From the arguments of `mednca train` to a job: a new one, or the one that a checkpoint has."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from typing import Any

from ..arguments import command_line, read_text
from ..cases import AnyCase, check_fold, find_dataset, fold_cases, split_cases
from ..errors import MedNCAError
from ..model import Model, load_model
from ..options import MAX_SEED
from .job import Job
from .plan import GIVEN, Plan, check_preset, propose
from .plan_command import check_limits, look_at, summary
from .proposal import validation_interval

VALIDATION = 0.2
# What a run is settled by; where it is resumed, the same or nothing may be given.
SETTLED = (
    "preset",
    "plan",
    "merge_labels",
    "start",
    "validation",
    "fold",
    "minutes",
    "iterations",
    "memory",
    "seed",
    "threads",
    "exclude",
    "skip_bad",
)


def check_arguments(options: argparse.Namespace) -> None:
    """Raises MedNCAError when a value is out of its range."""
    for name in ("iterations", "threads"):
        value = getattr(options, name)
        if value is not None and not 0 < value < 1e9:
            raise MedNCAError(f"--{name} must be above 0 and below 1,000,000,000.")
    check_limits(options.memory, options.minutes)
    check_preset(options.preset)
    if options.seed is not None and not 0 <= options.seed <= MAX_SEED:
        raise MedNCAError("--seed must be from 0 to 2^63 - 1.")
    if options.validation is not None and not 0 <= options.validation < 1:
        raise MedNCAError("--validation must be from 0 to below 1.")
    if options.fold is not None:
        check_fold(*_fold(options.fold))


def new_job(options: argparse.Namespace) -> Job:
    """Look at the cases, plan and split them.

    Raises:
        MedNCAError: the cases or the plan cannot be used.
    """
    given = _read_plan(options.plan) if options.plan else None
    looked = look_at(options.data, options.exclude, options.skip_bad)
    if given is None:
        plan = propose(
            looked.fingerprint,
            minutes=options.minutes,
            preset=options.preset,
            dataset=looked.dataset,
            merge_labels=options.merge_labels,
        )
    else:
        plan = replace(given, fingerprint=looked.fingerprint.to_json())
    recipe = plan.recipe
    if options.minutes is not None:
        recipe = replace(recipe, minutes=options.minutes, iterations=None)
    if options.iterations is not None:
        # A reason of the plan's would be one for another number.
        why = plan.why | {"iterations": GIVEN}
        every = recipe.validate_every
        if given is None and options.iterations < recipe.iterations:
            shorter, reason = validation_interval(options.iterations)
            if shorter < every:
                every, why["validate_every"] = shorter, reason
        recipe = replace(recipe, iterations=options.iterations, minutes=None, validate_every=every)
        plan = replace(plan, why=why)
    if options.seed is not None:
        recipe = replace(recipe, seed=options.seed)
    plan = replace(plan, recipe=recipe)
    if options.memory is not None:
        plan = plan.within(options.memory)
    _check_labels(plan, {label.value for label in looked.fingerprint.labels})
    if options.fold is not None:
        split = fold_cases(looked.cases, *_fold(options.fold), recipe.seed)
    else:
        share = VALIDATION if options.validation is None else options.validation
        split = split_cases(looked.cases, share, recipe.seed)
    training, validation = ([case.name for case in part] for part in split)
    if options.start:
        plan = _started(plan, start_of(options.start, plan), validation)
    left_out = sorted([*options.exclude, *looked.bad])
    print(summary(plan), file=sys.stderr)
    return Job(plan, training, validation, left_out, _settled(options), command_line("--resume"))


def resumed_job(options: argparse.Namespace, state: dict[str, Any]) -> Job:
    """The job of a checkpoint.

    Raises:
        MedNCAError: the arguments ask for something else than those that the run was started with.
    """
    job = Job.from_state(state)
    for name, value in _settled(options).items():
        if value is None or value is False or value == [] or value == job.request.get(name):
            continue
        # The plan in the work folder is the one that was used, with what other arguments made of it.
        if name == "plan" and value == json.loads(job.plan.to_json()):
            continue
        argument = f"--{name.replace('_', '-')}"
        raise MedNCAError(
            f"The run in the work folder was started with another {argument}; leave it out to go on as it began, or"
            " give another --workdir to start anew."
        )
    return job


def cases_of(job: Job, folder: str) -> tuple[list[AnyCase], list[AnyCase]]:
    """The cases to train on and to validate on.

    Raises:
        MedNCAError: one is not in the folder any more.
    """
    found = {case.name: case for case in find_dataset(folder).cases}
    missing = [name for name in (*job.training, *job.validation) if name not in found]
    if missing:
        raise MedNCAError(f"The case '{missing[0]}' of this run is not in '{folder}' any more; put it back.")
    return [found[name] for name in job.training], [found[name] for name in job.validation]


def start_of(name_or_path: str, plan: Plan) -> Model:
    """The model that a training begins with; of a joined one, the rule for the plan's first plane.

    Raises:
        MedNCAError: there is no such model, or it has no rule for that plane.
    """
    model, plane = load_model(name_or_path), plan.card.input.plane
    if not model.card.further_rules:
        return model
    if plane not in model.card.input.planes:
        raise MedNCAError(
            f"'{model.card.name}' has no rule for {plane} slices, which the plan has; start from another model, or"
            " change the plan."
        )
    return model.of_plane(plane)


def _started(plan: Plan, start: Model, validation: list[str]) -> Plan:
    """The plan, its card saying which model's weights it begins with.

    Raises:
        MedNCAError: the weights do not fit the plan's card.
    """
    card, other = plan.card, start.card
    for name, wanted, found in (
        ("levels", len(card.levels), len(other.levels)),
        ("channels a cell", card.channels, other.channels),
        ("values in its hidden layer", card.hidden, other.hidden),
        ("image channels", card.input.channels, other.input.channels),
        ("labels", len(card.labels), len(other.labels)),
    ):
        if wanted != found:
            raise MedNCAError(
                f"The model to start from, '{other.name}', has {found} {name}, the plan {wanted}; start from a model"
                " that fits, or change the plan."
            )
    unknown = [name for name in validation if name not in other.training.get("validation_cases", ())]
    if unknown:
        print(
            f"Whether '{other.name}' has learnt from {unknown[0]} is not known"
            + (f", nor from {len(unknown) - 1} more of the validation cases" if len(unknown) > 1 else "")
            + "; if it has, their Dice will be too high.",
            file=sys.stderr,
        )
    facts = {"model": other.name, "version": other.version, "validation_cases_it_may_know": len(unknown)}
    return replace(plan, card=replace(card, training={**card.training, "start": facts}))


def _settled(options: argparse.Namespace) -> dict[str, Any]:
    values = {name: getattr(options, name) for name in SETTLED}
    values["exclude"] = sorted(options.exclude)
    if options.plan:
        values["plan"] = json.loads(_read_plan(options.plan).to_json())
    return values


def _read_plan(path: str) -> Plan:
    try:
        return Plan.from_json(read_text(path))
    except MedNCAError as error:
        raise MedNCAError(f"'{path}' cannot be used as a plan: {error}") from error


def _fold(text: str) -> tuple[int, int]:
    """(index from 1, count) of "2/5"."""
    index, _, count = text.partition("/")
    if not (index.isdecimal() and count.isdecimal()):
        raise MedNCAError(f"--fold must be such as 1/5, the first of five folds; '{text}' is not.")
    return int(index), int(count)


def _check_labels(plan: Plan, found: set[int]) -> None:
    labels = plan.card.labels
    missing = [label for label in labels if label.value not in found]
    # One label stands for everything that is labelled.
    if len(labels) > 1 and missing:
        raise MedNCAError(
            f"The plan has the label {missing[0].value} ('{missing[0].name}'), which no case has; take it from the"
            " plan's card."
        )
