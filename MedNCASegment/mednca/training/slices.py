"""The slices that training sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..card import Card
from ..cases import Case, read_case
from ..errors import MedNCAError
from ..intensity import normalise, percentile_range
from ..volume import slicing_for


@dataclass(frozen=True)
class Slices:
    """All slices of the training cases, mirrored out to one size: images [slice, 1, row, column] from 0 to 1, targets
    [slice, label, row, column] of 0 and 1, and the pixel size in mm along rows and columns [slice, 2]."""

    images: np.ndarray
    targets: np.ndarray
    pixel_mm: np.ndarray


def load_slices(cases: list[Case], card: Card) -> Slices:
    """Read all cases and slice them as the card says.

    Raises:
        MedNCAError: a case cannot be used, or there is no foreground in any.
    """
    values = [label.value for label in card.labels]
    stacks = []
    for case in cases:
        volume, label = read_case(case)
        slicing = slicing_for(volume.affine, card.input.plane)
        slices = slicing.to_slices(volume.array)
        image = normalise(slices, *percentile_range(slices, card.input.percentiles))
        label = slicing.to_slices(label)
        masks = [label > 0] if len(values) == 1 else [label == value for value in values]
        stacks.append((image[:, None], np.stack(masks, 1).astype(np.float32), volume.spacing[list(slicing.axes[1:])]))
    rows, columns = (max(stack[0].shape[axis] for stack in stacks) for axis in (2, 3))

    def mirrored(array: np.ndarray) -> np.ndarray:
        gaps = (rows - array.shape[2], columns - array.shape[3])
        return np.pad(array, ((0, 0), (0, 0), *((gap // 2, gap - gap // 2) for gap in gaps)), mode="symmetric")

    slices = Slices(
        np.concatenate([mirrored(image) for image, _, _ in stacks]),
        np.concatenate([mirrored(target) for _, target, _ in stacks]),
        np.concatenate([np.tile(mm, (len(image), 1)) for image, _, mm in stacks]).astype(np.float32),
    )
    if not slices.targets.any():
        raise MedNCAError("None of the cases has any labelled voxel; check the labels.")
    return slices
