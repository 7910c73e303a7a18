"""A volume cut into the slices of one plane, and the cells of these."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .card import Card
from .errors import MedNCAError
from .resample import Grid, cell_grid
from .volume import Slicing, Volume, slicing_for

MAX_CELLS = 1 << 24
LEAST_CELLS = 0.1  # a slice must cover at least this part of a cell


@dataclass(frozen=True)
class Cut:
    """How a volume is sliced for a model in one plane."""

    slicing: Slicing
    grid: Grid  # of each slice
    count: int  # slices
    step_mm: float  # from one slice to the next

    @property
    def cells(self) -> int:
        """How many a slice has."""
        return self.grid.cells[0] * self.grid.cells[1]

    def slice_of(self, voxel: tuple[int, int, int] | None) -> int:
        """The slice in which a voxel [i, j, k] lies; 0 for None."""
        return self.slicing.slice_of(voxel, self.count)

    def slices(self, array: np.ndarray, place: slice = slice(None)) -> np.ndarray:
        """A view [..., slice, row, column] of some slices of an array [..., i, j, k]."""
        return self.slicing.to_slices(array)[..., place, :, :]


def cut(volume: Volume, card: Card, plane: str) -> Cut:
    """Cut a volume for a model.

    Args:
        volume: the scan.
        card: of the model.
        plane: one of the card's.

    Raises:
        MedNCAError: the slices would need more cells than a computer has memory for, or next to none.
    """
    slicing = slicing_for(volume.affine, plane)
    count, *shape = (volume.array.shape[axis] for axis in slicing.axes)
    step_mm, *spacing = (float(volume.spacing[axis]) for axis in slicing.axes)
    grid = cell_grid(
        tuple(shape),
        tuple(spacing),
        spacing=card.input.spacing,
        size=card.input.size,
        multiple=card.finest_multiple,
    )
    found = Cut(slicing, grid, count, step_mm)
    extent = f"{shape[0] * spacing[0]:.3g} x {shape[1] * spacing[1]:.3g} mm"
    measures = f"{'An' if plane == 'axial' else 'A'} {plane} slice of this volume measures {extent}"
    if found.cells > MAX_CELLS:
        raise MedNCAError(
            f"{measures}, far more than the model is made for; check the spacing in its header or crop it."
        )
    if any(pixels < LEAST_CELLS * step for pixels, step in zip(grid.pixels, grid.step, strict=True)):
        raise MedNCAError(f"{measures}, far less than the model is made for; check the spacing in its header.")
    return found
