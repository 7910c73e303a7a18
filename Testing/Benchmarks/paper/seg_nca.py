"""Seg. NCA: the single-level automaton that the paper compares with (Sandler et al. 2020, arXiv 2008.04965).

What is taken from that work: cells on all of the image, whose update uses their state, the image, and the state of the
3 x 3 neighbourhood, through a small network of three layers, on a random subset of the cells in every step. What is
assumed, as the Med-NCA paper gives nothing but the count of 39,472 parameters: 32 channels, of which the first is the
image; the neighbourhood is seen through fixed Sobel filters; both hidden layers have 144 values, which comes nearest to
the count (39,456); as many steps as the backbone NCA. The border is padded by reflection, as in the other automata.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from mednca.card import Card
from mednca.fire import fire_mask
from torch import nn

from .candidates import Dense

HIDDEN = 144
RUN = {"seed": 0, "run": 0, "level": 0}  # of the fire masks when a volume is segmented


class SobelRule(nn.Module):
    """One update: state and its two gradients, two hidden layers, a change of the state that starts at zero."""

    def __init__(self, channels: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        self.first = nn.Linear(3 * channels, hidden)
        self.second = nn.Linear(hidden, hidden)
        self.last = nn.Linear(hidden, channels, bias=False)
        with torch.no_grad():
            for layer in (self.first, self.second):
                bound = 1 / math.sqrt(layer.in_features)
                for parameter in layer.parameters():
                    parameter.copy_((torch.rand(parameter.shape, generator=generator) * 2 - 1) * bound)
            self.last.weight.zero_()

    def forward(self, state: torch.Tensor, fire: torch.Tensor) -> torch.Tensor:
        """The state [slice, row, column, channel] after one step in which the cells of `fire`, boolean [slice, row,
        column], change all but their first channel."""
        seen = torch.cat([state, *sobel(state)], dim=-1)[fire]
        change = self.last(F.relu(self.second(F.relu(self.first(seen)))))
        change = F.pad(change[:, 1:], (1, 0)).to(state.dtype)
        return state.index_put(fire.nonzero(as_tuple=True), change, accumulate=True)


def sobel(state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Gradients of a state [slice, row, column, channel] along columns and rows by Sobel's filters over 8."""
    padded = F.pad(state.permute(0, 3, 1, 2), (1, 1, 1, 1), mode="reflect").permute(0, 2, 3, 1)
    down = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    across = padded[:, :, :-2] + 2 * padded[:, :, 1:-1] + padded[:, :, 2:]
    return (down[:, :, 2:] - down[:, :, :-2]) / 8, (across[:, 2:] - across[:, :-2]) / 8


class SegNca(Dense):
    """The automaton on whole slices; the logit is the first channel after the image."""

    def __init__(self, card: Card, seed: int) -> None:
        super().__init__(SobelRule(card.channels, HIDDEN, torch.Generator().manual_seed(seed)), card, multiple=1)
        self.steps = card.levels[0].steps

    def training_logits(self, image, generator):
        shape = (len(image), *image.shape[2:])
        return self._run(
            image, (torch.rand(shape, generator=generator) < self.card.fire_rate for _ in range(self.steps))
        )

    def logits(self, image, first):
        shape, numbers = tuple(image.shape[2:]), range(first, first + len(image))
        fires = (
            np.stack([fire_mask(shape, self.card.fire_rate, slice_index=n, step=step, **RUN) for n in numbers])
            for step in range(self.steps)
        )
        return self._run(image, map(torch.from_numpy, fires))

    def _run(self, image, fires):
        state = F.pad(image.permute(0, 2, 3, 1), (0, self.card.channels - 1)).contiguous()
        for fire in fires:
            state = self.network(state, fire.to(state.device))
        return state[..., 1:2].permute(0, 3, 1, 2)
