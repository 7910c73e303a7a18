"""A model to measure further: untrained, with rules that do something; of its Dice nothing is expected."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from mednca.model import Model
from mednca.rule import Rule
from paper.further.subject import Subject
from paper.rows import card_of
from paper.tasks import HIPPOCAMPUS


def model(plane: str = "coronal", further: tuple[str, ...] = (), **facts) -> Model:
    card = card_of("made", HIPPOCAMPUS, channels=8, hidden=8, spacing=1.0, plane=plane)
    source = replace(card.input, further_planes=further)
    levels = [replace(level, steps=3) for level in card.levels]
    card = replace(card, input=source, levels=levels, runs=1 + len(further), training=facts)
    rng = np.random.default_rng(len(plane))
    shapes = Rule.shapes(card.channels, card.hidden)
    rules = [Rule(**{name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()})]
    return Model(card, rules)


def subject(name: str = "made", plane: str = "coronal", further: tuple[str, ...] = ()) -> Subject:
    return Subject(name, name, model(plane, further))
