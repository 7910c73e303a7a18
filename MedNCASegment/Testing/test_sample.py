"""The shipped models on the sample scan, which took no part in their training."""

import numpy as np
import pytest
from core_cases import SAMPLE, SAMPLE_LABEL, require_torch
from mednca import Options, Segmenter, Volume, load_model, make_engine, read_volume, shipped_models
from mednca.evaluation import evaluate_case
from mednca.metrics import dice

LEAST_DICE, LEAST_DICE_OF_PARTS = 0.8, 0.7


@pytest.fixture(scope="module")
def scan():
    return read_volume(SAMPLE)


@pytest.fixture(scope="module")
def truth():
    return read_volume(SAMPLE_LABEL).array > 0


@pytest.fixture(scope="module")
def model():
    return load_model("hippocampus")


@pytest.fixture(scope="module")
def result(model, scan):
    return Segmenter(model).run(scan)


def test_the_shipped_model_finds_the_hippocampus_of_the_sample(result, truth, record_testsuite_property):
    found = dice(result.labels > 0, truth)
    record_testsuite_property("sample_dice", found)
    assert found > LEAST_DICE


def test_the_shipped_model_is_the_papers_and_a_smaller_rule_for_a_second_plane(model):
    assert (model.of_plane("coronal").parameters, model.parameters) == (70_016, 95_936)
    assert [level.scale for level in model.card.levels] == [4, 1]


def test_both_engines_segment_the_sample_alike(model, scan, result):
    require_torch()
    other = Segmenter(model, make_engine("torch")).run(scan)
    np.testing.assert_allclose(other.probability, result.probability, atol=1e-3)
    assert np.count_nonzero(other.labels != result.labels) <= 2  # where a probability is 0.5 to float precision


@pytest.mark.parametrize("seed", range(1, 4))
def test_another_seed_changes_little(model, scan, result, truth, seed):
    other = Segmenter(model, options=Options(seed=seed)).run(scan)
    assert dice(other.labels > 0, truth) > LEAST_DICE
    assert dice(other.labels > 0, result.labels > 0) > 0.9


def test_the_scan_of_another_scanner_gives_the_same(model, scan, result):
    other = Segmenter(model).run(Volume(scan.array * 37.5 + 1234, scan.affine))
    assert dice(other.labels > 0, result.labels > 0) > 0.999


def box_around(truth, margin):
    """The label's bounding box with a part of its size to spare on every side, within the volume."""
    box = []
    for axis in range(3):
        where = np.flatnonzero(truth.any(axis=tuple(a for a in range(3) if a != axis)))
        spare = round(margin * (where[-1] + 1 - where[0]))
        box.append(slice(max(0, where[0] - spare), where[-1] + 1 + spare))
    return tuple(box)


@pytest.mark.parametrize("margin", [0.1, 0.2])
def test_a_region_drawn_closer_changes_the_volume_little(model, scan, result, truth, margin):
    box = box_around(truth, margin)
    cropped = Segmenter(model).run(Volume(scan.array[box], scan.affine))
    whole, part = np.count_nonzero(result.labels), np.count_nonzero(cropped.labels)
    assert part == pytest.approx(whole, rel=0.15)
    assert dice(cropped.labels > 0, truth[box]) > LEAST_DICE


@pytest.mark.parametrize("name", shipped_models())
def test_every_shipped_model_finds_each_of_its_labels(name, scan, record_testsuite_property):
    model, labels = load_model(name), read_volume(SAMPLE_LABEL).array
    row = evaluate_case(name, Segmenter(model).run(scan).labels, labels, scan, model.card.labels)
    record_testsuite_property(f"sample_dice_{name}", row["dice_by_label"])
    least = LEAST_DICE if len(model.card.labels) == 1 else LEAST_DICE_OF_PARTS
    assert min(row["dice_by_label"].values()) > least
