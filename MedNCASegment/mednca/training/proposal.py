"""The rules that turn a fingerprint of cases into a card and a recipe, each choice with its reason.

Lengths in cells follow from three facts about cellular automata: a cell sees one cell further with every step, a level
at 1/s of the grid sees s times as far, and memory and time grow with cells times steps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from ..card import MAX_LABELS, PLANES, Card, Input, Label, Level
from ..errors import MedNCAError
from .fingerprint import Fingerprint
from .recipe import Recipe

ANISOTROPIC = 1.5  # slices further apart than this, against their pixels, are not cut across
BORDER_HIDDEN = 0.6  # a plane that hides this much of the labels' borders is not taken
TOUCHING = 0.1  # labels border on each other when they share this much of a slice's foreground
MOST_SIDE = 256  # cells; larger grids are made coarser while the organ keeps ORGAN_CELLS
ORGAN_CELLS = 64
COARSEST_SIDE = 32  # cells; more levels are added until the coarsest grid is at most this wide
FACTOR, MOST_SCALE = 4, 64  # between two levels (paper, section 3.3), and of the coarsest
CHANNELS, FREE_CHANNELS = 32, 16  # the paper's, and those that are neither image nor label
LEAST_STEPS, MOST_STEPS = 16, 64  # the paper's two settings
LEAST_PATCH, MOST_PATCH = 24, 64  # cells
HIT, AIMED = 0.9, 0.5  # chance to show foreground below which patches are aimed at it, and how many then
WORK = 400_000  # cells times steps in an iteration, which sets the batch
LEAST_BATCH, MOST_BATCH = 4, 16  # slices
SPEED = (
    500_000  # cells times steps in a second of training on one core of a processor of 2024; sets no more than batches
)
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
    if len(fingerprint.labels) > MAX_LABELS and not wishes.merge_labels:
        raise MedNCAError(
            f"The cases have {len(fingerprint.labels)} labels, and a model at most {MAX_LABELS}; merge them."
        )
    why: dict[str, str] = {}
    plane = choose_plane(fingerprint, wishes.merge_labels, why)
    axes = [axis for axis in range(3) if axis != PLANES[plane]]
    millimetres = [fingerprint.shape.median[axis] * fingerprint.spacing.median[axis] for axis in axes]
    if wishes.sizes:
        pixels = max(fingerprint.shape.median[axis] for axis in axes)
        square = min(wishes.sizes, key=lambda size: abs(math.log(size / pixels)))
        source = Input(plane, size=(square, square))
        cell = [mm / square for mm in millimetres]
        why["input.size"] = f"Slices are resized to {square} x {square} cells, as in the paper."
    else:
        cell = [choose_spacing(fingerprint, axes, why)] * 2
        source = Input(plane, spacing=tuple(cell))
    sides = [mm / one for mm, one in zip(millimetres, cell, strict=True)]
    organs = [fingerprint.extent_mm[axis] / one for axis, one in zip(axes, cell, strict=True)]
    side, organ = max(sides), max(organs)
    scales = wishes.scales or choose_scales(side, organ, why)
    if wishes.scales:
        why["levels"] = f"Levels at {_fractions(scales)} of the grid, as in the paper."
    steps = choose_steps(side, organ, scales[0], why)
    patch = choose_patch(side, organ, scales, why)
    if wishes.sizes:
        patch = round(side / scales[0])
        why["patch"] = "Finer levels are trained on patches as large as the coarsest grid, as in the paper."
    labels = [
        Label(label.value, label.name, COLORS[index % len(COLORS)]) for index, label in enumerate(fingerprint.labels)
    ]
    if wishes.merge_labels:
        labels = [Label(1, "Foreground", COLORS[0])]
    card = Card(
        name="model",
        title="Own model",
        labels=labels,
        input=source,
        levels=[Level(scale, steps) for scale in scales],
        expects=_expects(fingerprint),
    )
    why["input.percentiles"] = (
        "Intensities between the percentiles 0.5 and 99.5 of a volume become 0 to 1, so that scanner units and a few"
        " very bright voxels do not matter."
    )
    card.channels = choose_channels(len(labels), why)
    why["labels"] = "One output for all labelled voxels." if len(labels) == 1 else "One output a label."
    why["largest_component"] = (
        "Off here; switched on at the end of training when the validation cases show a higher Dice with it."
    )
    recipe = Recipe(patch=patch, aimed=choose_aimed(sides, organs, patch, scales, why), seed=seed)
    recipe = choose_course(recipe, slice_work(side, patch, scales, steps), minutes, why)
    return Proposal(card, recipe, why)


def choose_plane(fingerprint: Fingerprint, merged: bool, why: dict[str, str]) -> str:
    """The plane that slices lie in."""
    spacing, names = fingerprint.spacing.median, list(PLANES)
    coarsest = max(range(3), key=lambda axis: spacing[axis])
    others = [spacing[axis] for axis in range(3) if axis != coarsest]
    if spacing[coarsest] > ANISOTROPIC * max(others):
        why["input.plane"] = (
            f"The scans' slices are {names[coarsest]}: {spacing[coarsest]:.3g} mm apart with pixels of"
            f" {max(others):.3g} mm."
        )
        return names[coarsest]
    hidden = [0.0, 0.0, 0.0] if merged else _hidden_borders(fingerprint)
    allowed = [axis for axis in range(3) if hidden[axis] < BORDER_HIDDEN]
    # Pixels, not square mm: of two cuts of the same size the finer one shows more.
    pixels = [area * mm / math.prod(spacing) for area, mm in zip(fingerprint.section_mm2, spacing, strict=True)]
    best = max(allowed, key=lambda axis: pixels[axis])
    reason = f"voxels are about as deep as wide, and {names[best]} cuts show the most of the foreground at once"
    if len(allowed) < 3:
        left_out = next(names[axis] for axis in range(3) if axis not in allowed)
        reason += f" of the planes that show where labels border on each other ({left_out} hardly does)"
    why["input.plane"] = f"Slices are {names[best]}: {reason}, {pixels[best]:.0f} pixels on average."
    return names[best]


def _hidden_borders(fingerprint: Fingerprint) -> list[float]:
    """For slices across R, A, S: the share of the borders between labels that lies between slices, not in them."""
    total = sum(fingerprint.contact_mm2)
    if total > TOUCHING * min(fingerprint.section_mm2):
        return [area / total for area in fingerprint.contact_mm2]
    # Labels that do not touch are told apart in slices that hold the line between their centres.
    squares = [mm**2 for mm in fingerprint.apart_mm]
    return [square / sum(squares) for square in squares] if sum(squares) > 0 else [0.0, 0.0, 0.0]


def choose_spacing(fingerprint: Fingerprint, axes: list[int], why: dict[str, str]) -> float:
    """Side of the square cells in mm."""
    pixel = math.sqrt(math.prod(fingerprint.spacing.median[axis] for axis in axes))
    side = max(fingerprint.shape.median[axis] * fingerprint.spacing.median[axis] for axis in axes) / pixel
    organ = max(fingerprint.extent_mm[axis] for axis in axes) / pixel
    coarser = max(1.0, min(side / MOST_SIDE, organ / ORGAN_CELLS))
    spacing = float(f"{pixel * coarser:.3g}")
    if coarser > 1:
        why["input.spacing"] = (
            f"Cells of {spacing:.3g} mm, coarser than the pixels of {pixel:.3g} mm: the grid shrinks from {side:.0f} to"
            f" {side / coarser:.0f} cells, and the foreground still measures {organ / coarser:.0f}."
        )
    else:
        why["input.spacing"] = f"Cells of {spacing:.3g} mm, the median pixel size of the cases."
    return spacing


def choose_scales(side: float, organ: float, why: dict[str, str]) -> list[int]:
    """Scales of the levels, coarse to fine."""
    scales = [1]
    while side / scales[0] > COARSEST_SIDE and organ / scales[0] >= 1 and scales[0] < MOST_SCALE:
        scales.insert(0, scales[0] * FACTOR)
    if len(scales) == 1:
        why["levels"] = f"One level: the grid of about {side:.0f} cells can be crossed step by step."
        if side > COARSEST_SIDE:
            why["levels"] = f"One level: the foreground of {organ:.1f} cells would vanish at a quarter of the size."
    else:
        why["levels"] = (
            f"Levels at {_fractions(scales)} of the grid: on the coarsest, {side / scales[0]:.0f} cells wide, the whole"
            f" slice is within reach, and the foreground measures {organ / scales[0]:.1f} cells."
        )
    return scales


def choose_steps(side: float, organ: float, scale: int, why: dict[str, str]) -> int:
    """Steps of every level."""
    across = max(side, organ) / scale
    steps = min(max(LEAST_STEPS, 8 * math.ceil(across / 8 - 1e-6)), MOST_STEPS)
    reach = steps * scale
    sees = "the whole slice" if reach >= side else f"{reach} cells of the finest grid"
    why["steps"] = f"{steps} steps a level: a cell sees one cell further with each, on the coarsest level {sees}."
    return steps


def choose_patch(side: float, organ: float, scales: list[int], why: dict[str, str]) -> int:
    """Side of the patches that finer levels are trained on, in cells."""
    wanted = max(LEAST_PATCH, side / scales[0], organ / 2)
    patch = min(8 * math.ceil(wanted / 8 - 1e-6), MOST_PATCH)
    if len(scales) > 1:
        why["patch"] = (
            f"Finer levels are trained on patches of {patch} x {patch} cells; the foreground measures {organ:.0f}, so"
            " that few of them miss it."
        )
    return patch


def choose_aimed(sides: list[float], organs: list[float], patch: int, scales: list[int], why: dict[str, str]) -> float:
    """Part of the patches that are moved to the foreground; `sides` and `organs` are rows and columns in cells."""
    chance = math.prod(min(1.0, (patch + organ) / side) for side, organ in zip(sides, organs, strict=True))
    if len(scales) == 1:
        return 0.0
    if chance >= HIT:
        why["aimed"] = "0: patches lie anywhere, as nearly every one shows some of the foreground."
        return 0.0
    why["aimed"] = (
        f"{AIMED:g} of the patches are moved to the foreground, which only {100 * chance:.0f} % would show by chance."
    )
    return AIMED


def choose_channels(labels: int, why: dict[str, str]) -> int:
    """Channels of a cell, the image's and the labels' among them."""
    channels = max(CHANNELS, 16 * math.ceil((labels + 1) / 16) + FREE_CHANNELS)
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
    every = _round_number(iterations / VALIDATIONS)
    why["validate_every"] = f"Every {every:,} iterations, so that the model is held against the validation cases about"
    why["validate_every"] += f" {VALIDATIONS} times and its best state is kept."
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
