"""Patches that do not miss the foreground, as most random ones do in slices much larger than what is labelled."""

from __future__ import annotations

import torch


def aim(
    starts: list[list[int]], patch: tuple[int, int], shown: torch.Tensor, aimed: float, generator: torch.Generator
) -> list[list[int]]:
    """Move some patches so that they hold a labelled cell, drawn at random, at a random place.

    Args:
        starts: first rows and first columns of the patches, each [slice].
        patch: rows and columns of a patch.
        shown: boolean [slice, row, column], the labelled cells of the whole grid.
        aimed: the part of the slices whose patch is moved, from 0 to 1; slices without a labelled cell keep theirs.
        generator: on the CPU.
    """
    moved = [list(axis) for axis in starts]
    for index, cells in enumerate(shown.cpu()):
        if float(torch.rand(1, generator=generator)) >= aimed:
            continue
        places = cells.nonzero()
        if len(places) == 0:
            continue
        place = places[int(torch.randint(len(places), (1,), generator=generator))].tolist()
        for axis, (cell, side, whole) in enumerate(zip(place, patch, cells.shape, strict=True)):
            before = int(torch.randint(side, (1,), generator=generator))
            moved[axis][index] = min(max(cell - before, 0), whole - side)
    return moved
