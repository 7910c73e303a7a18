"""Figures of merit of a segmentation."""

from __future__ import annotations

import numpy as np

from .errors import MedNCAError
from .volume import bounding_box


def dice(found: np.ndarray, truth: np.ndarray) -> float:
    """Dice overlap of two boolean masks of the same shape, from 0 to 1; two empty masks agree perfectly."""
    total = int(found.sum()) + int(truth.sum())
    return 1.0 if total == 0 else 2.0 * int((found & truth).sum()) / total


def hundredths_text(value: float) -> str:
    """A number with two digits, as volumes in mL have. One half-way goes up, whichever way its own rounding has moved
    it: it reads the same in panel and command line, and in a scene that was saved."""
    return f"{round(value, 6) + 1e-9:.2f}"


def label_masks(found: np.ndarray, truth: np.ndarray, values: list[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """What is held against each other, label by label: boolean masks of a label map and of its reference.

    With one label the foregrounds are merged, whatever their values; with several each label stands for itself.
    """
    if len(values) == 1:
        return [(found > 0, truth > 0)]
    return [(found == value, truth == value) for value in values]


def label_dice(found: np.ndarray, truth: np.ndarray, values: list[int]) -> list[float]:
    """Dice of a label map against a reference, label by label as in :func:`label_masks`."""
    return [dice(*masks) for masks in label_masks(found, truth, values)]


def hausdorff95(found: np.ndarray, truth: np.ndarray, spacing: np.ndarray) -> float | None:
    """95 % Hausdorff distance of two masks in mm.

    The distances from every surface voxel of each mask to the nearest surface voxel of the other, both directions
    pooled; of these the 95th percentile. A surface voxel has a face neighbour outside of its mask, or lies at the
    volume's border.

    Args:
        found, truth: boolean [i, j, k] of the same shape.
        spacing: mm along i, j, k, which are taken as orthogonal.

    Returns:
        The distance, or None where a mask is empty, as then there is none.

    Raises:
        MedNCAError: SimpleITK is not installed.
    """
    sitk = distance_tools()
    if not found.any() or not truth.any():
        return None
    box = bounding_box(found | truth)
    surfaces = [_surface(np.pad(mask[box], 1)) for mask in (found, truth)]
    distances = []
    for surface, other in (surfaces, reversed(surfaces)):
        image = sitk.GetImageFromArray(other.astype(np.uint8))
        image.SetSpacing([float(length) for length in reversed(spacing)])  # SimpleITK counts the axes backwards
        to_other = sitk.SignedMaurerDistanceMap(image, squaredDistance=False, useImageSpacing=True)
        distances.append(np.abs(sitk.GetArrayViewFromImage(to_other)[surface]))
    return float(np.percentile(np.concatenate(distances), 95))


def distance_tools():
    """SimpleITK, imported when first needed.

    Raises:
        MedNCAError: SimpleITK is not installed.
    """
    try:
        import SimpleITK
    except ImportError as error:
        raise MedNCAError("The 95 % Hausdorff distance needs SimpleITK; install it (pip install SimpleITK).") from error
    return SimpleITK


def _surface(mask: np.ndarray) -> np.ndarray:
    """The voxels of a mask that have a face neighbour outside of it; the mask does not touch the array's border."""
    inside = mask.copy()
    for axis in range(3):
        inside &= np.roll(mask, 1, axis) & np.roll(mask, -1, axis)
    return mask & ~inside
