"""Which steps are kept."""

import pytest
from mednca import MedNCAError
from mednca.recording import plan_recording


@pytest.mark.parametrize("fits", range(1, 40))
def test_the_smallest_interval_that_fits_is_chosen_and_the_last_step_is_kept(fits):
    every, kept = plan_recording([16, 16], 1_000_000, fits * 1.0)
    assert len(kept) <= fits
    assert kept[-1] == (1, 15)
    places = [level * 16 + step for level, step in kept]
    assert {later - earlier for earlier, later in zip(places, places[1:], strict=False)} <= {every}
    assert every == 1 or -(-32 // (every - 1)) > fits


def test_an_interval_that_is_asked_for_is_kept_when_it_fits():
    every, kept = plan_recording([4, 4], 1000, 1.0, every=3)
    assert every == 3
    assert kept == [(0, 1), (1, 0), (1, 3)]


def test_without_a_limit_every_step_is_kept():
    every, kept = plan_recording([4, 4], 1000, float("inf"))
    assert (every, len(kept)) == (1, 8)


def test_what_does_not_fit_is_refused_with_the_interval_that_would():
    with pytest.raises(MedNCAError, match="one in 4"):
        plan_recording([16, 16], 1_000_000, 8.0, every=2)
    with pytest.raises(MedNCAError, match="even one step"):
        plan_recording([16, 16], 10_000_000, 8.0)
