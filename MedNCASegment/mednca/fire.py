"""Fire masks: which cells update in which step, drawn from a counter-based generator (paper, section 3.2)."""

from __future__ import annotations

import numpy as np

FIRE_LEVELS = 65536  # a cell fires when its 16 random bits lie below rate * FIRE_LEVELS


def fire_mask(
    shape: tuple[int, int], rate: float, *, seed: int, run: int, slice_index: int, level: int, step: int
) -> np.ndarray:
    """Draw the cells of one slice that fire in one step.

    The mask depends on the key (seed, run, slice, level, step) and on nothing else: not on the order of slices, on
    batching or on the engine.

    Args:
        shape: (rows, columns) of the cell grid.
        rate: probability with which each cell fires, above 0 and at most 1; exact to 1/65536.
        seed, run, slice_index, level, step: the key, integers of at least 0; seed is below 2**63.

    Returns:
        Boolean array of the given shape.
    """
    cells = shape[0] * shape[1]
    # Philox turns (key, counter) into random bits; the counter's low words run on, so the key takes the rest.
    bits = np.random.Philox(key=[seed, (run << 40) | slice_index], counter=[0, 0, level, step]).random_raw(
        (cells + 3) // 4
    )
    # Little-endian words make the masks the same on every machine.
    draws = bits.astype("<u8", copy=False).view("<u2")[:cells]
    return (draws < round(rate * FIRE_LEVELS)).reshape(shape)
