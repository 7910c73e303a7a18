"""What may follow the automaton: keeping each label's largest connected component."""

from __future__ import annotations

import numpy as np

from .volume import bounding_box


def largest_component(mask: np.ndarray) -> np.ndarray:
    """The largest face-connected component of a boolean mask [i, j, k]; an empty mask stays empty.

    Of several of one size it is the one whose first voxel comes first.
    """
    if not mask.any():
        return mask.copy()
    box = bounding_box(mask)
    parts = _components(mask[box])
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


def _components(mask: np.ndarray) -> np.ndarray:
    """Numbers [i, j, k] of the components, from 1 on in the order of their first voxels; 0 outside."""
    try:
        import SimpleITK
    except ImportError:
        return _components_by_numpy(mask)
    image = SimpleITK.GetImageFromArray(mask.astype(np.uint8))
    return SimpleITK.GetArrayFromImage(SimpleITK.ConnectedComponent(image))


def _components_by_numpy(mask: np.ndarray) -> np.ndarray:
    """The same without SimpleITK, more slowly."""
    number = np.zeros(mask.shape, np.int64)
    number[mask] = np.arange(1, np.count_nonzero(mask) + 1)
    pairs = []
    for axis in range(mask.ndim):
        one, other = (np.moveaxis(number, axis, 0)[part] for part in (slice(None, -1), slice(1, None)))
        touching = (one > 0) & (other > 0)
        pairs.append((one[touching], other[touching]))
    one, other = (np.concatenate(part) for part in zip(*pairs, strict=True))
    # Every voxel points to one of its component that comes before it, in the end to the first.
    first = np.arange(number.max() + 1)
    while True:
        low, high = np.sort((first[one], first[other]), axis=0)
        if np.array_equal(low, high):
            break
        np.minimum.at(first, high, low)
        while not np.array_equal(first, first[first]):
            first = first[first]
    return np.unique(first, return_inverse=True)[1].reshape(-1)[number]
