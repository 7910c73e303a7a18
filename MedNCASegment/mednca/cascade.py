"""The cascade: levels from coarse to fine, and the one loop over their steps (paper, sections 3.1 and 3.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .resample import coarsen


def run_cascade(
    engine: Any,
    rules: Sequence[Any],
    image: np.ndarray,
    *,
    channels: int,
    scales: Sequence[int],
    steps: Sequence[int],
    downsample: str,
    fire: Callable[[int, int, tuple[int, int]], np.ndarray],
    active: Callable[[int, Any], np.ndarray | None] = lambda level, state: None,
) -> Iterator[tuple[int, int, Any]]:
    """Run all levels on a batch of slices, step by step.

    Args:
        engine: from :func:`mednca.engines.make_engine`.
        rules: one prepared rule a level.
        image: float32 [slice, image channel, row, column] on the finest cell grid.
        channels: channels a cell.
        scales: scale factor of each level, coarse to fine, ending with 1.
        steps: number of steps of each level.
        downsample: how coarser levels see the image, as in the card.
        fire: (level, step, grid shape) -> boolean [slice, row, column].
        active: (level, state at its start) -> cells that may fire at all in this level, or None for all.

    Yields:
        (level, step, state) after each step, both counted from 0. The state is the engine's own and changes with the
        next step.
    """
    state = None
    for level, (rule, scale) in enumerate(zip(rules, scales, strict=True)):
        seen = coarsen(image, scale, downsample)
        state = engine.seed(seen, channels) if level == 0 else engine.upscale(state, scales[level - 1] // scale, seen)
        allowed = active(level, state)
        for step in range(steps[level]):
            state = engine.step(state, rule, fire(level, step, seen.shape[-2:]), allowed)
            yield level, step, state
