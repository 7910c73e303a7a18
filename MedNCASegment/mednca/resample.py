"""Separable in-plane resizing: one small weight matrix per axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


def resize_weights(n_in: int, n_out: int, step: float, antialias: bool = True) -> np.ndarray:
    """Weights that resize one axis by linear interpolation, both grids centred on each other.

    Args:
        n_in, n_out: samples before and after.
        step: distance between output samples in units of input samples; above 1 the axis becomes coarser.
        antialias: widen the triangle filter when the axis becomes coarser, so that nothing is skipped.

    Returns:
        Float32 [n_out, n_in]; rows sum to 1. Samples outside the input are taken from its mirror image, as the
        automaton's own padding does.
    """
    positions = (np.arange(n_out) - (n_out - 1) / 2) * step + (n_in - 1) / 2
    width = max(step, 1.0) if antialias else 1.0
    reach = int(np.ceil(width))
    offsets = np.arange(-reach, reach + 1)
    taps = np.floor(positions).astype(int)[:, None] + offsets
    weights = np.clip(1 - np.abs(taps - positions[:, None]) / width, 0, None)
    # Mirror with the edge sample repeated: ... 1 0 | 0 1 2 | 2 1 ...
    folded = np.mod(taps, 2 * n_in)
    folded = np.where(folded < n_in, folded, 2 * n_in - 1 - folded)
    matrix = np.zeros((n_out, n_in))
    np.add.at(matrix, (np.arange(n_out)[:, None], folded), weights)
    return (matrix / matrix.sum(axis=1, keepdims=True)).astype(np.float32)


@dataclass(frozen=True)
class Grid:
    """The cell grid of a slice: how many cells there are, and how far apart in units of the slice's own pixels."""

    pixels: tuple[int, int]
    cells: tuple[int, int]
    step: tuple[float, float]

    def to_cells(self) -> tuple[np.ndarray, np.ndarray]:
        """Weights (rows, columns) that take a slice to the cells; apply with :func:`resize`."""
        return tuple(resize_weights(n, m, s) for n, m, s in zip(self.pixels, self.cells, self.step, strict=True))

    def to_pixels(self, scale: int = 1) -> tuple[np.ndarray, np.ndarray]:
        """Weights that take values on the cells of the level at 1/scale back to the slice."""
        return tuple(
            resize_weights(m // scale, n, 1 / (s * scale))
            for n, m, s in zip(self.pixels, self.cells, self.step, strict=True)
        )


def cell_grid(
    pixels: tuple[int, int],
    pixel_mm: tuple[float, float],
    *,
    spacing: tuple[float, float] | None,
    size: tuple[int, int] | None,
    multiple: int,
) -> Grid:
    """The grid that a card asks for.

    With `spacing` (mm per cell) the distance of cells is exact and their number is rounded up to a multiple, so that
    the grid covers the slice; with `size` the number of cells is exact and the slice is stretched to it.
    """
    if size is not None:
        return Grid(pixels, tuple(size), tuple(n / m for n, m in zip(pixels, size, strict=True)))
    step = tuple(cell / pixel for cell, pixel in zip(spacing, pixel_mm, strict=True))
    # A little slack, so that rounding in a header's spacing does not add a row of cells. Two coarse cells a side are
    # the least that padding by reflection can work on.
    cells = tuple(max(2, int(np.ceil(n / s / multiple - 1e-3))) * multiple for n, s in zip(pixels, step, strict=True))
    return Grid(pixels, cells, step)


def resize(image: np.ndarray, weights: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Apply (rows, columns) weights to the last two axes of an array [..., row, column]."""
    return np.matmul(weights[0], np.matmul(image, weights[1].T))


def coarsen(image: np.ndarray, scale: int, how: str) -> np.ndarray:
    """The image of a coarser level: [..., row, column] at 1/scale of its size (paper, section 3.3)."""
    if scale == 1:
        return image
    rows, columns = image.shape[-2] // scale, image.shape[-1] // scale
    if how == "average":
        return image.reshape(*image.shape[:-2], rows, scale, columns, scale).mean(axis=(-3, -1), dtype=np.float32)
    weights = (
        resize_weights(image.shape[-2], rows, scale, antialias=False),
        resize_weights(image.shape[-1], columns, scale, antialias=False),
    )
    return resize(image, weights)
