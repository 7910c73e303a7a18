"""How a model is trained, apart from what it is (its card) and what it learns from (its cases)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """How to train. With `minutes`, the number of iterations is fixed after the first few are timed."""

    iterations: int | None = None
    minutes: float | None = None
    batch: int = 16  # slices an iteration
    patch: int = 24  # side of the patches that finer levels see, in cells
    learning_rate: float = 3e-3
    foreground: float = 0.8  # share of slices that show a label
    coarse_loss: float = 0.5  # weight of the loss of each coarser level; 0 is the paper's loss
    averaging: float = 0.999  # decay of the moving average of the weights
    clip: float = 1.0  # largest norm of the gradient
    precision: str = "bfloat16"  # of the rule's products; states, weights and loss are float32
    recompute: bool = False  # keep less of each step and compute it again in the backward pass: a third slower
    checkpoint_every: int = 250
    validate_every: int = 2000
    seed: int = 0
