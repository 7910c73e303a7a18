"""Aimed patches hold a labelled cell; what is not aimed stays as it was drawn."""

import pytest
from core_cases import require_torch, small_card

torch = require_torch()

from mednca.training.aiming import aim  # noqa: E402
from mednca.training.network import TrainableCascade, draw_courses  # noqa: E402


def lone_cells(count=200, rows=30, columns=40):
    """One labelled cell in each slice, and where it is."""
    places = torch.stack([torch.randint(side, (count,)) for side in (rows, columns)], 1)
    shown = torch.zeros(count, rows, columns, dtype=torch.bool)
    shown[torch.arange(count), places[:, 0], places[:, 1]] = True
    return shown, places.tolist()


def hits(starts, patch, places):
    return [
        all(start <= place < start + side for start, place, side in zip(corner, where, patch, strict=True))
        for corner, where in zip(zip(*starts, strict=True), places, strict=True)
    ]


def test_every_aimed_patch_holds_a_labelled_cell_and_lies_in_the_slice():
    shown, places = lone_cells()
    starts = aim([[0] * 200, [0] * 200], (7, 5), shown, 1.0, torch.Generator().manual_seed(0))
    assert all(hits(starts, (7, 5), places))
    assert all(0 <= row <= 23 for row in starts[0])
    assert all(0 <= column <= 35 for column in starts[1])


def test_the_labelled_cell_lies_anywhere_in_the_patch():
    shown = torch.zeros(300, 30, 40, dtype=torch.bool)
    shown[:, 15, 20] = True
    starts = aim([[0] * 300, [0] * 300], (4, 4), shown, 1.0, torch.Generator().manual_seed(0))
    assert set(starts[0]) == {12, 13, 14, 15}
    assert set(starts[1]) == {17, 18, 19, 20}


def test_only_the_wanted_part_is_aimed_and_empty_slices_keep_their_patch():
    shown, places = lone_cells(count=1000)
    starts = [[23] * 1000, [35] * 1000]
    moved = aim(starts, (7, 5), shown, 0.5, torch.Generator().manual_seed(0))
    kept = sum(one == (23, 35) for one in zip(*moved, strict=True))
    assert 450 < kept < 600
    assert aim(starts, (7, 5), torch.zeros_like(shown), 1.0, torch.Generator().manual_seed(0)) == starts


@pytest.mark.parametrize("levels", [(2, 1), (4, 2, 1)])
def test_the_patch_of_the_finest_level_shows_what_is_labelled(levels):
    card = small_card(levels=[{"scale": scale, "steps": 1} for scale in levels])
    generator = torch.Generator().manual_seed(0)
    network = TrainableCascade(card, generator)
    target = torch.zeros(40, 1, 64, 64)
    for one in target:
        row, column = torch.randint(64, (2,), generator=generator).tolist()
        one[0, row, column] = 1
    image = torch.rand(40, 1, 64, 64, generator=generator)

    def seen(aimed):
        with torch.no_grad():
            outputs = network(image, target, 8, generator, torch.float32, aimed=aimed)
        return int(outputs[-1][1].flatten(1).any(1).sum())

    assert seen(1.0) == 40
    assert seen(0.0) < 20


def test_without_aiming_nothing_more_is_drawn():
    card, shown = small_card(), torch.ones(3, 1, 16, 16)
    draws = []
    for more in ({}, {"shown": shown, "aimed": 0.0}):
        generator = torch.Generator().manual_seed(0)
        draw_courses(card, 3, (16, 16), 4, 0.25, generator, **more)
        draws.append(generator.get_state())
    assert torch.equal(*draws)
