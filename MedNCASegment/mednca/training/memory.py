"""How much memory training takes, told from its settings without PyTorch, and settings that fit a limit.

What a process holds is its libraries, the slices of all cases, and for every step of the automaton what the backward
pass needs of the cells that fire. The figures behind it were measured; Testing/Benchmarks/training_memory.py compares.
"""

from __future__ import annotations

import math
from dataclasses import replace

from ..card import Card
from ..errors import MedNCAError
from .recipe import Recipe

LIBRARIES = 330e6  # a process that has imported PyTorch and run a step
SLACK = 1.1  # what the allocator holds beyond what is in use
CHUNK = 8192  # firing cells that are computed at a time; see step.py
LEAST_PATCH = 16


def estimate_bytes(card: Card, recipe: Recipe, cells: tuple[int, int], data_bytes: int = 0) -> int:
    """Peak resident memory of a training process on the CPU, in bytes.

    Args:
        card: levels, channels and hidden size count.
        recipe: batch, patch, precision and recomputation count.
        cells: rows and columns of the finest cell grid of a slice.
        data_bytes: size of the slices of all cases in memory; see :func:`slices_bytes`.
    """
    kept, working = [], []
    width = 4 if recipe.precision == "float32" else 2
    rows, columns = cells
    for index, level in enumerate(card.levels):
        high, wide = math.ceil(rows / level.scale), math.ceil(columns / level.scale)
        whole = recipe.batch * high * wide
        if index:
            high, wide = min(high, recipe.patch), min(wide, recipe.patch)
        count = recipe.batch * high * wide
        steps = math.ceil(level.steps * 1.25)
        fires = min(1.0, card.fire_rate)
        each = fires * width * (card.channels + (0 if recipe.recompute else card.hidden)) + 1
        kept.append(steps * count * each)
        # State, its gradient, both in low precision, changes; whole grids exist between two levels.
        working.append(count * card.channels * 4 * 6 + (whole * card.channels * 4 * 3 if index else 0))
    chunk = CHUNK * (4 * 9 * card.channels + 3 * card.hidden) * 4
    images = recipe.batch * rows * columns * 4 * 4 * (1 + len(card.labels))
    return int(LIBRARIES + data_bytes + SLACK * (sum(kept) + max(working) + chunk + images))


def slices_bytes(pixels: int, labels: int) -> int:
    """Bytes of the slices that training keeps, for so many pixels (voxels of all cases) and labels."""
    return pixels * (4 + labels)


def recipe_that_fits(
    card: Card, recipe: Recipe, cells: tuple[int, int], memory_gb: float, data_bytes: int = 0
) -> Recipe:
    """The recipe, changed as little as possible so that training stays within a memory limit.

    A smaller batch costs nothing down to half of what was asked; then hidden values are computed again in the backward
    pass, which takes a third longer; then the batch and at last the patches shrink further.

    Raises:
        MedNCAError: not even the smallest would fit.
    """
    limit = memory_gb * 1e9

    def fits(candidate: Recipe) -> bool:
        return estimate_bytes(card, candidate, cells, data_bytes) <= limit

    if fits(recipe):
        return recipe
    halved = max(1, recipe.batch // 2)
    for recompute in dict.fromkeys((recipe.recompute, True)):
        for batch in range(recipe.batch, halved - 1, -1):
            candidate = replace(recipe, batch=batch, recompute=recompute)
            if fits(candidate):
                return candidate
    for batch in range(halved - 1, 0, -1):
        candidate = replace(recipe, batch=batch, recompute=True)
        if batch >= 2 and fits(candidate):
            return candidate
    patch = recipe.patch
    while patch > LEAST_PATCH:
        patch = max(LEAST_PATCH, patch * 3 // 4)
        candidate = replace(recipe, batch=min(2, recipe.batch), patch=patch, recompute=True)
        if fits(candidate):
            return candidate
    least = estimate_bytes(card, replace(recipe, batch=1, patch=LEAST_PATCH, recompute=True), cells, data_bytes)
    raise MedNCAError(
        f"Training this model takes at least {least / 1e9:.1f} GB of memory, more than the limit of {memory_gb:g} GB;"
        " allow more, or train on fewer cases or coarser cells."
    )
