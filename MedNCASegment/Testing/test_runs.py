"""Runs: as many as the card says, every second one mirrored, and how much they may disagree."""

import json
import re

import numpy as np
import pytest
from command_line import answers
from core_cases import random_volume, require_torch, small_card, small_model
from mednca import Card, MedNCAError, Options, Segmenter, Volume, make_engine, save_model
from mednca.training.plan import Plan
from mednca.training.recipe import Recipe


def segment(model, engine=None, volume=None, **options):
    return Segmenter(model, engine, Options(**options)).run(volume or random_volume())


def mirrored_model(**changes):
    """A model whose card asks for two runs, the second of mirrored slices."""
    return small_model(runs=2, mirrored=True, **changes)


def test_a_card_says_how_many_runs_there_are_unless_the_options_do():
    model = small_model(runs=3)
    assert Segmenter(model).runs == 3
    assert Segmenter(model, options=Options(runs=1)).runs == 1
    np.testing.assert_array_equal(segment(model).probability, segment(small_model(), runs=3).probability)
    assert segment(model, runs=1).quality is None


@pytest.mark.parametrize("engine", ["numpy", "torch"])
@pytest.mark.parametrize("plane", ["coronal", "axial"])
def test_every_second_run_sees_left_and_right_swapped(engine, plane):
    # With all cells firing, nothing is random, so that a mirrored scan is segmented as the mirrored slices are.
    if engine == "torch":
        require_torch()
    model = mirrored_model(fire_rate=1.0, input={"plane": plane, "spacing": [1.0, 1.0]})
    volume = random_volume()
    plain = segment(model, make_engine(engine), volume, runs=1).probability
    other = Volume(volume.array[::-1].copy(), volume.affine)
    swapped = segment(model, make_engine(engine), other, runs=1).probability[:, ::-1]
    assert abs(plain - swapped).max() > 0.01
    found = segment(model, make_engine(engine), volume)
    np.testing.assert_allclose(found.probability, (plain + swapped) / 2, atol=1e-5)
    np.testing.assert_allclose(found.deviation, abs(plain - swapped) / 2, atol=1e-5)
    third = segment(model, make_engine(engine), volume, runs=3).probability
    np.testing.assert_allclose(third, (2 * plain + swapped) / 3, atol=1e-5)


def test_left_and_right_are_those_of_the_patient_however_the_volume_is_stored():
    model = mirrored_model(fire_rate=1.0)
    volume = random_volume()
    affine = volume.affine.copy()
    affine[:, 0], affine[:3, 3] = -affine[:, 0], affine[:3, 3] + 13 * affine[:3, 0]
    flipped = Volume(volume.array[::-1].copy(), affine)
    expected = segment(model, volume=volume).probability
    np.testing.assert_allclose(segment(model, volume=flipped).probability[:, ::-1], expected, atol=1e-6)


def test_mirroring_can_be_left_out():
    np.testing.assert_array_equal(
        segment(mirrored_model(), mirrored=False).probability, segment(small_model(), runs=2).probability
    )


def test_sagittal_slices_are_not_mirrored():
    sagittal = {"input": {"plane": "sagittal", "spacing": [1.0, 1.0]}}
    with pytest.raises(MedNCAError, match="left and right"):
        small_card(runs=2, mirrored=True, **sagittal)
    with pytest.raises(MedNCAError, match="left and right"):
        Segmenter(small_model(**sagittal), options=Options(runs=2, mirrored=True))


@pytest.mark.parametrize(
    "source", [{"size": [16, 12]}, {"spacing": [1.0, 1.0], "channels": 3, "neighbour_mm": 1.0}], ids=str
)
def test_mirrored_runs_hold_on_any_grid_and_with_neighbouring_slices_and_regions(source):
    model = mirrored_model(fire_rate=1.0, input={"plane": "coronal", **source})
    volume, inside = random_volume(), np.zeros((14, 9, 11), bool)
    inside[2:9, 1:7, 3:10] = True
    other = Volume(volume.array[::-1].copy(), volume.affine)
    plain = segment(model, volume=volume, runs=1).probability
    swapped = segment(model, volume=other, runs=1).probability[:, ::-1]
    found = Segmenter(model).run(volume, inside).probability
    np.testing.assert_allclose(found, np.where(inside, (plain + swapped) / 2, 0), atol=1e-5)


def test_a_mask_is_true_where_it_is_not_0_and_has_the_shape_of_the_volume():
    volume, inside = random_volume(), np.zeros((14, 9, 11), bool)
    inside[2:9, 1:7, 3:10] = True
    segmenter = Segmenter(mirrored_model())
    expected = segmenter.run(volume, inside).labels
    for kind in (np.uint8, np.int64, float):
        np.testing.assert_array_equal(segmenter.run(volume, 3 * inside.astype(kind)).labels, expected)
    with pytest.raises(MedNCAError, match="must be the same"):
        segmenter.run(volume, inside[1:])


def test_recorded_steps_are_those_of_the_first_run_and_end_in_the_mean_of_all():
    model = mirrored_model()
    several, one = segment(model, record=True), segment(model, runs=1, record=True)
    for step, expected in zip(several.steps[:-1], one.steps[:-1], strict=True):
        np.testing.assert_array_equal(step.labels, expected.labels)
    np.testing.assert_array_equal(several.steps[-1].labels, several.labels)
    assert (several.steps[-1].labels != one.steps[-1].labels).any()


def test_what_is_shown_live_ends_in_the_mean_of_all_runs():
    events = list(Segmenter(mirrored_model(), options=Options(live=True)).events(random_volume()))
    np.testing.assert_array_equal(events[-1].live, events[-1].result.labels)


def test_steps_and_live_end_in_the_largest_component_where_it_alone_is_kept():
    pytest.importorskip("SimpleITK")
    options = Options(live=True, record=True, largest_component=True)
    *_, last = Segmenter(mirrored_model(), options=options).events(random_volume())
    whole = segment(mirrored_model())
    assert (last.result.labels != whole.labels).any()
    np.testing.assert_array_equal(last.result.steps[-1].labels, last.result.labels)
    np.testing.assert_array_equal(last.live, last.result.labels)


def test_an_empty_result_is_not_doubtful():
    result = segment(mirrored_model(spread_limit=1e-9))
    assert result.is_doubtful
    faint = [{"value": 1, "name": "Blob", "offset": 20.0}]
    empty = segment(mirrored_model(spread_limit=1e-9, labels=faint))
    assert not empty.labels.any()
    assert empty.quality > empty.quality_limit
    assert not empty.is_doubtful


def test_a_result_is_doubtful_where_the_runs_disagree_more_than_the_card_allows():
    spread = segment(mirrored_model()).quality
    for limit, doubtful in ((0.9 * spread, True), (1.1 * spread, False)):
        result = segment(mirrored_model(spread_limit=limit))
        assert result.quality_limit == limit
        assert result.is_doubtful is doubtful
    assert not segment(mirrored_model()).is_doubtful


@pytest.mark.parametrize(
    "options", [{"runs": 1}, {"runs": 3}, {"mirrored": False}, {"steps": 2}, {"fire_rate": 0.9}], ids=str
)
def test_the_limit_holds_for_runs_as_the_card_says_alone(options):
    model = mirrored_model(spread_limit=1e-6)
    assert segment(model, runs=2, mirrored=True, fire_rate=0.5).is_doubtful
    result = segment(model, **options)
    assert result.quality_limit is None
    assert not result.is_doubtful


@pytest.mark.parametrize(
    "changes",
    [
        {"runs": 0},
        {"runs": 1001},
        {"runs": 2.0},
        {"runs": True},
        {"mirrored": 1},
        {"mirrored": True},
        {"spread_limit": 0.1},
        {"runs": 2, "spread_limit": 0},
        {"runs": 2, "spread_limit": float("nan")},
        {"runs": 2, "spread_limit": "0.1"},
    ],
    ids=str,
)
def test_a_card_with_runs_that_make_no_sense_is_refused(changes):
    with pytest.raises(MedNCAError, match=r"card is wrong: .*\.$"):
        small_card(**changes)


def test_a_card_is_read_back_with_its_runs():
    card = small_card(runs=2, mirrored=True, spread_limit=0.1)
    assert Card.from_json(card.to_json()) == card


# Command line


@pytest.fixture
def doubtful(tmp_path):
    """A model file whose results are all doubtful."""
    save_model(mirrored_model(spread_limit=1e-6), tmp_path / "doubtful.npz")
    return tmp_path / "doubtful.npz"


def test_segment_says_when_the_runs_disagree(place, out, doubtful):
    words = ("segment", place / "scan.nii.gz", "-o", out / "seg.nii.gz", "--model", doubtful, "--json", out / "f.json")
    assert re.search(r"The runs disagree \(spread \d\.\d{3}, limit 0\.000\): check", answers(*words))
    facts = json.loads((out / "f.json").read_text())
    assert (facts["runs"], facts["mirrored"], facts["quality_limit"]) == (2, True, 1e-6)
    assert "disagree" not in answers(*words, "--runs", "2", "--model", place / "small.npz")
    assert "disagree" not in answers(*words, "--runs", "3")


def test_evaluate_names_the_cases_whose_runs_disagree(place, out, doubtful):
    words = ("evaluate", "--images", place / "images", "--labels", place / "labels", "--json", out / "e.json")
    assert "The runs disagree in 3 of 3 cases: case_0, case_1, case_2" in answers(*words, "--model", doubtful)
    facts = json.loads((out / "e.json").read_text())
    assert (facts["runs"], facts["mirrored"], facts["quality_limit"]) == (2, True, 1e-6)
    assert [row["doubtful"] for row in facts["cases"]] == [True] * 3
    assert "disagree" not in answers(*words, "--model", doubtful, "--runs", "1")
    facts = json.loads((out / "e.json").read_text())
    assert (facts["runs"], facts["mirrored"], facts["quality_limit"]) == (1, False, None)


def test_a_plan_cannot_have_a_limit_of_other_weights():
    plan = json.loads(Plan(small_card(), Recipe()).to_json())
    plan["card"] |= {"runs": 2, "spread_limit": 0.1}
    with pytest.raises(MedNCAError, match="belongs to weights that are trained"):
        Plan.from_json(json.dumps(plan))


def test_info_says_how_many_runs_there_are_and_when_a_result_is_doubtful(place, doubtful):
    said = answers("info", doubtful)
    assert re.search(r"Runs +2 runs, the second of mirrored slices", said)
    assert re.search(r"Doubtful +where the spread of the runs is above 1e-06", said)
    said = answers("info", place / "small.npz")
    assert "Runs" not in said and "Doubtful" not in said


def test_a_report_takes_the_runs_of_the_card_and_says_so(place, out, doubtful):
    words = ("report", "--model", doubtful, "--images", place / "images", "--labels", place / "labels", "-o", out / "r")
    answers(*words, "--only", "shift")
    result = json.loads((out / "r" / "report.json").read_text())
    assert (result["runs"], result["mirrored"]) == (2, True)
    assert "the mean of 2 runs, the second of mirrored slices" in (out / "r" / "report.md").read_text(encoding="utf-8")
    answers(*words, "--only", "shift", "--runs", "3")
    assert "the mean of 3 runs, every second one of mirrored slices" in (out / "r" / "report.md").read_text(
        encoding="utf-8"
    )
