"""Checkpoints of the authors' PyTorch code."""

import json

import numpy as np
import pytest
from core_cases import card_fields, random_volume, require_torch
from mednca import MedNCAError, Options, Segmenter, load_model, make_engine, save_model
from mednca.cascade import run_cascade
from mednca.conversion import NAMES, convert_checkpoints
from mednca.fire import fire_mask

torch = require_torch()


def state_dict(channels=8, hidden=16, seed=0):
    """A random state dict of the kind that the authors' code saves."""
    generator = torch.Generator().manual_seed(seed)

    def random(*shape, fan):
        return (torch.rand(shape, generator=generator) * 2 - 1) / fan**0.5

    return {
        "p0.weight": random(channels, channels, 3, 3, fan=9 * channels),
        "p0.bias": random(channels, fan=9 * channels),
        "p1.weight": random(channels, channels, 3, 3, fan=9 * channels),
        "p1.bias": random(channels, fan=9 * channels),
        "fc0.weight": random(hidden, 3 * channels, fan=3 * channels),
        "fc0.bias": random(hidden, fan=3 * channels),
        "fc1.weight": random(channels, hidden, fan=hidden),
    }


@pytest.fixture
def checkpoints(tmp_path):
    paths = []
    for level in range(2):
        paths.append(str(tmp_path / f"level{level}.pth"))
        torch.save(state_dict(seed=level), paths[-1])
    return paths


def backbone(cells, weights, steps, fire):
    """The authors' backbone as their code describes it: cells [slice, axis 0, axis 1, channel], whose axes are swapped
    before the convolutions. `fire` gives the mask [slice, axis 0, axis 1] of a step."""

    def convolve(name, image):
        padded = torch.nn.functional.pad(image, (1, 1, 1, 1), mode="reflect")
        return torch.nn.functional.conv2d(padded, weights[f"{name}.weight"], weights[f"{name}.bias"])

    for step in range(steps):
        swapped = cells.permute(0, 3, 2, 1)
        seen = torch.cat([swapped, convolve("p0", swapped), convolve("p1", swapped)], dim=1).permute(0, 3, 2, 1)
        hidden = torch.relu(seen @ weights["fc0.weight"].T + weights["fc0.bias"])
        change = hidden @ weights["fc1.weight"].T
        moved = cells + change * torch.from_numpy(fire(step)[..., None])
        cells = torch.cat([cells[..., :1], moved[..., 1:]], dim=-1)
    return cells


def test_a_converted_model_gives_the_logits_of_the_authors_code(checkpoints):
    model = convert_checkpoints(checkpoints)
    images = np.random.default_rng(0).random((2, 16, 24), dtype=np.float32)  # slice, axis 0, axis 1

    def fire(level, step, shape):
        masks = [fire_mask(shape, 0.5, seed=5, run=0, slice_index=i, level=level, step=step) for i in range(2)]
        return np.stack(masks)

    levels = [torch.load(path, weights_only=True) for path in checkpoints]
    # Linear interpolation to a quarter of the size: the four cells around each centre.
    small = sum(images[:, 1 + i :: 4, 1 + j :: 4] for i in (0, 1) for j in (0, 1)) / 4
    cells = torch.zeros(2, 4, 6, 8)
    cells[..., 0] = torch.from_numpy(small)
    cells = backbone(cells, levels[0], 16, lambda step: fire(0, step, (4, 6)))
    cells = cells.repeat_interleave(4, dim=1).repeat_interleave(4, dim=2)
    cells[..., 0] = torch.from_numpy(images)
    expected = backbone(cells, levels[1], 16, lambda step: fire(1, step, (16, 24)))[..., 1].numpy()

    engine = make_engine("numpy")
    card = model.card
    steps = run_cascade(
        engine,
        [engine.prepare(rule, 1) for rule in model.rules],
        images[:, None],
        channels=card.channels,
        scales=[level.scale for level in card.levels],
        steps=[level.steps for level in card.levels],
        downsample=card.input.downsample,
        fire=fire,
    )
    for _, _, state in steps:
        logits = engine.channels(state, 1, 1)[:, 0]
    assert np.ptp(expected) > 1
    np.testing.assert_allclose(logits, expected, atol=1e-4 * np.abs(expected).max())


def test_the_default_card_has_the_settings_of_the_authors_hippocampus_model(checkpoints):
    card = convert_checkpoints(checkpoints).card
    assert (card.input.plane, card.input.size, card.input.per) == ("axial", (64, 64), "slice")
    assert card.input.percentiles == (0.5, 99.5)
    assert [(level.scale, level.steps) for level in card.levels] == [(4, 16), (1, 16)]
    assert (card.channels, card.hidden, card.fire_rate) == (8, 16, 0.5)
    assert [level.scale for level in convert_checkpoints(checkpoints[:1]).card.levels] == [1]


def test_a_converted_model_is_saved_and_segments(checkpoints, tmp_path):
    save_model(convert_checkpoints(checkpoints), tmp_path / "model.npz")
    result = Segmenter(load_model(tmp_path / "model.npz"), options=Options(steps=2)).run(random_volume())
    assert result.labels.shape == random_volume().array.shape
    assert result.probability.std() > 0


def test_a_given_card_is_kept(checkpoints):
    from core_cases import small_card

    assert convert_checkpoints(checkpoints, small_card()).card.name == "small"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"channels": 9}, "9 channels"),
        ({"hidden": 17}, "hidden size 17"),
        ({"levels": [{"scale": 1, "steps": 3}]}, "1 levels but 2 checkpoints"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(checkpoints, changes, words):
    from mednca import Card

    with pytest.raises(MedNCAError, match=words):
        convert_checkpoints(checkpoints, Card.from_json(json.dumps(card_fields() | changes)))


def test_levels_of_different_models_are_refused(checkpoints, tmp_path):
    torch.save(state_dict(channels=9), tmp_path / "other.pth")
    with pytest.raises(MedNCAError, match="The levels differ"):
        convert_checkpoints([checkpoints[0], str(tmp_path / "other.pth")])


def test_three_levels_need_a_card(checkpoints):
    with pytest.raises(MedNCAError, match="give a card"):
        convert_checkpoints([*checkpoints, checkpoints[0]])


def without(state, name):
    return {key: value for key, value in state.items() if key != name}


STATES = {
    "not exactly": lambda s: without(s, "fc1.weight"),
    "surplus": lambda s: s | {"fc1.bias": torch.zeros(8)},
    "a list": lambda s: list(s.values()),
    "a tensor": lambda s: s["p0.bias"],
    "nested": lambda s: {"state_dict": s},
    "numbers for keys": lambda s: {1: s["p0.bias"]},
    "not a tensor": lambda s: s | {"p0.bias": [0.0] * 8},
    "whole numbers": lambda s: s | {"p0.bias": torch.zeros(8, dtype=torch.int64)},
    "complex": lambda s: s | {"p0.bias": torch.zeros(8, dtype=torch.complex64)},
    "sparse": lambda s: s | {"fc0.weight": s["fc0.weight"].to_sparse()},
    "wrong shape": lambda s: s | {"p1.weight": torch.zeros(8, 8, 5, 5)},
    "one dimension": lambda s: s | {"fc1.weight": torch.zeros(8)},
    "no channels": lambda s: s | {"fc1.weight": torch.zeros(0, 16)},
    "not finite": lambda s: s | {"fc0.bias": torch.full((16,), float("nan"))},
}


@pytest.mark.parametrize("change", STATES.values(), ids=STATES.keys())
def test_a_checkpoint_of_another_kind_is_refused_with_one_sentence(tmp_path, change):
    path = tmp_path / "level.pth"
    torch.save(change(state_dict()), path)
    with pytest.raises(MedNCAError, match="level.pth") as caught:
        convert_checkpoints([str(path)])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_weights_of_another_precision_are_converted(tmp_path, dtype):
    path = tmp_path / "level.pth"
    torch.save({name: value.to(dtype) for name, value in state_dict().items()}, path)
    rule = convert_checkpoints([str(path)]).rules[0]
    assert {array.dtype for array in rule.arrays().values()} == {np.dtype(np.float32)}
    assert rule.arrays().keys() == NAMES.keys()


@pytest.mark.parametrize("content", [b"", b"hello", b"\x80\x02.", bytes(1000)])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path, content):
    path = tmp_path / "level.pth"
    path.write_bytes(content)
    with pytest.raises(MedNCAError, match="level.pth"):
        convert_checkpoints([str(path)])


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(MedNCAError, match="no checkpoint"):
        convert_checkpoints([str(tmp_path / "missing.pth")])


class Trap:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_code_in_a_checkpoint_is_not_run(tmp_path):
    path, sprung = tmp_path / "level.pth", tmp_path / "sprung"
    torch.save(state_dict() | {"p0.bias": Trap(sprung)}, path)
    with pytest.raises(MedNCAError, match="holds more than weights"):
        convert_checkpoints([str(path)])
    assert not sprung.exists()
