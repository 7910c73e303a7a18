"""Mean and deviation of runs that come one after the other are those of all of them together."""

import numpy as np
from mednca.running_mean import RunningMean


def test_mean_and_deviation_are_those_of_all_arrays():
    arrays = np.random.default_rng(0).normal(5, 2, (7, 3, 4)).astype(np.float32)
    running = RunningMean((3, 4), deviation=True)
    for count, array in enumerate(arrays, 1):
        running.add(array, count)
        np.testing.assert_allclose(running.mean, arrays[:count].mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(running.deviation(7), arrays.std(axis=0), atol=1e-5)


def test_parts_may_come_in_any_order_and_in_different_directions():
    arrays = np.random.default_rng(0).normal(5, 2, (2, 3, 4)).astype(np.float32)
    running = RunningMean((3, 4), deviation=True)
    for row in (2, 0, 1):
        running.add(arrays[0, row], 1, lambda whole, row=row: whole[row])
    for column in range(4):
        mean = running.add(arrays[1, :, column], 2, lambda whole, column=column: whole[:, column])
        np.testing.assert_allclose(mean, arrays[:, :, column].mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(running.mean, arrays.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(running.deviation(2), arrays.std(axis=0), atol=1e-6)


def test_an_array_stays_as_it_is_and_a_deviation_nobody_wants_is_not_kept():
    array = np.ones((2, 2), np.float32)
    running = RunningMean((2, 2), deviation=False)
    running.add(array, 1)
    running.add(3 * array, 2)
    assert (running.mean == 2).all() and (array == 1).all()
    assert running.deviation(2) is None
