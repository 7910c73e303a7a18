"""What may follow the automaton: keeping each label's largest connected component (SimpleITK)."""

from __future__ import annotations

import numpy as np

from .errors import MedNCAError
from .volume import bounding_box


def component_tools():
    """SimpleITK, imported when first needed.

    Raises:
        MedNCAError: SimpleITK is not installed.
    """
    try:
        import SimpleITK
    except ImportError as error:
        raise MedNCAError(
            "Connected components need SimpleITK; install it (pip install SimpleITK) or switch 'largest component' off."
        ) from error
    return SimpleITK


def largest_component(mask: np.ndarray) -> np.ndarray:
    """The largest face-connected component of a boolean mask [i, j, k]; an empty mask stays empty.

    Raises:
        MedNCAError: SimpleITK is not installed.
    """
    sitk = component_tools()
    if not mask.any():
        return mask.copy()
    box = bounding_box(mask)
    parts = sitk.GetArrayFromImage(sitk.ConnectedComponent(sitk.GetImageFromArray(mask[box].astype(np.uint8))))
    sizes = np.bincount(parts[mask[box]])  # of the foreground alone, which is much less to count
    kept = np.zeros_like(mask)
    kept[box] = parts == np.argmax(sizes)
    return kept


def keep_largest_components(labels: np.ndarray) -> np.ndarray:
    """A label map (uint8 [i, j, k]) in which each label keeps only its largest component."""
    kept = np.zeros_like(labels)
    for value in np.unique(labels[labels > 0]):
        kept[largest_component(labels == value)] = value
    return kept
