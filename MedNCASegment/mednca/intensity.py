"""Intensity normalisation by percentiles, so that scanner units never matter."""

from __future__ import annotations

import numpy as np

from .errors import MedNCAError

# Percentiles of larger volumes are taken from every k-th row and column, which keeps this step short.
MAX_SAMPLES = 2_000_000


def percentile_range(slices: np.ndarray, percentiles: tuple[float, float]) -> tuple[float, float]:
    """The intensities at two percentiles of an array [slice, row, column].

    Raises:
        MedNCAError: the array has values that are not finite.
    """
    if slices.dtype.kind == "f" and not all(np.isfinite(one).all() for one in slices):
        raise MedNCAError("The volume has voxels that are not finite numbers; replace them first.")
    stride = int(np.ceil(np.sqrt(slices.size / MAX_SAMPLES)))
    # Single precision holds every value up to 16 bits exactly and halves the memory.
    values = slices[:, ::stride, ::stride].astype(np.float32 if slices.dtype.itemsize <= 2 else np.float64)
    low, high = np.percentile(values, percentiles, overwrite_input=True)
    return float(low), float(high)


def normalise(array: np.ndarray, low: float, high: float) -> np.ndarray:
    """Map [low, high] to [0, 1], clipped; float32. A constant image becomes zero."""
    if high <= low:
        return np.zeros(array.shape, np.float32)
    return np.clip((array.astype(np.float64) - low) / (high - low), 0, 1).astype(np.float32)
