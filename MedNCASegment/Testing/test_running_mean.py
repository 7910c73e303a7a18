"""Mean and deviation of runs that come one after the other are those of all of them together."""

import numpy as np
from mednca.running_mean import RunningMean


def test_mean_and_deviation_are_those_of_all_arrays():
    arrays = np.random.default_rng(0).normal(5, 2, (7, 3, 4)).astype(np.float32)
    running = RunningMean()
    for count, array in enumerate(arrays, 1):
        running.add(array)
        np.testing.assert_allclose(running.mean, arrays[:count].mean(axis=0), rtol=1e-5)
        np.testing.assert_allclose(running.deviation, arrays[:count].std(axis=0), atol=1e-5)


def test_one_array_is_its_own_mean_and_stays_as_it_is():
    array = np.ones((2, 2), np.float32)
    running = RunningMean()
    running.add(array)
    assert not running.deviation.any()
    running.add(3 * array)
    assert (running.mean == 2).all() and (running.deviation == 1).all()
    assert (array == 1).all()
