"""Pictures of the steps of a preview, as arrays: what the automaton has found, beside the reference as an outline."""

import numpy as np

from .run_files import Preview
from .run_labels import RunLabel, spareColor

OPACITY = 0.5
GAP = 4  # pixels between the two pictures
Palette = dict[int, tuple[float, float, float]]  # label value: red, green, blue from 0 to 1


def palette(labels: list[RunLabel]) -> Palette:
    """The colours of labels by their values."""
    return {label.value: label.color for label in labels}


def stepPicture(preview: Preview, item: int, colors: Palette, width: int, height: int) -> np.ndarray:
    """One step beside the reference.

    Args:
        preview: of a run.
        item: index of the step.
        colors: of the labels; one that is missing gets a colour.
        width, height: of the place, in pixels; the picture fits into it.

    Returns:
        uint8 [row, column, 3]; all cells have the same whole number of pixels, or some are left out when they are many.
    """
    rows, columns = preview.image.shape
    each = (width - GAP) // 2
    size = min(each // columns, height // rows)
    if size >= 1:
        place = np.ix_(np.repeat(np.arange(rows), size), np.repeat(np.arange(columns), size))
    else:
        every = max(-(-columns // max(1, each)), -(-rows // max(1, height)))
        place = np.ix_(np.arange(0, rows, every), np.arange(0, columns, every))
    gray = np.clip(np.nan_to_num(preview.image[place]), 0.0, 1.0) * 255.0
    # By label value.
    table = np.array([colors.get(value, spareColor(value - 1)) for value in range(256)]) * 255.0
    found, truth = preview.labels[item][place], preview.truth[place]
    left = np.repeat(gray[..., None], 3, axis=2)
    right = left.copy()
    left[found > 0] = (1 - OPACITY) * left[found > 0] + OPACITY * table[found[found > 0]]
    edge = outline(truth)
    right[edge] = table[truth[edge]]
    gap = np.full((len(left), GAP, 3), 255.0)
    return np.concatenate([left, gap, right], axis=1).round().astype(np.uint8)


def outline(labels: np.ndarray) -> np.ndarray:
    """Where a label has a neighbour of another value above, below, left or right; bool as `labels` [row, column]."""
    around = np.pad(labels, 1, mode="edge")
    same = np.ones(labels.shape, bool)
    for shifted in (around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:]):
        same &= shifted == labels
    return (labels > 0) & ~same


def asPortablePixmap(picture: np.ndarray) -> bytes:
    """A picture as a file of the format PPM, which Qt reads without any plugin."""
    rows, columns, _ = picture.shape
    return b"P6 %d %d 255\n" % (columns, rows) + picture.tobytes()
