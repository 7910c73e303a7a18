"""The fingerprint of cases: measured in anatomical axes, whatever the order in which a file stores them."""

import json
from itertools import permutations, product

import numpy as np
import pytest
from made_cases import ellipsoids
from mednca import MedNCAError, Volume
from mednca.training.fingerprint import Fingerprint, measure


def reordered(volume, label, order, flips):
    """The same scan with its axes stored in another order and direction."""
    affine = volume.affine.copy()
    array, label = np.transpose(volume.array, order), np.transpose(label, order)
    affine[:3, :3] = affine[:3, list(order)]
    for axis, flip in enumerate(flips):
        if flip:
            affine[:3, 3] += affine[:3, axis] * (array.shape[axis] - 1)
            affine[:3, axis] *= -1
            array, label = np.flip(array, axis), np.flip(label, axis)
    return Volume(array, affine), label


def test_what_is_measured_is_in_millimetres_along_right_anterior_superior():
    volume, label = ellipsoids((20, 24, 9), (1.0, 1.0, 2.0), (4.0, 7.0, 5.0), parts=2)
    facts = measure(volume, label)
    assert facts.shape == (20, 24, 9)
    assert facts.spacing == (1.0, 1.0, 2.0)
    assert facts.orientation == "RAS"
    assert facts.foreground.extent_mm == (8.0, 14.0, 10.0)
    assert facts.foreground.voxels == np.count_nonzero(label)
    assert facts.parts[1].extent_mm[1] == facts.parts[2].extent_mm[1] == 7.0
    assert facts.parts[2].centre_mm[1] > facts.parts[1].centre_mm[1]
    np.testing.assert_allclose(facts.shown, (8 / 20, 14 / 24, 5 / 9))
    # The parts touch in one plane across the anterior axis, as large as the middle slice.
    touching = np.count_nonzero(label[:, 11, :]) * 2.0
    np.testing.assert_allclose(facts.contact_mm2, (0, touching, 0))
    sections = np.array(facts.section_mm2) * (8.0, 14.0, 10.0)
    np.testing.assert_allclose(sections, np.count_nonzero(label) * 2.0)  # mean area times depth is the volume
    assert facts.foreground_intensity[1] > facts.intensity[1]


def test_a_small_bright_foreground_lies_outside_the_percentiles_of_its_volume():
    large = measure(*ellipsoids((20, 24, 18), radii_mm=(6.0, 7.0, 5.0)))
    small = measure(*ellipsoids((40, 48, 36), radii_mm=(2.0, 2.0, 2.0)))
    assert max(large.outside) < 0.1
    assert small.outside[0] == 0
    assert small.outside[1] == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_in_which_axes_are_stored_changes_nothing_but_its_name(order):
    volume, label = ellipsoids((20, 24, 9), (1.0, 1.2, 2.0), (4.0, 7.0, 5.0), parts=2)
    wanted = measure(volume, label)
    for flips in product((False, True), repeat=3):
        facts = measure(*reordered(volume, label, order, flips))
        letters = [("LR", "PA", "IS")[axis][not flip] for axis, flip in zip(order, flips, strict=True)]
        assert facts.orientation == "".join(letters)
        assert facts.shape == wanted.shape
        assert facts.parts.keys() == wanted.parts.keys()
        for name in ("spacing", "section_mm2", "shown", "contact_mm2"):
            np.testing.assert_allclose(getattr(facts, name), getattr(wanted, name), err_msg=name)
        for part, other in zip(facts.parts.values(), wanted.parts.values(), strict=True):
            assert part.voxels == other.voxels
            np.testing.assert_allclose(part.extent_mm, other.extent_mm)


def test_a_fingerprint_sums_up_cases_and_is_plain_json():
    small, large = (measure(*ellipsoids((20, side, 18), parts=2)) for side in (24, 30))
    found = Fingerprint.of([small, large, large], {1: "Back", 2: "Front"})
    assert found.cases == 3
    assert found.shape.least == [20, 24, 18]
    assert found.shape.median == found.shape.most == [20, 30, 18]
    assert found.orientations == {"RAS": 3}
    assert [(label.value, label.name, label.cases) for label in found.labels] == [(1, "Back", 3), (2, "Front", 3)]
    assert found.labels[0].volume_ml == pytest.approx(found.labels[0].voxels / 1000, rel=1e-3)
    assert json.loads(json.dumps(found.to_json())) == found.to_json()


def test_a_label_that_some_cases_lack_is_counted_where_it_is():
    both, one = measure(*ellipsoids(parts=2)), measure(*ellipsoids(parts=1))
    found = Fingerprint.of([both, one], {1: "Back", 2: "Front"})
    assert [label.cases for label in found.labels] == [2, 1]
    assert found.labels[1].voxels == both.parts[2].voxels


def test_no_cases_have_no_fingerprint():
    with pytest.raises(MedNCAError, match="no usable case"):
        Fingerprint.of([], {1: "Back"})
