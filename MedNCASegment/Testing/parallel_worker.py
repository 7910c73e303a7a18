"""One of the processes that train together in test_parallel.py: one step, then gradients and weights into a file."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from core_cases import small_card
from mednca.cases import find_cases
from training_case import RECIPE

from mednca.training.batches import Batches  # isort: skip
from mednca.training.learner import Learner  # isort: skip
from mednca.training.parallel import World  # isort: skip
from mednca.training.slices import load_slices  # isort: skip


def main(data: str, output: str, batch: int) -> None:
    torch.set_num_threads(1)
    card, recipe = small_card(), replace(RECIPE, batch=batch, clip=1e9)
    with World("cpu") as world:
        learner = Learner(card, recipe, Batches(load_slices(find_cases(data), card), card, recipe), world)
        # The last layer starts at zero, which would hide what the others get.
        generator = torch.Generator().manual_seed(3)
        with torch.no_grad():
            for rule in learner.network.rules:
                rule.dense1_weight.uniform_(-0.1, 0.1, generator=generator)
        loss = learner.step(100)
        gradients = {name: parameter.grad.numpy() for name, parameter in learner.network.named_parameters()}
        for _ in range(2):
            learner.step(100)
        later = {f"later.{name}": parameter.detach().numpy() for name, parameter in learner.network.named_parameters()}
        np.savez(Path(output) / f"{world.size}-{world.rank}.npz", loss=loss, **gradients, **later)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
