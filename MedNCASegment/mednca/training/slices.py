"""The slices that training sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..card import ONE_SIDED, Card
from ..cases import Case, read_case
from ..errors import MedNCAError
from ..images import normalised
from ..neighbours import Places, neighbour_places
from ..resample import cell_grid, resize
from ..volume import Volume, slicing_for


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
    stacks = []
    for case in cases:
        volume, label = read_case(case)
        stacks += [_stack(volume, label, plane, values, card) for plane in card.input.planes]
    rows, columns = (max(stack.image.shape[axis] for stack in stacks) for axis in (2, 3))
    lengths = [len(stack.image) for stack in stacks]
    count = sum(lengths)
    pixel_mm = np.repeat([stack.mm for stack in stacks], lengths, axis=0).astype(np.float32)
    source = card.input
    slices = Slices(
        images=np.empty((count, 1, rows, columns), np.float32),
        targets=np.empty((count, len(values), rows, columns), np.uint8),
        pixel_mm=pixel_mm,
        cells=_grid(card, (rows, columns), pixel_mm.max(axis=0)).cells,
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


def _stack(volume: Volume, label: np.ndarray, plane: str, values: list[int], card: Card) -> _Stack:
    slicing = slicing_for(volume.affine, plane)
    image = normalised(slicing.to_slices(volume.array), card.input)
    label = slicing.to_slices(label)
    masks = np.stack([label > 0] if len(values) == 1 else [label == value for value in values], 1)
    mm = volume.spacing[list(slicing.axes[1:])]
    if card.input.size is not None:
        grid = _grid(card, image.shape[1:], mm)
        weights = grid.to_cells()
        image, masks, mm = resize(image, weights), resize(masks.astype(np.float32), weights) > 0.5, mm * grid.step
    places = neighbour_places(len(image), float(volume.spacing[slicing.axes[0]]), card.input)
    return _Stack(image[:, None], masks.astype(np.uint8), mm, places, plane not in ONE_SIDED)


def _joined(stacks: list[Places]) -> Places:
    """The places of several stacks, one behind the other."""
    starts = np.cumsum([0] + [len(one.lower) for one in stacks[:-1]])
    return Places(
        np.concatenate([one.lower + start for one, start in zip(stacks, starts, strict=True)]),
        np.concatenate([one.upper + start for one, start in zip(stacks, starts, strict=True)]),
        np.concatenate([one.weight for one in stacks]),
    )


def _grid(card: Card, pixels, pixel_mm):
    return cell_grid(
        tuple(pixels),
        tuple(float(mm) for mm in pixel_mm),
        spacing=card.input.spacing,
        size=card.input.size,
        multiple=card.finest_multiple,
    )
