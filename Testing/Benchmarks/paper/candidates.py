"""What a row trains: networks behind one face, which gives the loop a loss and the evaluation a probability map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from mednca.card import Card, Input
from mednca.engines import make_engine
from mednca.intensity import normalise, percentile_range
from mednca.model import Model
from mednca.report.changes import zoomed
from mednca.resample import cell_grid, resize
from mednca.segmenter import Options, Segmenter
from mednca.training.network import TrainableCascade, dice_cross_entropy
from mednca.training.recipe import Recipe
from mednca.volume import Volume, slicing_for
from torch import nn

SLICES_AT_ONCE = 32


class Candidate(nn.Module):
    """A trainable model with one foreground label; `card` says how volumes become its images."""

    card: Card

    @property
    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())

    def loss(
        self, image: torch.Tensor, target: torch.Tensor, generator: torch.Generator, dtype: torch.dtype
    ) -> torch.Tensor:
        """Soft Dice plus cross-entropy of a batch.

        Args:
            image: [slice, 1, row, column] on the cell grid.
            target: [slice, 1, row, column] of 0 to 1.
            generator: on the CPU; everything that the model draws comes from it.
            dtype: precision of the products.
        """
        raise NotImplementedError

    def probability(self, volume: Volume, zoom: tuple[float, float] = (1.0, 1.0)) -> np.ndarray:
        """Foreground probability, float32 [i, j, k] on the volume's own grid.

        Args:
            volume: the scan.
            zoom: how many times more cells there are along rows and columns than the model was trained with.
        """
        raise NotImplementedError

    def zoomed(self, zoom: tuple[float, float]) -> Input:
        """How volumes become images on a grid of more or fewer cells."""
        return zoomed(self.card, zoom)


class Automaton(Candidate):
    """A cascade of the paper, trained by the core's network and run by the core's segmenter."""

    def __init__(self, card: Card, recipe: Recipe, seed: int) -> None:
        super().__init__()
        self.card, self.recipe = card, recipe
        self.cascade = TrainableCascade(card, torch.Generator().manual_seed(seed))

    def loss(self, image, target, generator, dtype):
        recipe = self.recipe
        outputs = self.cascade(
            image,
            target,
            recipe.patch,
            generator,
            dtype,
            recompute=recipe.recompute,
            random_steps=recipe.random_steps,
            aimed=recipe.aimed,
        )
        losses = [dice_cross_entropy(*output) for output in outputs]
        return losses[-1] + recipe.coarse_loss * sum(losses[:-1])

    def probability(self, volume, zoom=(1.0, 1.0)):
        device = next(self.parameters()).device.type
        engine = make_engine("numpy") if device == "cpu" else make_engine("torch", device)
        return Segmenter(self.model(zoom), engine, Options(seed=0)).run(volume).probability[0]

    def model(self, zoom: tuple[float, float] = (1.0, 1.0)) -> Model:
        """The weights as they stand, as a model of the core."""
        card = replace(self.card, input=self.zoomed(zoom))
        return Model(card, [rule.rule() for rule in self.cascade.rules])


class Dense(Candidate):
    """A network that takes whole slices to logits; volumes are sliced, resampled and normalised as the core does."""

    def __init__(self, network: nn.Module, card: Card, multiple: int) -> None:
        """Args:
        network: from images [slice, 1, row, column] to logits of the same shape.
        card: its `input` counts.
        multiple: of which the network needs rows and columns to be; images are mirrored out to it.
        """
        super().__init__()
        self.network, self.card, self.multiple = network.to(memory_format=torch.channels_last), card, multiple

    def loss(self, image, target, generator, dtype):
        with torch.autocast(image.device.type, dtype, enabled=dtype is not torch.float32):
            logits = self.training_logits(image, generator)
        return dice_cross_entropy(logits.float(), target)

    def training_logits(self, image: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        return self.network(image.contiguous(memory_format=torch.channels_last))

    def logits(self, image: torch.Tensor, first: int) -> torch.Tensor:
        """Logits of some slices of a volume, the first of which has the number `first`."""
        rows, columns = image.shape[2:]
        gaps = (-columns % self.multiple, -rows % self.multiple)
        padded = F.pad(image, (0, gaps[0], 0, gaps[1]), mode="reflect")
        return self.network(padded.contiguous(memory_format=torch.channels_last))[:, :, :rows, :columns]

    @torch.no_grad()
    def probability(self, volume, zoom=(1.0, 1.0)):
        source = self.zoomed(zoom)
        slicing = slicing_for(volume.affine, source.plane)
        slices = np.ascontiguousarray(slicing.to_slices(volume.array))
        mm = [float(volume.spacing[axis]) for axis in slicing.axes[1:]]
        multiple = self.card.finest_multiple
        grid = cell_grid(slices.shape[1:], mm, spacing=source.spacing, size=source.size, multiple=multiple)
        image = resize(normalise(slices, *percentile_range(slices, source.percentiles)), grid.to_cells())[:, None]
        device = next(self.parameters()).device
        parts = []
        for first in range(0, len(image), SLICES_AT_ONCE):
            some = torch.from_numpy(image[first : first + SLICES_AT_ONCE]).to(device)
            parts.append(self.logits(some, first)[:, 0].float().cpu().numpy())
        found = np.zeros(volume.array.shape, np.float32)
        logits = resize(np.concatenate(parts), grid.to_pixels())
        slicing.to_slices(found)[...] = 0.5 * np.tanh(0.5 * logits) + 0.5
        return found
