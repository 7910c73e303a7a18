"""Volumes with their geometry, and the way from a volume in any orientation to slices in anatomical order and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .card import PLANES
from .errors import MedNCAError


@dataclass(frozen=True)
class Volume:
    """A scalar volume: `array` indexed [i, j, k] and `affine` [4, 4] from voxel indices to RAS coordinates in mm."""

    array: np.ndarray
    affine: np.ndarray

    def __post_init__(self) -> None:
        affine = np.asarray(self.affine, dtype=float)
        if self.array.ndim != 3:
            count = "1 dimension" if self.array.ndim == 1 else f"{self.array.ndim} dimensions"
            raise MedNCAError(f"The volume has {count}; give a single three-dimensional scalar volume.")
        if 0 in self.array.shape:
            raise MedNCAError("The volume is empty; load an image with voxels.")
        if self.array.dtype.kind not in "iufb":
            held = "colours" if self.array.dtype.names else f"{self.array.dtype} values"
            raise MedNCAError(f"The volume holds {held}; give one with real numbers.")
        if not _is_usable(affine):
            raise MedNCAError("The volume's geometry is not usable (its affine cannot be inverted); check its header.")
        object.__setattr__(self, "affine", affine)

    @property
    def spacing(self) -> np.ndarray:
        """Voxel size in mm along i, j, k."""
        return np.linalg.norm(self.affine[:3, :3], axis=0)

    @property
    def voxel_volume_ml(self) -> float:
        return float(abs(np.linalg.det(self.affine[:3, :3]))) / 1000


def _is_usable(affine: np.ndarray) -> bool:
    """Whether the axes have lengths that a scan can have and do not lie in one plane."""
    if affine.shape != (4, 4) or not np.isfinite(affine).all():
        return False
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    if spacing.min() < 1e-6 or spacing.max() > 1e6:
        return False
    return abs(np.linalg.det(affine[:3, :3] / spacing)) > 1e-6


@dataclass(frozen=True)
class Slicing:
    """How the axes of an array map to slices: `axes` puts array axes into the order (slice, row, column), `flips`
    then says which of the three run backwards. Rows and columns follow the remaining RAS axes in their order."""

    axes: tuple[int, int, int]
    flips: tuple[bool, bool, bool]

    def to_slices(self, array: np.ndarray) -> np.ndarray:
        """A view [slice, row, column] of an array [..., i, j, k]; leading axes stay in front."""
        lead = array.ndim - 3
        moved = np.transpose(array, (*range(lead), *(axis + lead for axis in self.axes)))
        return moved[(..., *(slice(None, None, -1) if flip else slice(None) for flip in self.flips))]

    def slice_of(self, voxel: tuple[int, int, int] | None, count: int) -> int:
        """The slice, of `count`, in which a voxel [i, j, k] lies; 0 for None."""
        if voxel is None:
            return 0
        index = min(max(int(voxel[self.axes[0]]), 0), count - 1)
        return count - 1 - index if self.flips[0] else index


def slicing_for(affine: np.ndarray, plane: str) -> Slicing:
    """The slicing of a volume along its own axis nearest to the plane's; nothing is resampled through-plane."""
    nearest, signs = nearest_axes(affine)
    # Array axis for each RAS axis.
    of_ras = [nearest.index(axis) for axis in range(3)]
    through = PLANES[plane]
    order = [through, *(axis for axis in range(3) if axis != through)]
    axes = tuple(of_ras[axis] for axis in order)
    return Slicing(axes, tuple(signs[axis] < 0 for axis in axes))


def nearest_axes(affine: np.ndarray) -> tuple[list[int], list[int]]:
    """For array axes i, j, k: the nearest RAS axis of each (all different), and +1 or -1 for its direction."""
    matrix = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    # The nearest rotation or reflection, so that sheared volumes are treated evenly.
    left, _, right = np.linalg.svd(matrix)
    cosines = left @ right
    strength = np.abs(cosines)
    axes, signs = [0, 0, 0], [1, 1, 1]
    for _ in range(3):
        ras, array_axis = np.unravel_index(np.argmax(strength), (3, 3))
        axes[array_axis] = int(ras)
        signs[array_axis] = 1 if cosines[ras, array_axis] > 0 else -1
        strength[ras, :] = strength[:, array_axis] = -1
    return axes, signs


def bounding_box(mask: np.ndarray) -> tuple[slice, slice, slice]:
    """The smallest block of a boolean mask [i, j, k], not empty, that holds all of it."""
    seen = [np.flatnonzero(mask.any(axis=tuple(a for a in range(3) if a != axis))) for axis in range(3)]
    return tuple(slice(int(where[0]), int(where[-1]) + 1) for where in seen)
