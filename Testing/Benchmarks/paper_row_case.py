"""A row of the paper's table that is trained within a second: two layers, and a rule that soon stops."""

from __future__ import annotations

from dataclasses import replace

import torch
from mednca.training.recipe import Recipe
from paper.candidates import Dense
from paper.rows import BY_NAME, card_of
from paper.stopping import Rule
from paper.tasks import HIPPOCAMPUS

RULE = Rule(every=2, margin=2.0, patience=1, decay=0.5, warm_up=2)  # ends after the second validation and two more
RECIPE = Recipe(batch=2)
QUICK = {"rule": RULE, "recipe": RECIPE}


class TwoLayers(torch.nn.Sequential):
    def __init__(self) -> None:
        layers = (torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.BatchNorm2d(4), torch.nn.ReLU())
        super().__init__(*layers, torch.nn.Conv2d(4, 1, 1))


def two_layers(seed: int, task=HIPPOCAMPUS) -> Dense:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        card = card_of("two-layers", task, spacing=1.0)
        return Dense(TwoLayers(), card, 4)


SMALL = replace(BY_NAME["unet"], name="small", make=two_layers, learning_rate=1e-2)
