"""What goes further than the paper: rows that are trained for it."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from paper.further import planes  # noqa: E402
from paper.rows import BY_NAME  # noqa: E402
from paper.training import Training  # noqa: E402
from paper_cases import ellipsoid_study  # noqa: E402
from paper_row_case import QUICK  # noqa: E402


def test_directions_are_those_of_the_rows_that_are_fused():
    for plane, name in planes.ROWS.items():
        card = BY_NAME[name].make(0).card
        assert card.input.plane == plane and card.input.spacing == (1.0, 1.0)


def test_rows_with_neighbours_are_as_large_as_the_plain_one_and_see_more_slices(tmp_path):
    for count in (1, 2):
        row = BY_NAME[f"med-nca-1mm-neighbours-{count}"]
        assert row.make(0).card.input.channels == 1 + 2 * count
        training = Training(row, ellipsoid_study(tmp_path), **QUICK)
        training.step()
        case = training.validation[0]
        assert training.averaged.probability(case.volume).shape == case.label.shape
