"""Random changes of training slices: where each output cell looks in the slice, and how its intensity is altered.

Parameters are drawn apart from being applied. Lengths are in mm, so that they mean the same for every pixel size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F


@dataclass(frozen=True)
class Ranges:
    """How far each change may go; every one is drawn uniformly and symmetrically unless said otherwise."""

    rotation_degrees: float = 15.0
    scale: float = 1.2  # up to this factor larger or smaller
    aspect: float = 1.1  # rows against columns
    shift_mm: float = 8.0
    mirror_columns: bool = False
    mirror_rows: bool | torch.Tensor = False  # of all slices, or bool [slice]
    gamma: float = 1.3  # exponent up to this, or down to its inverse
    contrast: float = 0.2
    brightness: float = 0.1
    bias_field: float = 0.1  # standard deviation of the coefficients of a second-order log field
    noise: float = 0.03  # largest standard deviation


@dataclass(frozen=True)
class Drawn:
    """One draw for a batch of slices; all tensors have the slice first."""

    mirrored: torch.Tensor  # bool [slice], whether rows are mirrored where they may be
    matrix: torch.Tensor  # [slice, 2, 2], mm (column, row) of a cell -> mm in the slice
    shift: torch.Tensor  # [slice, 2], mm
    gamma: torch.Tensor  # [slice]
    contrast: torch.Tensor
    brightness: torch.Tensor
    bias: torch.Tensor  # [slice, 5]
    noise: torch.Tensor


def draw(count: int, ranges: Ranges, generator: torch.Generator) -> Drawn:
    """Draw the changes of `count` slices."""

    def uniform(extent: float, *shape: int) -> torch.Tensor:
        return (torch.rand((count, *shape), generator=generator) * 2 - 1) * extent

    def flipped() -> torch.Tensor:
        return torch.rand(count, generator=generator) < 0.5

    def sign(mirrored: torch.Tensor) -> torch.Tensor:
        return torch.where(mirrored, -1.0, 1.0)

    angle = uniform(math.radians(ranges.rotation_degrees))
    scale = torch.exp(uniform(math.log(ranges.scale)))
    aspect = torch.exp(uniform(math.log(ranges.aspect)) / 2)
    columns = scale * aspect * sign(flipped() & ranges.mirror_columns)
    mirrored = flipped()
    rows = scale / aspect * sign(mirrored & ranges.mirror_rows)
    cos, sin = torch.cos(angle), torch.sin(angle)
    matrix = torch.stack([cos * columns, -sin * columns, sin * rows, cos * rows], dim=1).reshape(count, 2, 2)
    return Drawn(
        mirrored=mirrored,
        matrix=matrix,
        shift=uniform(ranges.shift_mm, 2),
        gamma=torch.exp(uniform(math.log(ranges.gamma))),
        contrast=1 + uniform(ranges.contrast),
        brightness=uniform(ranges.brightness),
        bias=torch.randn((count, 5), generator=generator) * ranges.bias_field,
        noise=torch.rand(count, generator=generator) * ranges.noise,
    )


def sample(
    images: torch.Tensor,
    targets: torch.Tensor,
    pixel_mm: torch.Tensor,
    cells: tuple[int, int],
    cell_mm: torch.Tensor,
    drawn: Drawn,
    generator: torch.Generator,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Take slices to the cell grid with the drawn changes; beyond the slice its mirror image continues.

    Args:
        images: [slice, image channel, row, column] from 0 to 1.
        targets: [slice, label, row, column] of 0 and 1, of any type.
        pixel_mm: [slice, 2], size of a pixel along rows and columns.
        cells: rows and columns of the grid that training runs on.
        cell_mm: [slice, 2], size of a cell along rows and columns.
        drawn: from :func:`draw`.
        generator: draws the noise.

    Returns:
        Image [slice, image channel, row, column] and target [slice, label, row, column] on the cell grid.
    """
    row, column = torch.meshgrid(*(torch.arange(side) - (side - 1) / 2 for side in cells), indexing="ij")
    place = torch.stack([column, row], dim=-1) * cell_mm.flip(1)[:, None, None]
    where = torch.einsum("nij,nrcj->nrci", drawn.matrix, place) + drawn.shift[:, None, None]
    half = torch.tensor([images.shape[3], images.shape[2]]) * pixel_mm.flip(1) / 2
    grid = where / half[:, None, None]
    both = torch.cat([images, targets.to(images.dtype)], dim=1)
    both = F.grid_sample(both, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    image, target = both[:, : images.shape[1]], both[:, images.shape[1] :]

    def each(values: torch.Tensor) -> torch.Tensor:
        return values[:, None, None, None]

    u, v = column / column.max(), row / row.max()
    field = torch.einsum("nk,krc->nrc", drawn.bias, torch.stack([u, v, u * v, u * u, v * v]))[:, None]
    image = image.clamp(1e-4, 1) ** each(drawn.gamma) * each(drawn.contrast) + each(drawn.brightness)
    image = image * torch.exp(field)
    image = image + torch.randn(image.shape, generator=generator) * each(drawn.noise)
    return image, target
