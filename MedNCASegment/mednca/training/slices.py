"""The slices that training sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..card import ONE_SIDED, Card
from ..cases import Case, read_case
from ..cut import cut
from ..errors import MedNCAError
from ..images import intensity_range, normalised
from ..neighbours import Places, neighbour_places
from ..resample import cell_grid, resize
from ..volume import Volume


@dataclass(frozen=True)
class Slices:
    """All slices of the training cases in the card's planes, brought to one size, and the cell grid that training takes
    them to.

    With a card's `input.spacing` slices keep their pixels and are mirrored out to the largest; with `input.size` they
    are resized to the cell grid.
    """

    images: np.ndarray  # float32 [slice, 1, row, column] from 0 to 1
    targets: np.ndarray  # uint8 [slice, label, row, column] of 0 and 1
    pixel_mm: np.ndarray  # float32 [slice, 2], size of a pixel along rows and columns
    cells: tuple[int, int]  # rows and columns of the cell grid
    cell_mm: np.ndarray  # float32 [slice, 2], size of a cell along rows and columns
    places: Places  # of the slices that are a slice's image channels
    two_sided: np.ndarray  # bool [slice], whether rows run from left to right


def load_slices(cases: list[Case], card: Card) -> Slices:
    """Read all cases and slice them as the card says.

    Raises:
        MedNCAError: a case cannot be used, or there is no foreground in any.
    """
    values = [label.value for label in card.labels]
    stacks, ranges = [], range(len(card.input.planes))
    for case in cases:
        stacks += _stacks(*read_case(case), values, card)
    rows, columns = (max(stack.image.shape[axis] for stack in stacks) for axis in (2, 3))
    cells = [_cells(stacks[index :: len(ranges)], card) for index in ranges]
    lengths = [len(stack.image) for stack in stacks]
    count = sum(lengths)
    pixel_mm = np.repeat([stack.mm for stack in stacks], lengths, axis=0).astype(np.float32)
    source = card.input
    slices = Slices(
        images=np.empty((count, 1, rows, columns), np.float32),
        targets=np.empty((count, len(values), rows, columns), np.uint8),
        pixel_mm=pixel_mm,
        cells=tuple(map(max, zip(*cells, strict=True))),
        cell_mm=pixel_mm if source.size else np.tile(np.float32(source.spacing), (count, 1)),
        places=_joined([stack.places for stack in stacks]),
        two_sided=np.repeat([stack.two_sided for stack in stacks], lengths),
    )
    while stacks:  # each is let go once it is copied, so that no two copies of all cases exist
        stack = stacks.pop()
        image, masks = stack.image, stack.masks
        gaps = (rows - image.shape[2], columns - image.shape[3])
        width = ((0, 0), (0, 0), *((gap // 2, gap - gap // 2) for gap in gaps))
        place = slice(count - len(image), count)
        slices.images[place] = np.pad(image, width, mode="symmetric")
        slices.targets[place] = np.pad(masks, width, mode="symmetric")
        count -= len(image)
    if not slices.targets.any():
        raise MedNCAError("None of the cases has any labelled voxel; check the labels.")
    return slices


@dataclass(frozen=True)
class _Stack:
    """The slices of one case in one plane."""

    image: np.ndarray  # float32 [slice, 1, row, column]
    masks: np.ndarray  # uint8 [slice, label, row, column]
    mm: np.ndarray  # [2], size of a pixel along rows and columns
    places: Places
    two_sided: bool


def _stacks(volume: Volume, label: np.ndarray, values: list[int], card: Card) -> list[_Stack]:
    """Those of the card's planes, in their order."""
    stacks = []
    cuts = [cut(volume, card, plane) for plane in card.input.planes]
    low_high = intensity_range(cuts[0].slices(volume.array), card.input)
    for plane, one in zip(card.input.planes, cuts, strict=True):
        image = normalised(one.slices(volume.array), card.input, low_high)
        inside = one.slices(label)
        masks = np.stack([inside > 0] if len(values) == 1 else [inside == value for value in values], 1)
        mm = volume.spacing[list(one.slicing.axes[1:])]
        if card.input.size is not None:
            weights = one.grid.to_cells()
            image, masks = resize(image, weights), resize(masks.astype(np.float32), weights) > 0.5
            mm = mm * one.grid.step
        places = neighbour_places(one.count, one.step_mm, card.input)
        stacks.append(_Stack(image[:, None], masks.astype(np.uint8), mm, places, plane not in ONE_SIDED))
    return stacks


def _joined(stacks: list[Places]) -> Places:
    """The places of several stacks, one behind the other."""
    starts = np.cumsum([0] + [len(one.lower) for one in stacks[:-1]])
    return Places(
        np.concatenate([one.lower + start for one, start in zip(stacks, starts, strict=True)]),
        np.concatenate([one.upper + start for one, start in zip(stacks, starts, strict=True)]),
        np.concatenate([one.weight for one in stacks]),
    )


def _cells(stacks: list[_Stack], card: Card) -> tuple[int, int]:
    """Rows and columns of the grid that covers all slices of one plane."""
    pixels = tuple(max(stack.image.shape[axis] for stack in stacks) for axis in (2, 3))
    mm = tuple(float(side) for side in np.max([stack.mm for stack in stacks], axis=0))
    source = card.input
    return cell_grid(pixels, mm, spacing=source.spacing, size=source.size, multiple=card.finest_multiple).cells
