"""Small models and volumes for the core's tests, and where the real ones lie."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from mednca import Card, Model, Volume, write_volume
from mednca.rule import Rule

MODULE = Path(__file__).resolve().parents[1]
REPOSITORY = MODULE.parent
SAMPLE = MODULE / "Resources" / "SampleData" / "MedNCA_Hippocampus_T1.nii.gz"
SAMPLE_LABEL = MODULE / "Resources" / "SampleData" / "MedNCA_Hippocampus_Label.nii.gz"
# Data that lie beside the checkout on some machines; tests of them are skipped elsewhere.
HIPPOCAMPUS = REPOSITORY.parent / "shared" / "data" / "hippocampus"
PROSTATE = REPOSITORY.parent / "shared" / "data" / "prostate-t2-unlabelled" / "Prostate3T-03-0001.nii.gz"


def require_torch():
    """torch; where it is missing the test is skipped, unless MEDNCA_REQUIRE_TORCH=1 makes that a failure."""
    if os.environ.get("MEDNCA_REQUIRE_TORCH") == "1":
        import torch

        return torch
    return pytest.importorskip("torch")


def card_fields(**changes) -> dict:
    """The JSON fields of a small two-level card, with some replaced; None removes a field."""
    fields = {
        "format": 1,
        "name": "small",
        "title": "A small model",
        "labels": [{"value": 1, "name": "Blob"}],
        "input": {"plane": "coronal", "spacing": [1.0, 1.0]},
        "levels": [{"scale": 2, "steps": 3}, {"scale": 1, "steps": 4}],
        "channels": 8,
        "hidden": 16,
        "fire_rate": 0.5,
    }
    fields.update(changes)
    return {name: value for name, value in fields.items() if value is not None}


def small_card(**changes) -> Card:
    import json

    return Card.from_json(json.dumps(card_fields(**changes)))


def random_rule(channels: int = 8, hidden: int = 16, seed: int = 0) -> Rule:
    """A rule whose cells move by a good part of their size in each step, in both directions."""
    rng = np.random.default_rng(seed)
    arrays = {}
    for name, shape in Rule.shapes(channels, hidden).items():
        bound = 1 / np.sqrt(channels * 9 if name.startswith("conv") else shape[-1])
        arrays[name] = rng.uniform(-bound, bound, shape).astype(np.float32)
    return Rule(**arrays)


def small_model(seed: int = 0, **changes) -> Model:
    card = small_card(**changes)
    rules = [random_rule(card.channels, card.hidden, 10 * seed + level) for level in range(len(card.levels))]
    return Model(card, rules)


def random_volume(shape=(14, 9, 11), spacing=(1.0, 1.5, 1.25), seed: int = 0) -> Volume:
    """Smooth-edged boxes in noise, 16-bit, in right-anterior-superior order."""
    rng = np.random.default_rng(seed)
    array = rng.integers(0, 200, shape)
    array[tuple(slice(side // 4, -side // 4) for side in shape)] += 500
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = (-10, 20, 5)
    return Volume(array.astype(np.int16), affine)


def write_bright_case(folder: Path, file: str, volume: Volume, images: str = "images", labels: str = "labels") -> None:
    """A file of a volume, and one of the same name with its boxes as their label, in two folders of a folder."""
    label = Volume((volume.array > 400).astype(np.uint8), volume.affine)
    for name, written in ((images, volume), (labels, label)):
        (folder / name).mkdir(exist_ok=True)
        write_volume(folder / name / file, written)
