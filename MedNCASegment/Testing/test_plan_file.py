"""Plans as files: read, edited, laid over one another, and checked when they are read."""

import json

import pytest
from made_cases import scan_fingerprint
from mednca import MedNCAError
from mednca.training.plan import Plan, propose
from mednca.training.recipe import Recipe
from plan_case import HIPPOCAMPUS, steps


def test_an_overlay_replaces_values_and_lists_and_leaves_the_rest():
    plan = propose(scan_fingerprint(*HIPPOCAMPUS))
    changed = plan.overlaid({"card": {"channels": 16, "levels": [{"scale": 1, "steps": 9}]}, "recipe": {"batch": 2}})
    assert (changed.card.channels, changed.card.hidden, steps(changed)) == (16, plan.card.hidden, [9])
    assert (changed.recipe.batch, changed.recipe.patch) == (2, plan.recipe.patch)
    assert changed.card.labels == plan.card.labels
    with pytest.raises(MedNCAError, match="'recipe.batch'"):
        plan.overlaid({"recipe": {"batch": 0}})


def test_what_is_changed_loses_the_reason_of_the_proposal():
    plan = propose(scan_fingerprint(*HIPPOCAMPUS))
    levels = [{"scale": level.scale, "steps": 20} for level in plan.card.levels]
    changed = plan.overlaid({"recipe": {"batch": 2, "patch": plan.recipe.patch}, "card": {"levels": levels}})
    differing = {name for name in plan.why if changed.why[name] != plan.why[name]}
    assert differing == {"batch", "steps"}
    assert changed.why["batch"] == changed.why["steps"] == "Given, not chosen by the rules."
    explained = plan.overlaid({"recipe": {"batch": 2}, "why": {"batch": "A small card."}})
    assert explained.why["batch"] == "A small card."


def edited(change):
    raw = json.loads(propose(scan_fingerprint(*HIPPOCAMPUS)).to_json())
    change(raw)
    return json.dumps(raw)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda raw: raw.pop("format"), "no format number"),
        (lambda raw: raw.update(format=2), "format 2.*update MedNCA"),
        (lambda raw: raw.update(format=True), "no format number"),
        (lambda raw: raw.update(extra=1), "unknown fields \\(extra\\)"),
        (lambda raw: raw.pop("card"), "'card' must be an object"),
        (lambda raw: raw["card"].pop("levels"), "The plan's card lacks the field 'levels'"),
        (lambda raw: raw["card"].update(channels=1), "The plan's card is wrong: 'channels'"),
        (lambda raw: raw.update(recipe=[]), "'recipe' must be an object"),
        (lambda raw: raw["recipe"].update(epochs=3), "'recipe' has unknown fields \\(epochs\\)"),
        (lambda raw: raw["recipe"].update(batch="many"), "'recipe.batch' must be a whole number from 1"),
        (lambda raw: raw["recipe"].update(batch=2.5), "'recipe.batch' must be a whole number"),
        (lambda raw: raw["recipe"].update(batch=None), "'recipe.batch' must be a number"),
        (lambda raw: raw["recipe"].update(batch=True), "'recipe.batch' must be a whole number"),
        (lambda raw: raw["recipe"].update(learning_rate=float("nan")), "'recipe.learning_rate' must be a number"),
        (lambda raw: raw["recipe"].update(recompute=1), "'recipe.recompute' must be true or false"),
        (lambda raw: raw["recipe"].update(precision="half"), "'recipe.precision' must be one of auto"),
        (lambda raw: raw["recipe"].update(minutes=3), "both 'iterations' and 'minutes'"),
        (lambda raw: raw.update(why={"batch": 3}), "'why' must hold texts"),
        (lambda raw: raw.update(why=[]), "'why' must be an object"),
        (lambda raw: raw["fingerprint"].pop("shape"), "'fingerprint' lacks the cases' sizes"),
        (lambda raw: raw["fingerprint"]["spacing"].update(most=[1, 0, 1]), "'fingerprint' lacks the cases' sizes"),
    ],
)
def test_a_wrong_plan_is_refused_with_one_sentence(change, words):
    with pytest.raises(MedNCAError, match=words) as error:
        Plan.from_json(edited(change))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '"plan"', "[" * 100_000])
def test_what_is_no_plan_at_all_is_refused(text):
    with pytest.raises(MedNCAError, match="plan"):
        Plan.from_json(text)


def test_a_broken_plan_says_in_which_line():
    text = propose(scan_fingerprint(*HIPPOCAMPUS)).to_json().replace('"recipe": {', '"recipe": {,')
    with pytest.raises(MedNCAError, match=r"line \d+"):
        Plan.from_json(text)


def test_every_number_of_a_recipe_is_checked():
    for name, value in vars(Recipe()).items():
        if name == "precision":
            continue
        with pytest.raises(MedNCAError, match=f"recipe.{name}"):
            Plan.from_json(edited(lambda raw, name=name: raw["recipe"].update({name: -1})))
        assert value is None or Plan.from_json(edited(lambda raw, n=name, v=value: raw["recipe"].update({n: v})))
