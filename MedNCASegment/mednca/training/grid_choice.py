"""The rules that turn a fingerprint of cases into the model's input: slice plane, cells, intensities."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..card import PLANES, Input
from .fingerprint import Fingerprint

ANISOTROPIC = 1.5  # slices further apart than this, against their pixels, are not cut across
BORDER_HIDDEN = 0.6  # a plane that hides this much of the labels' borders is not taken
OUTSIDE = 0.25  # share of the foreground that may be darker or brighter than the percentiles taken
TOUCHING = 0.1  # labels border on each other when they share this much of a slice's foreground
MOST_SIDE = 256  # cells; larger grids are made coarser while the organ keeps ORGAN_CELLS
ORGAN_CELLS = 64
NEAR, NEIGHBOURS = 2.0, 2  # slices at most this many cells apart see so many neighbours on either side


@dataclass
class Grid:
    """The cells of a typical slice: how wide it is and the foreground in it, rows and columns."""

    source: Input
    sides: list[float]
    organs: list[float]

    @property
    def side(self) -> float:
        return max(self.sides)

    @property
    def organ(self) -> float:
        return max(self.organs)


def choose_grid(fingerprint: Fingerprint, sizes: list[int] | None, merged: bool, why: dict[str, str]) -> Grid:
    """How slices become cells.

    Args:
        fingerprint: of the cases.
        sizes: sides of square grids, of which the nearest to the data's is taken; None keeps the pixels' shape.
        merged: all labels are one, so that borders between them do not count.
        why: gets the reasons.
    """
    plane = choose_plane(fingerprint, merged, why)
    axes = [axis for axis in range(3) if axis != PLANES[plane]]
    millimetres = [fingerprint.shape.median[axis] * fingerprint.spacing.median[axis] for axis in axes]
    if sizes:
        pixels = max(fingerprint.shape.median[axis] for axis in axes)
        square = min(sizes, key=lambda size: abs(math.log(size / pixels)))
        source = Input(plane, size=(square, square))
        cell = [mm / square for mm in millimetres]
        why["input.size"] = f"Slices are resized to {square} x {square} cells, as in the paper."
        why["input.channels"] = "1: the slice alone, as in the paper."
    else:
        cell = [choose_spacing(fingerprint, axes, why)] * 2
        source = Input(plane, spacing=tuple(cell))
        choose_neighbours(fingerprint, source, why)
    source.percentiles = choose_percentiles(fingerprint, why)
    return Grid(
        source,
        [mm / one for mm, one in zip(millimetres, cell, strict=True)],
        [fingerprint.extent_mm[axis] / one for axis, one in zip(axes, cell, strict=True)],
    )


def choose_percentiles(fingerprint: Fingerprint, why: dict[str, str]) -> tuple[float, float]:
    """The percentiles of a volume's intensities that become 0 and 1."""
    dark, bright = (share > OUTSIDE for share in fingerprint.outside)
    low, high = 0.0 if dark else 0.5, 100.0 if bright else 99.5
    why["input.percentiles"] = (
        f"Intensities between the percentiles {low:g} and {high:g} of a volume become 0 to 1, so that scanner units do"
        " not matter"
    )
    if dark or bright:
        which = "brightest" if bright else "darkest"
        why["input.percentiles"] += f"; the foreground is among the {which} voxels, which must not be cut off."
    else:
        why["input.percentiles"] += ", nor do a few very bright voxels."
    return low, high


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


def choose_neighbours(fingerprint: Fingerprint, source: Input, why: dict[str, str]) -> None:
    """Give an input the neighbouring slices as image channels where they lie close enough."""
    through = PLANES[source.plane]
    slice_mm = fingerprint.spacing.median[through]
    if fingerprint.shape.median[through] < 2:
        why["input.channels"] = "1: the slice alone, as the cases have no others."
        return
    if slice_mm > NEAR * source.spacing[0]:
        why["input.channels"] = (
            f"1: the slice alone, as the next is {slice_mm:.3g} mm away, {slice_mm / source.spacing[0]:.2g} cells."
        )
        return
    source.channels = 1 + 2 * NEIGHBOURS
    source.neighbour_mm = float(f"{max(slice_mm, source.spacing[0]):.3g}")
    why["input.channels"] = (
        f"{source.channels}: the slice and {NEIGHBOURS} neighbouring slices on either side, {source.neighbour_mm:.3g}"
        " mm from one to the next."
    )
