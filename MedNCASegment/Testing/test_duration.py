"""How long a training takes is told before it starts."""

from dataclasses import replace

import pytest
from made_cases import scan_fingerprint
from mednca.training.duration import iteration_operations, machine_speed, seconds_per_iteration
from mednca.training.plan import propose

HIPPOCAMPUS = ((35, 50, 36), (1, 1, 1), (22, 39, 26))


@pytest.fixture
def plan():
    return propose(scan_fingerprint(*HIPPOCAMPUS))


def test_operations_are_counted_by_hand(plan):
    visits = 16 * (13 * 9 + 24 * 24)  # steps times the cells of the coarse level and of a patch
    each = 2 * (32 * 9 * 128 + 128 * 32)  # multiplications and additions of a cell
    assert plan.cells == (52, 36)
    assert iteration_operations(plan.card, plan.recipe, plan.cells) == 16 * visits * 0.5 * each * 3


def test_more_work_takes_longer(plan):
    def seconds(**changes):
        return seconds_per_iteration(plan.card, replace(plan.recipe, **changes), plan.cells, 1e11)

    assert seconds(batch=32) == pytest.approx(2 * seconds(batch=16))
    assert seconds(patch=32) > seconds(patch=24)
    assert seconds(patch=100) == seconds(patch=52)  # a patch is no larger than the slice
    assert seconds(recompute=True) > seconds(recompute=False)


def test_the_machine_is_measured():
    assert 1e8 < machine_speed() < 1e14
