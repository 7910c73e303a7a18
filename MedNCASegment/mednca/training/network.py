"""The trainable model: rules of tensors, their forward pass in training, and the loss (paper, section 3.3)."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from ..card import Card
from ..engines.torch_engine import seed_cells, upscale_cells
from ..rule import Rule
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
        return Rule(**{name: p.detach().numpy().astype(np.float32).copy() for name, p in self.named_parameters()})


class TrainableCascade(nn.Module):
    """All levels of a card, with the forward pass on random patches that training uses."""

    def __init__(self, card: Card, generator: torch.Generator) -> None:
        super().__init__()
        self.card = card
        self.rules = nn.ModuleList(TrainableRule(card.channels, card.hidden, generator) for _ in card.levels)

    def forward(
        self,
        image: torch.Tensor,
        target: torch.Tensor,
        patch: int,
        generator: torch.Generator,
        dtype: torch.dtype,
        recompute: bool = False,
    ) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Run all levels, coarse to fine, finer ones on a random patch of each slice.

        Args:
            image: [slice, image channel, row, column] on the finest cell grid.
            target: [slice, label, row, column] of 0 to 1.
            patch: side of the patches on which finer levels run, in cells.
            generator: draws step counts, fire masks and patches.
            dtype: precision of the rules' products; states stay in float32.
            recompute: keep less and compute it again in the backward pass.

        Returns:
            Logits and targets of each level.
        """
        card, first, labels = self.card, image.shape[1], target.shape[1]
        outputs, state = [], None
        for index, (level, rule) in enumerate(zip(card.levels, self.rules, strict=True)):
            seen = F.avg_pool2d(image, level.scale)
            if state is None:
                state = seed_cells(seen, card.channels)
            else:
                state = upscale_cells(state, card.levels[index - 1].scale // level.scale, seen)
                state, image, target = cut_patches(
                    (state, image, target), (1, level.scale, level.scale), patch, generator
                )
            # A random number of steps around the card's keeps the rule stable beyond the step that is read out.
            steps = _randint(round(level.steps * 0.75), round(level.steps * 1.25), generator)
            state = self._run(state, rule, steps, generator, dtype, recompute)
            outputs.append((state[:, first : first + labels], F.avg_pool2d(target, level.scale)))
        return outputs

    def _run(self, state, rule, steps: int, generator: torch.Generator, dtype: torch.dtype, recompute: bool):
        shape = (state.shape[0], 1, *state.shape[2:])
        fires = torch.stack([torch.rand(shape, generator=generator) < self.card.fire_rate for _ in range(steps)])
        return run_steps(state, rule, self.card.input.channels, fires.to(state.device), dtype, recompute)


def cut_patches(tensors, scales, side: int, generator: torch.Generator):
    """Cut the same random square, at most `side` cells wide, out of each slice of several tensors.

    Args:
        tensors: each [slice, channel, row, column].
        scales: for each tensor, how many of its cells make one cell of the first.
        side: in cells of the first tensor.
        generator: draws the positions.
    """
    count, _, rows, columns = tensors[0].shape
    high, wide = min(side, rows), min(side, columns)
    tops = [_randint(0, rows - high, generator) for _ in range(count)]
    lefts = [_randint(0, columns - wide, generator) for _ in range(count)]
    patches = []
    for tensor, s in zip(tensors, scales, strict=True):
        cut = [
            one[:, top * s : (top + high) * s, left * s : (left + wide) * s]
            for one, top, left in zip(tensor, tops, lefts, strict=True)
        ]
        patches.append(torch.stack(cut).contiguous(memory_format=torch.channels_last))
    return patches


def dice_cross_entropy(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Soft Dice over the batch plus binary cross-entropy, averaged over labels (paper, section 3.3)."""
    chance = torch.sigmoid(logits)
    over = (0, 2, 3)
    overlap = (2 * (chance * target).sum(over) + 1) / (chance.sum(over) + target.sum(over) + 1)
    return (1 - overlap).mean() + F.binary_cross_entropy_with_logits(logits, target)


def _randint(low: int, high: int, generator: torch.Generator) -> int:
    return int(torch.randint(low, high + 1, (1,), generator=generator))
