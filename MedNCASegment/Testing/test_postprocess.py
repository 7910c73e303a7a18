"""The largest connected component."""

import sys

import numpy as np
import pytest
from mednca.postprocess import _components_by_numpy, keep_largest_components, largest_component


@pytest.fixture(params=["SimpleITK", "NumPy"])
def library(request, monkeypatch):
    if request.param == "NumPy":
        monkeypatch.setitem(sys.modules, "SimpleITK", None)
    else:
        pytest.importorskip("SimpleITK")


@pytest.mark.usefixtures("library")
def test_only_the_largest_component_is_kept_and_diagonal_neighbours_are_apart():
    mask = np.zeros((6, 7, 8), bool)
    mask[1:3, 1:3, 1:3] = True
    mask[3, 3, 3] = True  # touches the first by a corner only
    mask[5, 6, 5:8] = True
    expected = np.zeros_like(mask)
    expected[1:3, 1:3, 1:3] = True
    np.testing.assert_array_equal(largest_component(mask), expected)
    np.testing.assert_array_equal(largest_component(mask & False), mask & False)


@pytest.mark.usefixtures("library")
def test_each_label_keeps_a_component_of_its_own():
    labels = np.zeros((3, 3, 12), np.uint8)
    labels[0, 0, :3], labels[2, 2, 0] = 4, 4
    labels[0, 0, 5:9], labels[0, 0, 11] = 9, 9
    kept = keep_largest_components(labels)
    assert kept.dtype == np.uint8
    assert kept[0, 0].tolist() == [4, 4, 4, 0, 0, 9, 9, 9, 9, 0, 0, 0]
    assert np.count_nonzero(kept) == 7


@pytest.mark.usefixtures("library")
def test_of_two_of_one_size_the_first_is_kept():
    mask = np.zeros((1, 1, 7), bool)
    mask[0, 0, [0, 1, 4, 5]] = True
    assert largest_component(mask)[0, 0].tolist() == [True, True] + [False] * 5


@pytest.mark.parametrize("share", [0.2, 0.32, 0.5, 0.9])
@pytest.mark.parametrize("seed", range(5))
def test_numpy_numbers_components_as_simpleitk_does(share, seed):
    sitk = pytest.importorskip("SimpleITK")
    mask = np.random.default_rng(seed).random((17, 9, 13)) < share
    expected = sitk.GetArrayFromImage(sitk.ConnectedComponent(sitk.GetImageFromArray(mask.astype(np.uint8))))
    np.testing.assert_array_equal(_components_by_numpy(mask), expected)


@pytest.mark.usefixtures("library")
def test_a_long_winding_component_is_one():
    mask = np.zeros((1, 99, 99), bool)
    mask[0, ::2] = True
    mask[0, 1::4, -1] = mask[0, 3::4, 0] = True
    np.testing.assert_array_equal(largest_component(mask), mask)
