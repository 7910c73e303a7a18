"""Presets: the plans of the paper and of the models that come along."""

import numpy as np
import pytest
from made_cases import scan_fingerprint
from mednca import Card, MedNCAError, Model
from mednca.joining import join
from mednca.rule import Rule
from mednca.training.plan import Plan, preset_names, propose, read_preset
from mednca.training.recipe import Recipe
from plan_case import HIPPOCAMPUS, PROSTATE, scales, steps


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_makes_a_valid_plan(name):
    for scan in (HIPPOCAMPUS, PROSTATE):
        plan = propose(scan_fingerprint(*scan, parts=2), preset=name, seed=3)
        assert Plan.from_json(plan.to_json()) == plan
        assert plan.recipe.seed == 3
        assert plan.recipe.iterations
        limited = propose(scan_fingerprint(*scan, parts=2), preset=name, minutes=7)
        assert (limited.recipe.minutes, limited.recipe.iterations) == (7, None)


@pytest.mark.parametrize(
    ("name", "channels", "hidden"), [("med-nca", 32, 128), ("med-nca-c16", 16, 128), ("med-nca-h64", 32, 64)]
)
def test_the_papers_models_are_those_of_the_paper(name, channels, hidden):
    small = propose(scan_fingerprint(*HIPPOCAMPUS), preset=name)
    assert (small.card.channels, small.card.hidden) == (channels, hidden)
    assert (small.cells, scales(small), steps(small), small.recipe.patch) == ((64, 64), [4, 1], [16, 16], 16)
    large = propose(scan_fingerprint(*PROSTATE), preset=name)
    assert (large.cells, scales(large), steps(large), large.recipe.patch) == ((256, 256), [4, 1], [64, 64], 64)
    assert large.recipe.coarse_loss == 0


def test_the_papers_backbone_has_one_level():
    for scan in (HIPPOCAMPUS, PROSTATE):
        plan = propose(scan_fingerprint(*scan), preset="backbone-nca-64")
        assert (plan.cells, scales(plan), steps(plan)) == ((64, 64), [1], [64])


def test_the_models_that_come_along_have_their_plans():
    whole = propose(scan_fingerprint(*HIPPOCAMPUS, parts=2), preset="hippocampus")
    assert (whole.card.name, len(whole.card.labels), whole.card.input.plane) == ("hippocampus", 1, "coronal")
    parts = propose(scan_fingerprint(*HIPPOCAMPUS, parts=2), preset="hippocampus-parts")
    assert (parts.card.name, len(parts.card.labels), parts.card.input.plane) == ("hippocampus-parts", 2, "sagittal")
    for plan in (whole, parts):
        assert (plan.recipe.batch, plan.recipe.patch, plan.recipe.learning_rate) == (16, 24, 3e-3)
        assert (scales(plan), steps(plan)) == ([4, 1], [16, 16])
    assert (whole.card.runs, whole.card.mirrored, parts.card.runs) == (2, True, 1)
    # A complete plan: nothing of it is left to the proposal, whatever the data.
    overlay = read_preset("hippocampus")
    assert set(overlay["recipe"]) | {"seed"} == set(Recipe.__dataclass_fields__)
    left = {"date", "evaluation", "format", "further_rules", "spread_limit"}
    assert set(overlay["card"]) | left == set(Card.__dataclass_fields__)


def test_the_presets_of_two_planes_make_models_that_can_be_joined():
    plans = [propose(scan_fingerprint(*HIPPOCAMPUS), preset=name) for name in ("hippocampus", "hippocampus-sagittal")]
    rules = [
        [Rule(**{name: np.zeros(shape, np.float32) for name, shape in Rule.shapes(card.channels, card.hidden).items()})]
        * len(card.levels)
        for card in (plan.card for plan in plans)
    ]
    joined = join([Model(plan.card, own) for plan, own in zip(plans, rules, strict=True)])
    assert joined.card.input.planes == ("coronal", "sagittal")
    assert joined.parameters == 95_936


def test_an_unknown_preset_is_refused_with_the_known_ones():
    with pytest.raises(MedNCAError, match="no preset 'unet'; there are .*med-nca"):
        propose(scan_fingerprint(*HIPPOCAMPUS), preset="unet")


@pytest.mark.parametrize("name", preset_names())
def test_presets_give_reasons_for_what_they_change(name):
    for scan in (HIPPOCAMPUS, PROSTATE):
        plan = propose(scan_fingerprint(*scan, parts=2), preset=name)
        assert not [choice for choice, reason in plan.why.items() if reason == "Given, not chosen by the rules."]
