"""What is done to scans to see how a model stands it."""

import os
import sys
from dataclasses import replace

import numpy as np
import pytest
from core_cases import random_volume, require_torch, small_card
from made_cases import ellipsoids
from mednca import Volume
from mednca.report import changes
from mednca.report.changes import EXPERIMENTS, Scan, vertical_axis, zoomed

ARTEFACTS = [one for one in EXPERIMENTS if one.is_artefact]


@pytest.fixture
def torchio():
    if os.environ.get("MEDNCA_REQUIRE_TORCH") == "1":
        import torchio

        return torchio
    return pytest.importorskip("torchio")


def scan(name: str = "case", plane: str = "coronal") -> Scan:
    return Scan(name, *ellipsoids(), plane=plane)


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda one: one.name)
def test_the_unchanged_level_changes_nothing_and_every_other_one_does(experiment, request):
    if experiment.is_artefact:
        request.getfixturevalue("torchio")
    given = scan()
    assert experiment.unchanged in experiment.levels
    assert list(experiment.levels) == sorted(experiment.levels)
    for level in experiment.levels:
        changed = experiment.apply(given, level)
        same = changed.zoom == given.zoom and np.array_equal(changed.volume.array, given.volume.array)
        assert same == (level == experiment.unchanged)
        assert changed.volume.array.shape == changed.truth.shape == given.truth.shape


@pytest.mark.parametrize("experiment", ARTEFACTS, ids=lambda one: one.name)
def test_artefacts_are_the_same_every_time_and_leave_the_global_generator_alone(experiment, torchio):
    torch = require_torch()
    state = torch.random.get_rng_state()
    once, again = (experiment.apply(scan(), 2.0) for _ in range(2))
    assert np.array_equal(once.volume.array, again.volume.array)
    assert torch.equal(torch.random.get_rng_state(), state)
    others = [experiment.apply(scan(f"case {number}"), 2.0) for number in range(8)]
    assert not all(np.array_equal(once.volume.array, other.volume.array) for other in others)


@pytest.mark.parametrize("experiment", ARTEFACTS, ids=lambda one: one.name)
@pytest.mark.parametrize("shape", [(9, 11, 2), (3, 12, 10)])
def test_artefacts_are_made_of_thin_stacks_of_whole_numbers_too(experiment, shape, torchio):
    volume = random_volume(shape)
    for level in experiment.levels:
        changed = experiment.apply(Scan("thin", volume, (volume.array > 400).astype(np.uint8)), level).volume
        assert changed.array.shape == shape
        assert np.isfinite(changed.array).all()
        assert np.array_equal(changed.affine, volume.affine)


@pytest.mark.parametrize("experiment", [one for one in EXPERIMENTS if one.figure == 6], ids=lambda one: one.name)
def test_an_artefact_strikes_every_case(experiment, torchio):
    for number in range(12):
        given = scan(f"case {number}")
        changed = experiment.apply(given, experiment.levels[-1])
        assert not np.allclose(changed.volume.array, given.volume.array, rtol=1e-3)


def test_a_stronger_bias_field_is_the_same_field_grown(torchio):
    given = scan()
    fields = [np.log(changes.bias_field(given, level).volume.array / given.volume.array) for level in (0.4, 0.8)]
    assert np.allclose(2 * fields[0], fields[1], atol=1e-4)


@pytest.mark.parametrize(("plane", "axis"), [("coronal", 2), ("sagittal", 2), ("axial", 1)])
def test_a_shift_moves_scan_and_truth_along_the_vertical_whichever_way_the_volume_is_stored(plane, axis):
    up = scan(plane=plane)
    mirror = np.ones(4)
    mirror[axis] = -1
    array, truth = (np.flip(values, axis) for values in (up.volume.array, up.truth))
    down = replace(up, volume=Volume(array, np.diag(mirror)), truth=truth)
    moved, mirrored = changes.shift(up, 0.5), changes.shift(down, 0.5)
    count = round(0.5 * up.truth.shape[axis])
    before, after = (np.moveaxis(values, axis, 0) for values in (up.truth, moved.truth))
    assert before.any()
    assert np.array_equal(after[count:], before[:-count])
    assert not after[:count].any()
    assert (np.moveaxis(moved.volume.array, axis, 0)[:count] == up.volume.array.min()).all()
    assert np.array_equal(np.flip(mirrored.truth, axis), moved.truth)
    assert np.array_equal(np.flip(mirrored.volume.array, axis), moved.volume.array)


def test_the_vertical_is_that_of_the_columns_which_a_stretch_lengthens():
    for plane, axis in (("coronal", 2), ("sagittal", 2), ("axial", 1)):
        assert vertical_axis(plane) == axis
    assert changes.stretch(scan(), 1.5).zoom == (1.0, 1.5)


def test_a_zoom_gives_cells_of_another_size_or_another_number_of_them_that_all_levels_can_divide():
    levels = [{"scale": 4, "steps": 1}, {"scale": 1, "steps": 1}]
    card = small_card(input={"plane": "coronal", "spacing": [1.0, 3.0]}, levels=levels)
    assert zoomed(card, (2.0, 1.5)) == replace(card.input, spacing=(0.5, 2.0))
    sized = replace(card, input=replace(card.input, spacing=None, size=(64, 48)))
    assert zoomed(sized, (1.0, 0.75)).size == (64, 36)
    assert zoomed(sized, (0.5, 1.3)).size == (32, 64)
    assert zoomed(sized, (0.01, 0.01)).size == (8, 8)


def test_without_torchio_one_sentence_says_how_to_get_it(monkeypatch):
    changes.artefacts_missing.cache_clear()
    monkeypatch.setitem(sys.modules, "torchio", None)
    try:
        assert "pip install torchio" in changes.artefacts_missing()
    finally:
        changes.artefacts_missing.cache_clear()
