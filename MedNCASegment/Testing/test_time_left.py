"""How long a run will still take."""

import time

import pytest
from mednca.time_left import TimeLeft


@pytest.fixture
def clock(monkeypatch):
    """Seconds that the test sets."""
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    return now


def test_a_slow_start_is_not_taken_for_the_pace(clock):
    left = TimeLeft(1000)
    assert left.after(0) is None
    clock[0] = 8.0
    assert left.after(1) is None
    clock[0] = 8.2
    assert left.after(21) == pytest.approx(0.2 / 20 * 979)


def test_nothing_is_said_before_the_pace_is_known(clock):
    left = TimeLeft(10_000)
    assert [left.after(1), left.after(2)] == [None, None]
    clock[0] = 1.9
    assert left.after(20) is None
    clock[0] = 2.0
    assert left.after(21) == pytest.approx(2.0 / 20 * 9979)


def test_what_stands_still_has_no_pace(clock):
    left = TimeLeft(10)
    left.after(5)
    clock[0] = 60.0
    assert left.after(5) is None


def test_what_is_done_takes_no_more_time(clock):
    assert TimeLeft(4).after(4) == 0.0
