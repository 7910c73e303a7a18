"""The rules that turn a fingerprint of cases into a card and a recipe, each choice with its reason.

Lengths in cells follow from three facts about cellular automata: a cell sees one cell further with every step, a level
at 1/s of the grid sees s times as far, and memory and time grow with cells times steps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from ..card import MAX_LABELS, Card, Label, Level
from ..errors import MedNCAError
from .fingerprint import Fingerprint
from .grid_choice import Grid, choose_grid
from .recipe import Recipe

COARSEST_SIDE = 32  # cells; more levels are added until the coarsest grid is at most this wide
FACTOR, MOST_SCALE = 4, 64  # between two levels (paper, section 3.3), and of the coarsest
CHANNELS, FREE_CHANNELS = 32, 16  # the paper's, and those that are neither image nor label
LEAST_STEPS, MOST_STEPS = 16, 64  # the authors' two settings
LEAST_PATCH, MOST_PATCH = 24, 64  # cells
HIT, AIMED = 0.9, 0.5  # chance to show foreground below which patches are aimed at it, and how many then
WORK = 400_000  # cells times steps in an iteration, which sets the batch
LEAST_BATCH, MOST_BATCH = 4, 16  # slices
SPEED = 500_000  # cells times steps a second, roughly, on one core; sets batches and how often things are done
LEAST_ITERATIONS = 600  # in a time limit
ITERATIONS = 20_000
VALIDATIONS, PATIENCE = 20, 8
CHECKPOINT_SECONDS = 60
COLORS = (
    (0.90, 0.70, 0.20),
    (0.30, 0.60, 0.90),
    (0.40, 0.75, 0.40),
    (0.85, 0.35, 0.35),
    (0.60, 0.45, 0.80),
    (0.35, 0.75, 0.75),
    (0.90, 0.55, 0.70),
    (0.65, 0.60, 0.35),
)


@dataclass
class Wishes:
    """What a preset fixes before the rules are applied; None leaves the choice to them."""

    scales: list[int] | None = None
    sizes: list[int] | None = None  # sides of square grids, of which the nearest to the data's is taken
    merge_labels: bool = False


@dataclass
class Proposal:
    """Card and recipe with the reason for each choice, by the name of what is chosen."""

    card: Card
    recipe: Recipe
    why: dict[str, str] = field(default_factory=dict)


def propose_card(fingerprint: Fingerprint, wishes: Wishes, seed: int, minutes: float | None) -> Proposal:
    """Apply all rules; see the constants of this module for their numbers.

    Raises:
        MedNCAError: there are more labels than a model can have.
    """
    why: dict[str, str] = {}
    labels = choose_labels(fingerprint, wishes.merge_labels, why)
    grid = choose_grid(fingerprint, wishes.sizes, wishes.merge_labels, why)
    scales = choose_scales(grid, wishes.scales, why)
    steps = choose_steps(grid, scales[0], why)
    card = Card(
        name="model",
        title="Own model",
        labels=labels,
        input=grid.source,
        levels=[Level(scale, steps) for scale in scales],
        channels=choose_channels(len(labels), grid.source.channels, why),
        expects=_expects(fingerprint),
    )
    why["largest_component"] = "Off here; switched on at the end of training when the validation cases gain by it."
    patch = choose_patch(grid, scales, bool(wishes.sizes), why)
    recipe = Recipe(patch=patch, aimed=choose_aimed(grid, patch, scales, why), seed=seed)
    recipe = choose_course(recipe, slice_work(grid.side, patch, scales, steps), minutes, why)
    return Proposal(card, recipe, why)


def choose_labels(fingerprint: Fingerprint, merged: bool, why: dict[str, str]) -> list[Label]:
    """Labels of the model; raises MedNCAError when there are too many."""
    found = fingerprint.labels
    if merged or len(found) == 1:
        why["labels"] = "One output for all labelled voxels."
        return [Label(1, "Foreground", COLORS[0])] if merged else [Label(found[0].value, found[0].name, COLORS[0])]
    if len(found) > MAX_LABELS:
        raise MedNCAError(f"The cases have {len(found)} labels, and a model at most {MAX_LABELS}; merge them.")
    why["labels"] = "One output a label; where several are above one half, the highest wins."
    return [Label(one.value, one.name, COLORS[index % len(COLORS)]) for index, one in enumerate(found)]


def choose_scales(grid: Grid, wanted: list[int] | None, why: dict[str, str]) -> list[int]:
    """Scales of the levels, coarse to fine."""
    if wanted:
        why["levels"] = f"Levels at {_fractions(wanted)} of the grid, as in the paper."
        return wanted
    side, organ, scales = grid.side, grid.organ, [1]
    while side / scales[0] > COARSEST_SIDE and organ / scales[0] >= 1 and scales[0] < MOST_SCALE:
        scales.insert(0, scales[0] * FACTOR)
    if len(scales) > 1:
        why["levels"] = (
            f"Levels at {_fractions(scales)} of the grid: the coarsest is {side / scales[0]:.0f} cells wide, which"
            f" cells can look across, and the foreground measures {organ / scales[0]:.1f} cells there."
        )
    elif side > COARSEST_SIDE:
        why["levels"] = f"One level: the foreground of {organ:.1f} cells would vanish at a quarter of the size."
    else:
        why["levels"] = f"One level: a grid of about {side:.0f} cells can be looked across at full size."
    return scales


def choose_steps(grid: Grid, scale: int, why: dict[str, str]) -> int:
    """Steps of every level."""
    across = max(grid.side, grid.organ) / scale
    steps = min(max(LEAST_STEPS, 8 * math.ceil(across / 8 - 1e-6)), MOST_STEPS)
    reach = steps * scale
    sees = "the whole slice" if reach >= grid.side else f"{reach} cells of the finest grid"
    why["steps"] = f"{steps} steps a level: a cell sees one cell further with each, on the coarsest level {sees}."
    return steps


def choose_patch(grid: Grid, scales: list[int], as_coarsest: bool, why: dict[str, str]) -> int:
    """Side of the patches that finer levels are trained on, in cells; on request as large as the coarsest grid."""
    wanted = max(LEAST_PATCH, grid.side / scales[0], grid.organ / 2)
    patch = round(grid.side / scales[0]) if as_coarsest else min(8 * math.ceil(wanted / 8 - 1e-6), MOST_PATCH)
    if len(scales) > 1:
        why["patch"] = f"Finer levels are trained on patches of {patch} x {patch} cells"
        why["patch"] += (
            ", as large as the coarsest grid, as in the paper."
            if as_coarsest
            else f", which see enough of the foreground's {grid.organ:.0f} and keep memory small."
        )
    return patch


def choose_aimed(grid: Grid, patch: int, scales: list[int], why: dict[str, str]) -> float:
    """Part of the patches that are moved to the foreground."""
    if len(scales) == 1:
        return 0.0
    chances = (min(1.0, (patch + organ) / side) for side, organ in zip(grid.sides, grid.organs, strict=True))
    chance = math.prod(chances)
    if chance >= HIT:
        why["aimed"] = "0: patches lie anywhere, as nearly every one shows some of the foreground."
        return 0.0
    why["aimed"] = (
        f"{AIMED:g} of the patches are moved to the foreground, which only {100 * chance:.0f} % would show by chance."
    )
    return AIMED


def choose_channels(labels: int, image_channels: int, why: dict[str, str]) -> int:
    """Channels of a cell, the image's and the labels' among them."""
    channels = max(CHANNELS, 16 * math.ceil((labels + image_channels) / 16) + FREE_CHANNELS)
    why["channels"] = f"{channels} channels and a hidden size of 128"
    if channels == CHANNELS:
        why["channels"] += " are the paper's standard model."
    else:
        why["channels"] += f": the image, {labels} labels, and as many as cells need to talk to each other."
    return channels


def slice_work(side: float, patch: int, scales: list[int], steps: int) -> float:
    """Cells times steps that one slice takes in one iteration."""
    finer = sum(min(patch, side / scale) ** 2 for scale in scales[1:])
    return steps * ((side / scales[0]) ** 2 + finer)


def choose_course(recipe: Recipe, work: float, minutes: float | None, why: dict[str, str]) -> Recipe:
    """Batch, length and what is done how often, for slices of so much work."""
    batch = min(max(LEAST_BATCH, int(WORK / work)), MOST_BATCH)
    why["batch"] = f"{batch} slices an iteration, fewer the more cells and steps a slice takes."
    iterations = ITERATIONS
    if minutes is not None:
        slices = minutes * 60 * SPEED / work
        if slices / batch < LEAST_ITERATIONS:
            batch = max(LEAST_BATCH, int(slices / LEAST_ITERATIONS))
            why["batch"] = f"{batch} slices an iteration, few, so that a short training has enough iterations."
        iterations = slices / batch
        why["minutes"] = "The time limit given; it becomes a number of iterations after a short warm-up."
    else:
        why["iterations"] = f"{ITERATIONS:,} iterations, as many as the hippocampus model that comes along had."
    every, why["validate_every"] = validation_interval(iterations)
    why["patience"] = f"{PATIENCE} validations without a better Dice end the training: then it no longer learns."
    why["artefacts"] = "0; with 0.2, every fifth slice gets ghosting, anisotropy or a bias field (MRI; needs TorchIO)."
    return replace(
        recipe,
        batch=batch,
        minutes=minutes,
        iterations=ITERATIONS if minutes is None else None,
        validate_every=every,
        checkpoint_every=min(every, _round_number(CHECKPOINT_SECONDS * SPEED / (work * batch))),
        patience=PATIENCE,
    )


def validation_interval(iterations: float) -> tuple[int, str]:
    """Iterations from one validation to the next in a training of so many, about a twentieth of them, and why."""
    every = _round_number(iterations / VALIDATIONS)
    times = math.ceil(iterations / every)
    often = f"about {times} times" if times > 1 else "once"
    why = f"Every {every:,} iterations, so that the model is held against the validation cases {often} and its best"
    return every, f"{why} state is kept."


def _round_number(value: float) -> int:
    """The nearest of 10, 20, 50, 100, ..., 1000."""
    return min((10, 20, 50, 100, 200, 500, 1000), key=lambda number: abs(math.log(number / max(value, 1))))


def _fractions(scales: list[int]) -> str:
    parts = ["full size" if scale == 1 else f"1/{scale}" for scale in scales]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _expects(fingerprint: Fingerprint) -> str:
    size = " x ".join(
        f"{shape * mm:.0f}" for shape, mm in zip(fingerprint.shape.median, fingerprint.spacing.median, strict=True)
    )
    voxel = " x ".join(f"{mm:.3g}" for mm in fingerprint.spacing.median)
    return f"A scan of about {size} mm (right-left, front-back, head-foot) with voxels of about {voxel} mm."
