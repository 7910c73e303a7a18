"""How long training takes on this machine, told without PyTorch: roughly, but before anything is started."""

from __future__ import annotations

import time

import numpy as np

from ..card import Card
from .recipe import Recipe

# Of the speed of a float32 matrix product, what a float32 iteration reaches: 0.34 to 0.51 for five plans of 16 and 32
# channels, 64 and 128 hidden values, grids of 52 x 36 to 256 x 256 cells. In bfloat16, where the processor has it,
# iterations took 0.6 to 0.7 of that time.
EFFICIENCY = 0.4
SIDE, TRIALS = 512, 8  # of the matrix product that is timed


def iteration_operations(card: Card, recipe: Recipe, cells: tuple[int, int]) -> float:
    """Floating-point operations of one iteration, forward and backward.

    Args:
        card: levels, channels, hidden size and fire rate count.
        recipe: batch, patch and recomputation count.
        cells: rows and columns of the finest cell grid of a slice.
    """
    visits = 0
    for index, level in enumerate(card.levels):
        rows, columns = (side // level.scale for side in cells)
        if index:
            rows, columns = min(rows, recipe.patch), min(columns, recipe.patch)
        visits += rows * columns * level.steps
    # A cell that fires: nine neighbours' channels to the hidden values, and those back to the channels.
    each = 2 * card.channels * card.hidden * (9 + 1)
    passes = 4 if recipe.recompute else 3  # the backward pass costs two forward ones
    return recipe.batch * visits * card.fire_rate * each * passes


def machine_speed() -> float:
    """Floating-point operations a second in float32 matrix products; takes about a tenth of a second to find out."""
    matrix = np.random.default_rng(0).random((SIDE, SIDE), np.float32)
    times = []
    for _ in range(TRIALS):
        started = time.perf_counter()
        matrix @ matrix
        times.append(time.perf_counter() - started)
    return 2 * SIDE**3 / min(times)


def seconds_per_iteration(card: Card, recipe: Recipe, cells: tuple[int, int], speed: float) -> float:
    """About how long an iteration takes, rather too long than too short.

    Args:
        card, recipe, cells: as for :func:`iteration_operations`.
        speed: from :func:`machine_speed`.
    """
    return iteration_operations(card, recipe, cells) / (EFFICIENCY * speed)
