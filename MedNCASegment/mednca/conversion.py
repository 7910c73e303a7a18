"""Checkpoints of the Med-NCA authors' PyTorch code as a model (needs torch)."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from .card import MAX_CHANNELS, MAX_HIDDEN, Card, Input, Label, Level
from .errors import MedNCAError
from .model import Model
from .rule import Rule

# The authors' names of a rule's arrays.
NAMES = {
    "conv_a_weight": "p0.weight",
    "conv_a_bias": "p0.bias",
    "conv_b_weight": "p1.weight",
    "conv_b_bias": "p1.bias",
    "dense0_weight": "fc0.weight",
    "dense0_bias": "fc0.bias",
    "dense1_weight": "fc1.weight",
}
HIPPOCAMPUS_STEPS = 16  # a level, as their hippocampus model runs


def convert_checkpoints(paths: Sequence[str], card: Card | None = None) -> Model:
    """Turn the state dicts of the levels into a model.

    Their code hands the convolutions a slice with its two axes swapped; here the kernels are swapped instead.

    Args:
        paths: checkpoint files (.pth), coarse to fine.
        card: how to use the model; None takes the settings of the authors' hippocampus model, for one or two levels.

    Raises:
        MedNCAError: torch is missing, a file is not such a checkpoint, or the files and the card do not fit together.
    """
    rules = [_read_rule(Path(path)) for path in paths]
    channels, hidden = rules[0].channels, rules[0].hidden
    for path, rule in zip(paths, rules, strict=True):
        if (rule.channels, rule.hidden) != (channels, hidden):
            raise MedNCAError(
                f"The levels differ: '{paths[0]}' has {channels} channels and hidden size {hidden}, '{path}' has"
                f" {rule.channels} and {rule.hidden}; give the checkpoints of one model."
            )
    if card is None:
        card = hippocampus_card(len(rules), channels, hidden)
    if len(card.levels) != len(rules):
        raise MedNCAError(f"The card has {len(card.levels)} levels but {len(rules)} checkpoints are given.")
    if (card.channels, card.hidden) != (channels, hidden):
        raise MedNCAError(
            f"The card says {card.channels} channels and hidden size {card.hidden}, but the checkpoints have"
            f" {channels} and {hidden}; correct the card."
        )
    return Model(replace(card, training={"source": "converted from PyTorch checkpoints", **card.training}), rules)


def hippocampus_card(levels: int, channels: int, hidden: int) -> Card:
    """The settings of the authors' hippocampus model: axial slices of 64x64 cells, normalised each by itself.

    Raises:
        MedNCAError: there is no such setting for this number of levels, or the card's limits are passed.
    """
    if levels not in (1, 2):
        raise MedNCAError(f"For {levels} levels there is no setting to fall back on; give a card with --card.")
    card = Card(
        name="hippocampus-converted",
        title="Hippocampus (converted)",
        anatomy="Hippocampus",
        modality="MR T1",
        expects="A T1-weighted MRI cropped around one hippocampus.",
        labels=[
            Label(
                1,
                "Hippocampus",
                (0.9, 0.7, 0.2),
                {
                    "category": ["SCT", "123037004", "Anatomical Structure"],
                    "type": ["SCT", "5366008", "Hippocampus"],
                },
            )
        ],
        input=Input("axial", size=(64, 64), percentiles=(0.5, 99.5), per="slice", downsample="linear"),
        levels=[Level(scale, HIPPOCAMPUS_STEPS) for scale in (4, 1)[-levels:]],
        channels=channels,
        hidden=hidden,
    )
    return Card.from_json(card.to_json())


def _read_rule(path: Path) -> Rule:
    """One level's rule, its arrays checked and its kernels turned to this package's axes."""
    state = _load(path)
    if not isinstance(state, dict) or set(state) != set(NAMES.values()):
        raise MedNCAError(
            f"'{path}' is not a state dict of the authors' BackboneNCA; it must hold exactly"
            f" {', '.join(NAMES.values())}."
        )
    arrays = {name: _array(state[theirs], theirs, path) for name, theirs in NAMES.items()}
    dense1 = arrays["dense1_weight"]
    channels, hidden = dense1.shape if dense1.ndim == 2 else (0, 0)
    if not (3 <= channels <= MAX_CHANNELS and 1 <= hidden <= MAX_HIDDEN):
        raise MedNCAError(
            f"'fc1.weight' in '{path}' has shape {dense1.shape}; it must be [channels, hidden size] with 3 to"
            f" {MAX_CHANNELS} channels and a hidden size of up to {MAX_HIDDEN}."
        )
    for name, shape in Rule.shapes(channels, hidden).items():
        if arrays[name].shape != shape:
            raise MedNCAError(
                f"'{NAMES[name]}' in '{path}' has shape {arrays[name].shape}, but 'fc1.weight' asks for {shape}."
            )
    for name in ("conv_a_weight", "conv_b_weight"):
        arrays[name] = np.ascontiguousarray(arrays[name].swapaxes(2, 3))
    return Rule(**arrays)


def _load(path: Path):
    try:
        import torch
    except (ImportError, OSError) as error:
        raise MedNCAError("Converting checkpoints needs PyTorch; install it (pip install torch).") from error
    if not path.is_file():
        raise MedNCAError(f"There is no checkpoint '{path}'; check the path.")
    try:
        # weights_only: nothing that a pickle may hold besides tensors is ever run.
        return torch.load(path, weights_only=True, map_location="cpu")
    except pickle.UnpicklingError as error:
        raise MedNCAError(
            f"'{path}' holds more than weights or is not a PyTorch checkpoint, so it was not opened."
        ) from error
    except Exception as error:  # damaged archives raise many types: RuntimeError, EOFError, KeyError, ValueError
        raise MedNCAError(f"'{path}' cannot be read as a PyTorch checkpoint; it may be damaged.") from error


def _array(value, name: str, path: Path) -> np.ndarray:
    import torch

    if not isinstance(value, torch.Tensor) or value.layout != torch.strided or not value.is_floating_point():
        raise MedNCAError(f"'{name}' in '{path}' is not an array of floating-point numbers.")
    array = value.detach().to(torch.float32).numpy().copy()
    if not np.isfinite(array).all():
        raise MedNCAError(f"'{name}' in '{path}' has values that are not finite numbers.")
    return array
