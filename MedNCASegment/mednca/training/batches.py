"""Random batches of the training slices."""

from __future__ import annotations

import torch

from ..card import Card
from .artefacts import add_artefacts, transforms
from .augment import Ranges, draw, sample
from .recipe import Recipe
from .slices import Slices


class Batches:
    """Draws slices, those that show a label more often, and changes them at random."""

    def __init__(self, slices: Slices, card: Card, recipe: Recipe) -> None:
        """Raises MedNCAError when the recipe asks for artefacts, for which TorchIO is not installed."""
        if recipe.artefacts > 0:
            transforms()
        self.recipe, self.cells = recipe, slices.cells
        self.images, self.targets = torch.from_numpy(slices.images), torch.from_numpy(slices.targets)
        places = slices.places
        self.lower, self.upper = torch.from_numpy(places.lower), torch.from_numpy(places.upper)
        self.weight = torch.from_numpy(places.weight)
        # Image channels in the order of a stack that runs the other way: behind and ahead take turns after the slice.
        self.reversed = [0, *(at + 1 if at % 2 else at - 1 for at in range(1, card.input.channels))]
        self.pixel_mm, self.cell_mm = torch.from_numpy(slices.pixel_mm), torch.from_numpy(slices.cell_mm)
        self.two_sided = torch.from_numpy(slices.two_sided)
        shown = self.targets.flatten(1).any(1).bool()
        share = recipe.foreground if 0 < int(shown.sum()) < len(shown) else 0.5
        self.weights = torch.where(shown, share / max(1, int(shown.sum())), (1 - share) / max(1, int((~shown).sum())))

    def next(self, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """One batch on the cell grid: image [slice, image channel, row, column], target [slice, label, row, column]."""
        chosen = torch.multinomial(self.weights, self.recipe.batch, replacement=True, generator=generator)
        # Left and right are swapped where the slice shows them, else by seeing its neighbours in reverse.
        two_sided = self.two_sided[chosen]
        drawn = draw(self.recipe.batch, Ranges(mirror_rows=two_sided), generator)
        images, pixel_mm = self._images(chosen, drawn.mirrored & ~two_sided), self.pixel_mm[chosen]
        images = add_artefacts(images, pixel_mm, self.recipe.artefacts, generator)
        return sample(images, self.targets[chosen], pixel_mm, self.cells, self.cell_mm[chosen], drawn, generator)

    def _images(self, chosen: torch.Tensor, reverse: torch.Tensor) -> torch.Tensor:
        """[slice, image channel, row, column] of some slices; :meth:`mednca.neighbours.Places.mix` as tensors, and for
        those to reverse what is behind and what is ahead changed over."""
        if self.weight.shape[1] == 1:
            return self.images[chosen]
        lower, upper, weight = (
            torch.where(reverse[:, None], one[chosen][:, self.reversed], one[chosen])
            for one in (self.lower, self.upper, self.weight)
        )
        lower, upper = (self.images[where][:, :, 0] for where in (lower, upper))
        return torch.lerp(lower, upper, weight[:, :, None, None])
