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

LIBRARIES = 345e6  # bytes of a process that has imported PyTorch and run a step
TORCHIO = 130e6  # for artefacts
SLACK = 1.1  # what the allocator holds beyond what is in use
# Slices are run in groups of at most so many cells (step.py), so that the work of a step stays in the cache.
GROUP_CELLS = 6000
LEAST_PATCH = 16


def estimate_bytes(card: Card, recipe: Recipe, cells: tuple[int, int], data_bytes: int = 0) -> int:
    """Peak resident memory of a training process on the CPU, in bytes.

    Args:
        card: levels, channels, hidden size and fire rate count.
        recipe: batch, patch, precision, recomputation, the variation of steps and artefacts count. The precision
            "auto" is taken for float32, which is what takes more.
        cells: rows and columns of the finest cell grid of a slice.
        data_bytes: size of the slices of all cases in memory; see :func:`slices_bytes`.
    """
    width = 2 if recipe.precision == "bfloat16" else 4
    channels, hidden, rate = card.channels, card.hidden, card.fire_rate
    rows, columns = cells
    kept, working = 0.0, 0.0
    for index, level in enumerate(card.levels):
        high, wide = math.ceil(rows / level.scale), math.ceil(columns / level.scale)
        if index:
            high, wide = min(high, recipe.patch), min(wide, recipe.patch)
        count = recipe.batch * high * wide
        group = min(count, max(GROUP_CELLS, high * wide))
        steps = math.ceil(level.steps * (1 + recipe.random_steps))
        # Changes, hidden values and one byte for whether a cell fires; see step.py.
        kept += steps * count * (rate * width * (channels + (0 if recipe.recompute else hidden)) + 1)
        # What firing cells see and its gradient, three times the hidden values; the state in several forms.
        products = rate * group * width * (2 * 9 * channels + 3 * hidden)
        working = max(working, products + 4 * channels * (6 * group + 4 * count))
    # Images and targets before and after their random changes, and where these look.
    images = recipe.batch * rows * columns * 4 * (6 + 4 * (card.input.channels + len(card.labels)))
    libraries = LIBRARIES + (TORCHIO if recipe.artefacts > 0 else 0)
    return int(libraries + data_bytes + SLACK * (kept + working + images))


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
    for batch in range(halved - 1, 1, -1):
        candidate = replace(recipe, batch=batch, recompute=True)
        if fits(candidate):
            return candidate
    least = replace(recipe, batch=min(2, recipe.batch), recompute=True)
    while not fits(least) and least.patch > LEAST_PATCH:
        least = replace(least, patch=max(LEAST_PATCH, least.patch * 3 // 4))
    if fits(least):
        return least
    needed = estimate_bytes(card, least, cells, data_bytes) / 1e9
    raise MedNCAError(
        f"Training this model takes at least {needed:.1f} GB of memory, more than the limit of {memory_gb:g} GB;"
        " allow more, or train on fewer cases or coarser cells."
    )
