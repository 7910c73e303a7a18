"""Overlap and surface distance of masks."""

import sys

import numpy as np
import pytest
from mednca import MedNCAError
from mednca.metrics import dice, hausdorff95, hundredths_text, label_dice

SPACING = np.array([0.7, 1.3, 3.0])


def by_brute_force(found, truth, spacing):
    """The 95 % Hausdorff distance from its definition, every pair of surface voxels."""
    surfaces = []
    for mask in (found, truth):
        padded = np.pad(mask, 1)
        voxels = [
            voxel
            for voxel in np.argwhere(padded)
            if not all(padded[tuple(voxel + step)] for step in [*np.eye(3, dtype=int), *-np.eye(3, dtype=int)])
        ]
        surfaces.append(np.array(voxels) * spacing)
    apart = np.linalg.norm(surfaces[0][:, None] - surfaces[1][None], axis=2)
    return np.percentile([*apart.min(axis=0), *apart.min(axis=1)], 95)


def blobs(seed, shape=(11, 9, 7)):
    """Two ragged masks that overlap in part; some reach the border of the volume."""
    rng = np.random.default_rng(seed)
    centre = rng.uniform(2, 6, 3)
    where = np.moveaxis(np.indices(shape), 0, -1)
    masks = []
    for move in (0, rng.uniform(-2, 2, 3)):
        radius = rng.uniform(2, 4)
        masks.append(np.linalg.norm(where - centre - move, axis=-1) + rng.normal(0, 0.6, shape) < radius)
    return masks


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("spacing", [SPACING, np.ones(3), np.array([3.0, 0.5, 0.5])])
def test_the_surface_distance_is_that_of_its_definition_for_any_spacing(seed, spacing):
    pytest.importorskip("SimpleITK")
    found, truth = blobs(seed)
    expected = by_brute_force(found, truth, spacing)
    assert hausdorff95(found, truth, spacing) == pytest.approx(expected, rel=1e-5)
    assert hausdorff95(truth, found, spacing) == pytest.approx(expected, rel=1e-5)


def test_a_shifted_box_is_as_far_away_as_it_was_shifted():
    pytest.importorskip("SimpleITK")
    found, truth = np.zeros((2, 20, 20, 20), bool)
    found[4:8, 4:8, 4:8], truth[4:8, 4:8, 9:13] = True, True
    assert hausdorff95(found, truth, SPACING) == pytest.approx(5 * 3.0)
    assert hausdorff95(found, found, SPACING) == pytest.approx(0.0, abs=1e-6)


def test_single_voxels_have_a_distance():
    pytest.importorskip("SimpleITK")
    found, truth = np.zeros((2, 5, 6, 7), bool)
    found[0, 0, 0], truth[4, 5, 6] = True, True
    assert hausdorff95(found, truth, SPACING) == pytest.approx(np.linalg.norm(SPACING * (4, 5, 6)))


def test_an_empty_mask_has_no_distance():
    pytest.importorskip("SimpleITK")
    some, none = np.zeros((2, 5, 5, 5), bool)
    some[2, 2, 2] = True
    for masks in ((some, none), (none, some), (none, none)):
        assert hausdorff95(*masks, SPACING) is None


def test_without_simpleitk_a_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "SimpleITK", None)
    with pytest.raises(MedNCAError, match="needs SimpleITK"):
        hausdorff95(np.ones((2, 2, 2), bool), np.ones((2, 2, 2), bool), SPACING)


def test_dice_is_one_for_masks_that_agree_and_zero_for_those_that_do_not_meet():
    some, other, none = np.zeros((3, 4, 4, 4), bool)
    some[:2], other[2:] = True, True
    assert dice(some, some) == 1.0
    assert dice(some, other) == 0.0
    assert dice(some, none) == 0.0
    assert dice(none, none) == 1.0
    other[1] = True
    assert dice(some, other) == pytest.approx(2 * 16 / (32 + 48))


def test_one_label_takes_all_foreground_and_several_stand_for_themselves():
    found, truth = np.array([[[1, 1, 2, 0]]]), np.array([[[1, 2, 2, 2]]])
    assert label_dice(found, truth, [1]) == pytest.approx([2 * 3 / 7])
    assert label_dice(found, truth, [1, 2]) == pytest.approx([2 * 1 / 3, 2 * 1 / 4])


@pytest.mark.parametrize("count", [3665, 3675, 3685])
def test_a_volume_half_way_goes_up_whatever_the_products_own_rounding(count):
    expected = f"{count // 10 / 100 + 0.01:.2f}"
    for volume in (count * 0.001, count / 1000, count * (0.1 * 0.1 * 0.1)):
        assert hundredths_text(volume) == expected
