"""The largest connected component."""

import sys

import numpy as np
import pytest
from mednca import MedNCAError
from mednca.postprocess import keep_largest_components, largest_component


def test_only_the_largest_component_is_kept_and_diagonal_neighbours_are_apart():
    pytest.importorskip("SimpleITK")
    mask = np.zeros((6, 7, 8), bool)
    mask[1:3, 1:3, 1:3] = True
    mask[3, 3, 3] = True  # touches the first by a corner only
    mask[5, 6, 5:8] = True
    expected = np.zeros_like(mask)
    expected[1:3, 1:3, 1:3] = True
    np.testing.assert_array_equal(largest_component(mask), expected)
    np.testing.assert_array_equal(largest_component(mask & False), mask & False)


def test_each_label_keeps_a_component_of_its_own():
    pytest.importorskip("SimpleITK")
    labels = np.zeros((3, 3, 12), np.uint8)
    labels[0, 0, :3], labels[2, 2, 0] = 4, 4
    labels[0, 0, 5:9], labels[0, 0, 11] = 9, 9
    kept = keep_largest_components(labels)
    assert kept.dtype == np.uint8
    assert kept[0, 0].tolist() == [4, 4, 4, 0, 0, 9, 9, 9, 9, 0, 0, 0]
    assert np.count_nonzero(kept) == 7


def test_without_simpleitk_a_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "SimpleITK", None)
    with pytest.raises(MedNCAError, match="need SimpleITK"):
        largest_component(np.ones((2, 2, 2), bool))
