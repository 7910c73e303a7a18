"""Time limits and the time that is left."""

import pytest
from mednca.training.timing import Pace, budget


@pytest.mark.parametrize("validation", [0.0, 0.5, 5.0, 30.0])
@pytest.mark.parametrize("seconds", [60.0, 600.0, 36000.0])
def test_a_time_limit_is_kept_and_used(seconds, validation):
    made = budget(seconds, 0.3, validation, 2 * validation, 2000)
    validations = -(-made.iterations // made.validate_every)
    takes = made.iterations * 0.3 + (validations + 2) * validation
    # Where the figures at the end take most of a short limit, half of it is still left to training.
    assert 0.9 * seconds < takes < 1.01 * seconds or made.iterations * 0.3 == pytest.approx(0.5 * seconds, abs=0.3)


def test_validation_comes_about_twenty_times_and_less_often_where_it_is_slow():
    assert budget(600, 0.3, 0.1, 0.2, 2000).validate_every == pytest.approx(2000 / 20, rel=0.05)
    slow = budget(600, 0.3, 20, 40, 2000)
    assert slow.iterations / slow.validate_every == pytest.approx(4, abs=0.5)


def test_validation_is_never_further_apart_than_the_recipe_says():
    assert budget(36000, 0.3, 1.0, 2.0, 500).validate_every <= 500


def test_the_time_left_does_not_follow_one_slow_iteration():
    pace = Pace()
    assert pace.left(10, 0) is None
    for seconds in (9.0, 0.5, 0.5, 0.5, 0.5, 0.2, 0.2, 7.0, 0.2):
        pace.note(seconds)
    assert pace.left(10, 0) == pytest.approx(2.0)
    pace.validation = 3.0
    assert pace.left(10, 2) == pytest.approx(8.0)
