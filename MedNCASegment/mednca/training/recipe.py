"""How a model is trained, apart from what it is (its card) and what it learns from (its cases)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """How to train. With `minutes`, the number of iterations is fixed after the first few are timed."""

    iterations: int | None = None
    minutes: float | None = None  # of the whole training, validation and the figures at the end included
    batch: int = 16  # slices an iteration
    patch: int = 24  # side of the patches that finer levels see, in cells
    aimed: float = 0.0  # share of the patches that are moved to labelled cells, the others lie anywhere
    learning_rate: float = 3e-3
    foreground: float = 0.8  # share of slices that show a label
    coarse_loss: float = 0.5  # weight of the loss of each coarser level; 0 is the paper's loss
    averaging: float = 0.999  # decay of the moving average of the weights
    clip: float = 1.0  # largest norm of the gradient
    precision: str = "auto"  # of the rule's products: "bfloat16", "float32" or what is faster here; else float32
    checkpoint_every: int = 250  # iterations
    validate_every: int = 2000  # iterations
    patience: int = 0  # validations without a better Dice after which training ends; 0 trains to the end
    artefacts: float = 0.0  # share of slices that get an artefact of MRI (ghosting, anisotropy, bias field)
    recompute: bool = False  # hidden values are computed again in the backward pass instead of being kept
    random_steps: float = 0.25  # how far the number of steps is drawn around the card's, as a part of it
    seed: int = 0
