"""The trainable model: rules of tensors, their forward pass in training, and the loss (paper, section 3.3)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from ..card import Card
from ..engines.torch_engine import seed_cells
from ..rule import Rule
from .aiming import aim
from .step import run_steps


class TrainableRule(nn.Module):
    """The arrays of a :class:`mednca.rule.Rule` as parameters, initialised as the paper's backbone NCA."""

    def __init__(self, channels: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        for name, shape in Rule.shapes(channels, hidden).items():
            # Uniform within 1/sqrt(fan-in); dense1 starts at zero, so that cells begin still.
            fan_in = channels * 9 if name.startswith("conv") else channels * 3
            bound = 0.0 if name == "dense1_weight" else 1 / math.sqrt(fan_in)
            start = (torch.rand(shape, generator=generator) * 2 - 1) * bound
            self.register_parameter(name, nn.Parameter(start))

    def rule(self) -> Rule:
        return Rule(**{name: p.detach().cpu().numpy().astype(np.float32).copy() for name, p in self.named_parameters()})


@dataclass(frozen=True)
class Drawn:
    """The random course of one level for a batch of slices."""

    corners: torch.Tensor | None  # [slice, 2], first row and column of each patch in coarser cells; None: whole slices
    patch: tuple[int, int]  # rows and columns of a patch in coarser cells
    fires: torch.Tensor  # boolean [step, slice, 1, row, column], the cells that fire

    def of(self, share: slice) -> Drawn:
        """The course of some of the slices."""
        return Drawn(None if self.corners is None else self.corners[share], self.patch, self.fires[:, share])


def draw_courses(
    card: Card,
    count: int,
    cells: tuple[int, int],
    patch: int,
    random_steps: float,
    generator: torch.Generator,
    shown: torch.Tensor | None = None,
    aimed: float = 0.0,
) -> list[Drawn]:
    """Draw what is random in a forward pass, level by level.

    Args:
        card: levels and fire rate count.
        count: slices in the batch.
        cells: rows and columns of the finest grid of a whole slice.
        patch: side of the patches on which finer levels run, in cells.
        random_steps: step counts vary by up to this part of the card's, which keeps the rule stable beyond the step
            that is read out.
        generator: on the CPU, so that a seed means the same on every device.
        shown: [slice, 1, row, column], above 0 where the finest grid is labelled; needed for aiming.
        aimed: part of the patches that are moved to labelled cells; see :mod:`mednca.training.aiming`.
    """
    courses = []
    size = tuple(side // card.levels[0].scale for side in cells)
    corners, cut = None, size
    for index, level in enumerate(card.levels):
        if index:
            coarser = card.levels[index - 1].scale // level.scale
            size = tuple(side * coarser for side in size)
            cut = tuple(min(patch, side) for side in size)
            starts = [
                [_randint(0, whole - part, generator) for _ in range(count)]
                for whole, part in zip(size, cut, strict=True)
            ]
            if aimed > 0:
                starts = aim(starts, cut, F.max_pool2d(shown, level.scale)[:, 0] > 0, aimed, generator)
            corners, size = torch.tensor(starts).t(), cut
            if aimed > 0:
                shown = cut_patches(shown, level.scale, corners, cut)
        least, most = (round(level.steps * (1 + sign * random_steps)) for sign in (-1, 1))
        steps = _randint(max(1, least), most, generator)
        fires = [torch.rand((count, 1, *size), generator=generator) < card.fire_rate for _ in range(steps)]
        courses.append(Drawn(corners, cut, torch.stack(fires)))
    return courses


class TrainableCascade(nn.Module):
    """All levels of a card, with the forward pass on random patches that training uses."""

    def __init__(self, card: Card, generator: torch.Generator) -> None:
        super().__init__()
        self.card = card
        self.rules = nn.ModuleList(TrainableRule(card.channels, card.hidden, generator) for _ in card.levels)

    @torch.no_grad()
    def take(self, rules: Sequence[Rule]) -> None:
        """Take the weights of rules of the same sizes, one a level."""
        for own, rule in zip(self.rules, rules, strict=True):
            for name, array in rule.arrays().items():
                getattr(own, name).copy_(torch.from_numpy(array))

    def forward(
        self,
        image: torch.Tensor,
        target: torch.Tensor,
        patch: int,
        generator: torch.Generator,
        dtype: torch.dtype,
        recompute: bool = False,
        random_steps: float = 0.25,
        share: slice = slice(None),
        aimed: float = 0.0,
    ) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Run all levels, coarse to fine, finer ones on a random patch of each slice.

        Args:
            image: [slice, image channel, row, column] on the finest cell grid.
            target: [slice, label, row, column] of 0 to 1.
            patch: side of the patches on which finer levels run, in cells.
            generator: draws step counts, fire masks and patches.
            dtype: precision of the rules' products; states stay in float32.
            recompute: keep less and compute it again in the backward pass.
            random_steps: part of the card's steps by which step counts vary.
            share: the slices of the batch that are run; random numbers are drawn for all, so that processes which
                divide a batch do together what one does with all of it.
            aimed: part of the patches that are moved to labelled cells.

        Returns:
            Logits and targets of each level.
        """
        card, first, labels = self.card, image.shape[1], target.shape[1]
        shown = target.amax(1, keepdim=True).cpu() if aimed > 0 else None
        cells = tuple(image.shape[2:])
        courses = draw_courses(card, len(image), cells, patch, random_steps, generator, shown, aimed)
        image, target = image[share], target[share]
        outputs, state = [], None
        for index, (level, rule, course) in enumerate(zip(card.levels, self.rules, courses, strict=True)):
            course = course.of(share)
            if index:
                image, target = (
                    cut_patches(whole, level.scale, course.corners, course.patch) for whole in (image, target)
                )
            seen = coarsen(image, level.scale, card.input.downsample)
            if index:
                factor = card.levels[index - 1].scale // level.scale
                state = finer_cells(state, factor, seen, course.corners)
            else:
                state = seed_cells(seen, card.channels)
            state = self._run(state, rule, course.fires.to(state.device), dtype, recompute)
            outputs.append((state[:, first : first + labels], F.avg_pool2d(target, level.scale)))
        return outputs

    def _run(self, state, rule, fires, dtype: torch.dtype, recompute: bool) -> torch.Tensor:
        return run_steps(state, rule, self.card.input.channels, fires, dtype, recompute)


def coarsen(image: torch.Tensor, scale: int, how: str) -> torch.Tensor:
    """The image of a coarser level [slice, image channel, row, column], as :func:`mednca.resample.coarsen` makes it."""
    if scale == 1 or how == "average":
        return F.avg_pool2d(image, scale)
    return F.interpolate(image, scale_factor=1 / scale, mode="bilinear", align_corners=False)


def cut_patches(whole: torch.Tensor, scale: int, corners: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Cut a rectangle out of each slice of a tensor [slice, channel, row, column].

    Args:
        whole: on the finest grid.
        scale: how many of its cells make one cell in which the rectangles are given.
        corners: [slice, 2], first row and column.
        size: rows and columns.
    """
    high, wide = (side * scale for side in size)
    places = (corners * scale).tolist()
    return torch.stack(
        [one[:, top : top + high, left : left + wide] for one, (top, left) in zip(whole, places, strict=True)]
    )


def finer_cells(state: torch.Tensor, factor: int, image: torch.Tensor, corners: torch.Tensor) -> torch.Tensor:
    """Cells of the next level's patches: states by nearest neighbour, image channels replaced (paper, section 3.3).

    Args:
        state: [slice, channel, row, column] of the coarser level.
        factor: how many times finer the next level is.
        image: [slice, image channel, row, column] of the patches.
        corners: [slice, 2], first row and column of each patch on the next level's grid.
    """
    corners = corners.to(state.device)
    rows, columns = (
        (corners[:, axis, None] + torch.arange(side, device=state.device)) // factor
        for axis, side in enumerate(image.shape[2:])
    )
    slices = torch.arange(len(state), device=state.device)
    others = state[:, image.shape[1] :].permute(0, 2, 3, 1)
    others = others[slices[:, None, None], rows[:, :, None], columns[:, None, :]]
    return torch.cat([image.permute(0, 2, 3, 1), others], dim=3).permute(0, 3, 1, 2)


def dice_cross_entropy(
    logits: torch.Tensor,
    target: torch.Tensor,
    total: Callable[[torch.Tensor], torch.Tensor] = lambda sums: sums,
) -> torch.Tensor:
    """Soft Dice over the batch plus binary cross-entropy, averaged over labels (paper, section 3.3).

    Args:
        logits, target: [slice, label, row, column].
        total: adds up sums [4, label] over processes that share a batch.
    """
    chance = torch.sigmoid(logits)
    over = (0, 2, 3)
    entropy = F.binary_cross_entropy_with_logits(logits, target, reduction="none").sum(over)
    size = torch.full_like(entropy, logits.numel() / logits.shape[1])
    sums = total(torch.stack([(chance * target).sum(over), chance.sum(over) + target.sum(over), entropy, size]))
    overlap = (2 * sums[0] + 1) / (sums[1] + 1)
    return (1 - overlap).mean() + (sums[2] / sums[3]).mean()


def _randint(low: int, high: int, generator: torch.Generator) -> int:
    return int(torch.randint(low, high + 1, (1,), generator=generator))
