"""What learns: the network, its optimiser, its averaged weights and the generator of all that is drawn for them."""

from __future__ import annotations

import math
from typing import Any

import torch

from ..card import Card
from ..model import Model
from ..rule import Rule
from .batches import Batches
from .network import TrainableCascade, dice_cross_entropy
from .parallel import World
from .recipe import Recipe
from .step import native_precision

WARM_UP = 200  # iterations over which the learning rate rises
SMOOTHING = 0.98  # of the loss that is shown


class Learner:
    """Makes one step of the optimiser at a time; :meth:`state` and :meth:`restore` keep and set everything."""

    def __init__(self, card: Card, recipe: Recipe, batches: Batches, world: World, start: Model | None = None) -> None:
        """Args:
        card, recipe: of the plan.
        batches: of the training slices.
        world: the processes that share the work.
        start: whose weights to begin with; None for random ones.
        """
        self.recipe, self.batches, self.world = recipe, batches, world
        self.share = world.share(recipe.batch)
        self.generator = torch.Generator().manual_seed(recipe.seed)
        self.network = TrainableCascade(card, self.generator).to(world.device)
        if start is not None:
            self.network.take(start.rules)
        self.parameters = list(self.network.parameters())
        self.averaged = [parameter.detach().clone() for parameter in self.parameters]
        self.optimiser = torch.optim.Adam(self.parameters, lr=recipe.learning_rate, betas=(0.9, 0.99))
        self.threads = torch.get_num_threads()
        self.precision = native_precision(world.device) if recipe.precision == "auto" else recipe.precision
        self.iteration = 0
        self.loss: float | None = None  # smoothed
        self.shared = world.wrap(self.network)

    def step(self, iterations: int | None) -> float:
        """One iteration; `iterations` is how many there will be, None while that is not known. Returns the loss."""
        recipe = self.recipe
        for group in self.optimiser.param_groups:
            group["lr"] = recipe.learning_rate * rate(self.iteration, iterations)
        image, target = (tensor.to(self.world.device) for tensor in self.batches.next(self.generator))
        outputs = self.shared(
            image,
            target,
            recipe.patch,
            self.generator,
            getattr(torch, self.precision),
            recompute=recipe.recompute,
            random_steps=recipe.random_steps,
            share=self.share,
            aimed=recipe.aimed,
        )
        losses = [dice_cross_entropy(logits, wanted, self.world.total) for logits, wanted in outputs]
        loss = losses[-1] + recipe.coarse_loss * sum(losses[:-1])
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, recipe.clip)
        self.optimiser.step()
        # Early weights are forgotten faster, so that the average does not drag the start along.
        decay = min(recipe.averaging, (1 + self.iteration) / (10 + self.iteration))
        with torch.no_grad():
            torch._foreach_lerp_(self.averaged, self.parameters, 1 - decay)
        self.iteration += 1
        found = float(loss.detach())
        self.loss = found if self.loss is None else SMOOTHING * self.loss + (1 - SMOOTHING) * found
        return found

    def rules(self, weights: list[torch.Tensor]) -> list[Rule]:
        """The rules of all levels with given weights, in the order of `parameters`."""
        named = dict(zip((name for name, _ in self.network.named_parameters()), weights, strict=True))
        return [
            Rule(**{name: named[f"rules.{index}.{name}"].cpu().numpy().copy() for name in Rule.shapes(1, 1)})
            for index in range(len(self.network.rules))
        ]

    def state(self) -> dict[str, Any]:
        """Everything that the next iterations depend on."""
        return {
            "threads": self.threads,
            "precision": self.precision,
            "network": self.network.state_dict(),
            "averaged": self.averaged,
            "optimiser": self.optimiser.state_dict(),
            "generator": self.generator.get_state(),
            "iteration": self.iteration,
            "loss": self.loss,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a :meth:`state`, with its number of CPU threads, on which sums depend in their last digits."""
        self.network.load_state_dict(state["network"])
        self.averaged = [tensor.to(self.world.device) for tensor in state["averaged"]]
        self.optimiser.load_state_dict(state["optimiser"])
        self.generator.set_state(state["generator"])
        self.precision, self.threads = state["precision"], state["threads"]
        self.iteration, self.loss = state["iteration"], state["loss"]
        torch.set_num_threads(self.threads)


def rate(iteration: int, iterations: int | None) -> float:
    """Learning rate as a part of the recipe's: a short rise, then half a cosine down to a hundredth at the end."""
    rise = min(1.0, (iteration + 1) / WARM_UP)
    done = 0.0 if iterations is None else min(1.0, iteration / iterations)
    return rise * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))
