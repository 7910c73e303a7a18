"""Volumes in every orientation."""

import itertools

import numpy as np
import pytest
from core_cases import random_volume, small_model
from mednca import MedNCAError, Options, Segmenter, Volume
from mednca.volume import slicing_for

FLIPS = list(itertools.product((False, True), repeat=3))


def turned(volume, order, flips):
    """The same scan stored with its axes in another order and direction."""
    matrix = np.eye(4)
    array = volume.array
    for axis, flip in enumerate(flips):
        if flip:
            matrix[axis, axis], matrix[axis, 3] = -1, array.shape[axis] - 1
    array = array[tuple(slice(None, None, -1) if flip else slice(None) for flip in flips)]
    swap = np.eye(4)
    swap[:3, :3] = np.eye(3)[:, list(order)]
    return Volume(array.transpose(order), volume.affine @ matrix @ swap)


def turn(array, order, flips):
    return array[tuple(slice(None, None, -1) if flip else slice(None) for flip in flips)].transpose(order)


def rotation(degrees, axis):
    angle = np.radians(degrees)
    one, two = (a for a in range(3) if a != axis)
    matrix = np.eye(4)
    matrix[one, one] = matrix[two, two] = np.cos(angle)
    matrix[one, two], matrix[two, one] = -np.sin(angle), np.sin(angle)
    return matrix


@pytest.fixture(scope="module", params=["coronal", "sagittal", "axial"])
def case(request):
    """A model, a volume, and what the model finds in it."""
    model = small_model(input={"plane": request.param, "spacing": [1.0, 1.25]})
    volume = random_volume()
    result = Segmenter(model, options=Options(runs=2, record=True)).run(volume)
    assert 0.02 < (result.labels > 0).mean() < 0.98
    return model, volume, result


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_all_flips_of_an_axis_order_give_the_same_result_voxel_for_voxel(case, order):
    model, volume, expected = case
    for flips in FLIPS:
        found = Segmenter(model, options=Options(runs=2, record=True)).run(turned(volume, order, flips))
        np.testing.assert_array_equal(found.labels, turn(expected.labels, order, flips))
        np.testing.assert_array_equal(found.probability[0], turn(expected.probability[0], order, flips))
        np.testing.assert_array_equal(found.deviation[0], turn(expected.deviation[0], order, flips))
        for one, other in zip(found.steps, expected.steps, strict=True):
            np.testing.assert_array_equal(one.labels, turn(other.labels, order, flips))
        assert found.volume_ml == pytest.approx(expected.volume_ml)


@pytest.mark.parametrize("axis", range(3))
def test_an_oblique_volume_is_sliced_along_its_own_axis_nearest_to_the_plane(case, axis):
    model, volume, expected = case
    for degrees in (-40, 25):
        oblique = Volume(volume.array, rotation(degrees, axis) @ volume.affine)
        np.testing.assert_array_equal(Segmenter(model).run(oblique).labels, Segmenter(model).run(volume).labels)
        stored = turned(oblique, (2, 0, 1), (True, False, True))
        np.testing.assert_array_equal(
            Segmenter(model).run(stored).labels,
            turn(Segmenter(model).run(volume).labels, (2, 0, 1), (True, False, True)),
        )


def test_a_sheared_volume_is_sliced_along_its_nearest_axes_with_its_own_spacing(case):
    model, volume, _ = case
    shear = np.eye(4)
    shear[0, 2] = 0.3  # a tilted gantry
    tilted = Volume(volume.array, shear @ volume.affine)
    assert slicing_for(tilted.affine, "axial").axes == (2, 0, 1)
    assert tilted.spacing == pytest.approx([1.0, 1.5, 1.25 * np.sqrt(1.09)])
    result = Segmenter(model).run(tilted)
    assert result.labels.shape == volume.array.shape
    count = np.count_nonzero(result.labels)
    assert result.volume_ml["Blob"] == pytest.approx(count * 1.0 * 1.5 * 1.25 / 1000)


@pytest.mark.parametrize(("plane", "axes"), [("sagittal", (0, 1, 2)), ("coronal", (1, 0, 2)), ("axial", (2, 0, 1))])
def test_rows_and_columns_follow_the_anatomical_axes_in_their_order(plane, axes):
    array = np.arange(24).reshape(2, 3, 4)
    slicing = slicing_for(np.eye(4), plane)
    assert slicing.axes == axes
    np.testing.assert_array_equal(slicing.to_slices(array), array.transpose(axes))
    # A scan stored left, posterior, superior: two axes run against the anatomical ones.
    slicing = slicing_for(np.diag([-1.0, -1.0, 1.0, 1.0]), plane)
    np.testing.assert_array_equal(slicing.to_slices(array), array[::-1, ::-1].transpose(axes))


@pytest.mark.parametrize(
    ("array", "affine", "words"),
    [
        (np.zeros((3, 3)), np.eye(4), "2 dimensions"),
        (np.zeros((3, 3, 3, 2)), np.eye(4), "4 dimensions"),
        (np.zeros((3, 0, 3)), np.eye(4), "empty"),
        (np.zeros((3, 3, 3), complex), np.eye(4), "complex128"),
        (np.zeros((3, 3, 3)), np.zeros((4, 4)), "geometry"),
        (np.zeros((3, 3, 3)), np.full((4, 4), np.nan), "geometry"),
        (np.zeros((3, 3, 3)), np.eye(3), "geometry"),
        (np.zeros((3, 3, 3)), np.diag([1e-9, 1, 1, 1]), "geometry"),
        (np.zeros((3, 3, 3)), np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]), "geometry"),
    ],
)
def test_an_array_that_is_no_volume_is_refused_in_words(array, affine, words):
    with pytest.raises(MedNCAError, match=words):
        Volume(array, affine)


def test_small_voxels_of_a_microscope_are_a_volume():
    assert Volume(np.zeros((3, 3, 3)), np.diag([1e-4, 1e-4, 1e-4, 1])).spacing == pytest.approx([1e-4] * 3)
