"""Fire masks: random, yet decided by their key alone."""

import hashlib

import numpy as np
import pytest
from mednca.fire import fire_mask

KEY = {"seed": 1, "run": 2, "slice_index": 3, "level": 1, "step": 5}


def test_the_same_key_gives_the_same_mask():
    np.testing.assert_array_equal(fire_mask((20, 30), 0.5, **KEY), fire_mask((20, 30), 0.5, **KEY))


@pytest.mark.parametrize("part", KEY)
def test_every_part_of_the_key_changes_the_mask(part):
    one, other = fire_mask((40, 50), 0.5, **KEY), fire_mask((40, 50), 0.5, **{**KEY, part: KEY[part] + 1})
    assert 0.4 < (one != other).mean() < 0.6  # as independent masks differ


def test_masks_are_the_same_on_every_machine():
    mask = fire_mask((17, 23), 0.5, **KEY)
    digest = hashlib.sha256(np.packbits(mask).tobytes()).hexdigest()
    assert digest.startswith("b58987e3c1c86ff7")


@pytest.mark.parametrize("rate", [0.01, 0.25, 0.5, 0.9])
def test_cells_fire_at_the_rate_that_is_asked_for(rate):
    mask = fire_mask((500, 500), rate, **KEY)
    assert abs(mask.mean() - rate) < 5 * np.sqrt(rate * (1 - rate) / mask.size)


def test_at_rate_one_every_cell_fires():
    assert fire_mask((31, 7), 1.0, **KEY).all()


def test_the_largest_seed_and_run_are_usable():
    mask = fire_mask((8, 8), 0.5, seed=2**63 - 1, run=999, slice_index=100_000, level=7, step=1023)
    assert mask.shape == (8, 8)
    assert 0 < mask.sum() < 64
