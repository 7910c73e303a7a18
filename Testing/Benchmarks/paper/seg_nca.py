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
SOBEL = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 8


class SobelRule(nn.Module):
    """One update: state and its two gradients, two hidden layers, a change of the state that starts at zero."""

    def __init__(self, channels: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        self.first = nn.Conv2d(3 * channels, hidden, 1)
        self.second = nn.Conv2d(hidden, hidden, 1)
        self.last = nn.Conv2d(hidden, channels, 1, bias=False)
        self.register_buffer("sobel", torch.stack([SOBEL, SOBEL.t()])[:, None].repeat(channels, 1, 1, 1))
        with torch.no_grad():
            for layer in (self.first, self.second):
                bound = 1 / math.sqrt(layer.in_channels)
                for parameter in layer.parameters():
                    parameter.copy_((torch.rand(parameter.shape, generator=generator) * 2 - 1) * bound)
            self.last.weight.zero_()

    def forward(self, state: torch.Tensor) -> torch.Tensor:
        """Change [slice, channel, row, column] of a state of the same shape."""
        gradients = F.conv2d(F.pad(state, (1, 1, 1, 1), mode="reflect"), self.sobel, groups=state.shape[1])
        return self.last(F.relu(self.second(F.relu(self.first(torch.cat([state, gradients], dim=1))))))


class SegNca(Dense):
    """The automaton on whole slices; the logit is the first channel after the image."""

    def __init__(self, card: Card, seed: int) -> None:
        super().__init__(SobelRule(card.channels, HIDDEN, torch.Generator().manual_seed(seed)), card, multiple=1)
        self.steps = card.levels[0].steps

    def training_logits(self, image, generator):
        shape = (len(image), 1, *image.shape[2:])
        fires = (torch.rand(shape, generator=generator) < self.card.fire_rate for _ in range(self.steps))
        return self._run(image, fires)

    def logits(self, image, first):
        shape, numbers = tuple(image.shape[2:]), range(first, first + len(image))
        fires = (
            np.stack([fire_mask(shape, self.card.fire_rate, slice_index=n, step=step, **RUN) for n in numbers])[:, None]
            for step in range(self.steps)
        )
        return self._run(image, map(torch.from_numpy, fires))

    def _run(self, image, fires):
        state = F.pad(image, (0, 0, 0, 0, 0, self.card.channels - 1))
        for fire in fires:
            change = self.network(state) * fire.to(state.device)
            state = torch.cat([image, state[:, 1:] + change[:, 1:]], dim=1)
        return state[:, 1:2]


RUN = {"seed": 0, "run": 0, "level": 0}  # of the fire masks when a volume is segmented
