"""What goes further than the paper: its statistics."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from paper.further import statistics  # noqa: E402


def test_rank_correlation_shares_the_ranks_of_ties():
    assert statistics.ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1.0, 3.5, 2.0]
    rising = np.arange(5.0)
    assert statistics.rank_correlation(rising, np.exp(rising)) == pytest.approx(1)
    assert statistics.rank_correlation(rising, -(rising**3)) == pytest.approx(-1)
    assert statistics.rank_correlation(rising, np.ones(5)) is None


def test_the_area_under_the_curve_is_the_share_of_pairs_in_the_right_order():
    rng = np.random.default_rng(0)
    scores, failed = rng.integers(0, 10, 50).astype(float), rng.random(50) < 0.3
    pairs = [(bad > good) + 0.5 * (bad == good) for bad in scores[failed] for good in scores[~failed]]
    assert statistics.area_under_curve(scores, failed) == pytest.approx(np.mean(pairs))
    assert statistics.area_under_curve(scores, np.zeros(50, bool)) is None


def test_the_cut_off_lies_between_successes_and_failures():
    scores = np.array([0.1, 0.2, 0.3, 0.7, 0.9, 0.05])
    failed = np.array([False, False, False, True, True, True])
    cut_off = statistics.best_cut_off(scores, failed)
    assert cut_off == pytest.approx(0.5)
    found = statistics.alarm(scores, failed, cut_off)
    assert (found.failures, found.found, found.successes, found.false) == (3, 2, 3, 0)
    assert statistics.best_cut_off(scores, ~np.ones(6, bool)) is None


def test_the_interval_of_a_difference_is_that_of_pairs():
    plain = np.random.default_rng(0).normal(0.8, 0.1, 30)
    mean, low, high = statistics.mean_difference(plain + 0.01, plain)
    assert mean == pytest.approx(0.01) and high - low < 1e-9
    mean, low, high = statistics.mean_difference(plain[::-1], plain)
    assert low < mean < high and abs(mean) < 1e-9
