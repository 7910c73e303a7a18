"""What the benchmarks of training share: the plain formulation, made-up slices, and one iteration."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from mednca.card import Card, Input, Label, Level
from mednca.neighbours import neighbour_places
from mednca.training.batches import Batches
from mednca.training.network import TrainableCascade, dice_cross_entropy
from mednca.training.recipe import Recipe
from mednca.training.slices import Slices

HIPPOCAMPUS = ((36, 52), 16)  # cells of a slice and steps a level of the hippocampus model
PROSTATE = ((256, 256), 64)  # the same of the paper's prostate model


class PlainCascade(TrainableCascade):
    """The same network and random numbers with the paper's layers one after the other, all cells, and everything that
    PyTorch keeps by itself. Cells lie in memory channel by channel within a cell, in which it is fastest."""

    def _run(self, state, rule, fires, dtype, recompute):
        first = self.card.input.channels
        for fire in fires.to(dtype):
            padded = F.pad(state, (1, 1, 1, 1), mode="reflect")
            seen = (state, *(F.conv2d(padded, *layer) for layer in self._convolutions(rule)))
            seen = torch.cat(seen, dim=1).permute(0, 2, 3, 1)
            hidden = F.relu(F.linear(seen, rule.dense0_weight, rule.dense0_bias))
            change = F.linear(hidden, rule.dense1_weight).permute(0, 3, 1, 2) * fire
            state = torch.cat([state[:, :first], state[:, first:] + change[:, first:]], dim=1)
        return state

    @staticmethod
    def _convolutions(rule):
        return (rule.conv_a_weight, rule.conv_a_bias), (rule.conv_b_weight, rule.conv_b_bias)


def made_card(steps: int, scales: tuple[int, ...] = (4, 1)) -> Card:
    """A card of the paper's size: 32 channels, hidden size 128."""
    levels = [Level(scale, steps) for scale in scales]
    return Card("made", "Made up", [Label(1, "Disc")], Input("axial", spacing=(1.0, 1.0)), levels)


def made_slices(cells: tuple[int, int], count: int) -> Slices:
    """Bright discs in noise."""
    rng = np.random.default_rng(0)
    row, column = np.ogrid[: cells[0], : cells[1]]
    disc = (row - cells[0] / 2) ** 2 + (column - cells[1] / 2) ** 2 < (min(cells) / 4) ** 2
    images = (0.5 * rng.random((count, 1, *cells)) + 0.4 * disc).astype(np.float32)
    targets = np.broadcast_to(disc, images.shape).astype(np.uint8)
    millimetres = np.ones((count, 2), np.float32)
    places = neighbour_places(len(images), 1.0, Input("axial", spacing=(1.0, 1.0)))
    return Slices(images, targets, millimetres, cells, millimetres, places, np.ones(count, bool))


class Iteration:
    """Iterations of training as the trainer does them: batch, forward, loss, backward, optimiser."""

    def __init__(self, plain: bool, card: Card, recipe: Recipe, slices: Slices) -> None:
        self.recipe = recipe
        self.generator = torch.Generator().manual_seed(recipe.seed)
        self.network = (PlainCascade if plain else TrainableCascade)(card, self.generator)
        self.batches = Batches(slices, card, recipe)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=recipe.learning_rate, betas=(0.9, 0.99))

    def __call__(self) -> float:
        """Do one; returns the loss."""
        recipe = self.recipe
        image, target = self.batches.next(self.generator)
        outputs = self.network(
            image,
            target,
            recipe.patch,
            self.generator,
            getattr(torch, recipe.precision),
            recipe.recompute,
            recipe.random_steps,
        )
        losses = [dice_cross_entropy(*output) for output in outputs]
        loss = losses[-1] + recipe.coarse_loss * sum(losses[:-1])
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), recipe.clip)
        self.optimiser.step()
        return float(loss.detach())
