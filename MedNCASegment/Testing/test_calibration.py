"""Calibration: one offset a label, and whether only the largest component is kept, by Dice."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from core_cases import random_volume, require_torch, small_model
from mednca import Model, Segmenter
from mednca.evaluation import evaluate_case
from mednca.postprocess import keep_largest_components

require_torch()

from mednca.training.calibration import calibrate, choose_postprocessing, evenly  # noqa: E402


@pytest.mark.parametrize("wanted", [-0.25, 0.0, 0.125])
def test_the_offset_that_made_the_labels_is_found_again(wanted):
    model = small_model()
    volumes = [random_volume(seed=seed) for seed in range(3)]
    cases = []
    for volume in volumes:
        chance = Segmenter(model).run(volume).probability[0]
        cases.append((volume, (chance > 1 / (1 + np.exp(-wanted))).astype(np.uint8)))
    calibrated = calibrate(model, cases)
    found = [Segmenter(calibrated).run(volume).labels > 0 for volume in volumes]
    for mask, (_, truth) in zip(found, cases, strict=True):
        np.testing.assert_array_equal(mask, truth > 0)


def test_an_earlier_offset_does_not_add_up():
    model = small_model()
    volume = random_volume()
    truth = (Segmenter(model).run(volume).probability[0] > 0.6).astype(np.uint8)
    once = calibrate(model, [(volume, truth)])
    twice = calibrate(once, [(volume, truth)])
    assert once.card.labels[0].offset == twice.card.labels[0].offset


def test_the_offset_is_taken_off_the_logit():
    model, volume = small_model(), random_volume()
    label = replace(model.card.labels[0], offset=0.5)
    shifted = Model(replace(model.card, labels=[label]), model.rules)
    plain, moved = (Segmenter(one).run(volume).probability[0] for one in (model, shifted))
    logit = np.log(plain / (1 - plain)) - 0.5
    np.testing.assert_allclose(moved, 1 / (1 + np.exp(-logit)), atol=1e-4)


def test_cases_without_the_label_leave_it_alone():
    model, volume = small_model(), random_volume()
    calibrated = calibrate(model, [(volume, np.zeros(volume.array.shape, np.uint8))])
    assert calibrated.card.labels[0].offset == 0.0


def test_evenly_takes_at_most_so_many_from_the_whole_list():
    assert evenly(list(range(10)), 4) == [0, 3, 6, 9]
    assert evenly([1, 2], 4) == [1, 2]
    assert evenly([], 4) == []


def test_the_largest_component_alone_is_kept_when_validation_cases_are_better_with_it():
    pytest.importorskip("SimpleITK")
    model, volume = small_model(), random_volume()
    found = Segmenter(model).run(volume).labels
    cleaned = keep_largest_components(found)
    assert 0 < np.count_nonzero(cleaned) < np.count_nonzero(found)
    chosen, rows = choose_postprocessing(model, [("one", volume, cleaned, found)])
    assert chosen.card.largest_component
    assert chosen.card.training["postprocessing"]["dice_largest_component"] == 1.0
    assert chosen.card.training["postprocessing"]["dice_all_components"] < 1.0
    np.testing.assert_array_equal(Segmenter(chosen).run(volume).labels, cleaned)
    assert rows == [evaluate_case("one", cleaned, cleaned, volume, model.card.labels)]


def test_all_components_are_kept_when_validation_cases_are_no_better_without_them():
    pytest.importorskip("SimpleITK")
    model, volume = small_model(), random_volume()
    found = Segmenter(model).run(volume).labels
    chosen, rows = choose_postprocessing(model, [("one", volume, found, found)])
    assert not chosen.card.largest_component
    assert chosen.card.training["postprocessing"]["dice_all_components"] == 1.0
    assert rows == [evaluate_case("one", found, found, volume, model.card.labels)]


def test_a_gain_of_a_few_voxels_is_not_worth_the_largest_component():
    pytest.importorskip("SimpleITK")
    model, volume = small_model(), random_volume(shape=(40, 40, 40))
    truth = np.zeros(volume.array.shape, np.uint8)
    truth[5:35, 5:35, 5:35] = 1
    found = truth.copy()
    found[38, 38, 38] = 1
    chosen, _ = choose_postprocessing(model, [("one", volume, truth, found)])
    assert not chosen.card.largest_component


def test_a_card_that_asks_for_the_largest_component_keeps_it():
    model, volume = small_model(largest_component=True), random_volume()
    nothing = np.zeros(volume.array.shape, np.uint8)
    chosen, rows = choose_postprocessing(model, [("one", volume, nothing, nothing)])
    assert chosen is model
    assert [row["dice"] for row in rows] == [1.0]


def test_without_cases_nothing_is_chosen_and_without_simpleitk_the_same(monkeypatch):
    model, volume = small_model(), random_volume()
    found = Segmenter(model).run(volume).labels
    assert choose_postprocessing(model, []) == (model, [])
    segmented = [("one", volume, keep_largest_components(found), found)]
    before = choose_postprocessing(model, segmented)[0].card
    assert before.largest_component
    monkeypatch.setitem(sys.modules, "SimpleITK", None)
    chosen, rows = choose_postprocessing(model, segmented)
    assert chosen.card == before
    assert [row["dice"] for row in rows] == [1.0]
