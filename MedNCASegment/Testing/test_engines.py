"""Both engines against the paper's formula, written out layer by layer."""

import numpy as np
import pytest
from core_cases import random_rule, require_torch
from mednca import MedNCAError, make_engine
from mednca.cascade import run_cascade
from mednca.fire import fire_mask

ENGINES = ["numpy", "torch"]


def engine_called(name):
    if name == "torch":
        require_torch()
    return make_engine(name)


def plain_step(state, rule, fire, image_channels=1):
    """One step in double precision: three layers, nothing folded. `state` is [slice, channel, row, column]."""
    padded = np.pad(state, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="reflect")
    rows, columns = state.shape[2:]

    def convolve(weight, bias):
        total = np.zeros_like(state)
        for row in range(3):
            for column in range(3):
                shifted = padded[:, :, row : row + rows, column : column + columns]
                total += np.einsum("oi,sirc->sorc", weight[:, :, row, column].astype(float), shifted)
        return total + bias[:, None, None]

    seen = np.concatenate(
        [state, convolve(rule.conv_a_weight, rule.conv_a_bias), convolve(rule.conv_b_weight, rule.conv_b_bias)], axis=1
    )
    hidden = np.einsum("hz,szrc->shrc", rule.dense0_weight.astype(float), seen) + rule.dense0_bias[:, None, None]
    change = np.einsum("nh,shrc->snrc", rule.dense1_weight.astype(float), np.maximum(hidden, 0))
    change[:, :image_channels] = 0
    return state + change * fire[:, None]


def masks(seed, slices):
    def fire(level, step, shape):
        return np.stack(
            [fire_mask(shape, 0.5, seed=seed, run=0, slice_index=index, level=level, step=step) for index in slices]
        )

    return fire


def cells_of(engine, state, channels):
    return np.asarray(engine.channels(state, 0, channels))


def cascade(engine, rules, image, channels, fire, **more):
    options = {"channels": channels, "scales": [4, 1], "steps": [16, 16], "downsample": "average", "fire": fire}
    rules = [engine.prepare(rule, 1) for rule in rules]
    return run_cascade(engine, rules, image, **options, **more)


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(("channels", "hidden"), [(32, 128), (16, 128), (5, 9)])
def test_two_levels_agree_with_the_plain_formula_to_float_precision(name, channels, hidden):
    engine, rules = engine_called(name), [random_rule(channels, hidden, seed) for seed in (1, 2)]
    image = np.random.default_rng(0).random((2, 1, 24, 16), dtype=np.float32)
    fire = masks(7, range(2))

    expected = np.zeros((2, channels, 6, 4))
    expected[:, 0] = image[:, 0].reshape(2, 6, 4, 4, 4).mean(axis=(2, 4))
    for step in range(16):
        expected = plain_step(expected, rules[0], fire(0, step, (6, 4)))
    expected = expected.repeat(4, axis=2).repeat(4, axis=3)
    expected[:, 0] = image[:, 0]
    for step in range(16):
        expected = plain_step(expected, rules[1], fire(1, step, (24, 16)))

    for _, _, state in cascade(engine, rules, image, channels, fire):
        found = cells_of(engine, state, channels)
    assert np.abs(expected).max() > 0.5  # the rules did something
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3 * np.abs(expected).max())


def test_numpy_and_torch_agree_after_every_step_from_the_same_seed():
    engines = [engine_called(name) for name in ENGINES]
    rules = [random_rule(32, 128, seed) for seed in (1, 2)]
    image = np.random.default_rng(1).random((3, 1, 32, 32), dtype=np.float32)
    both = zip(*(cascade(engine, rules, image, 32, masks(3, range(3))) for engine in engines), strict=True)
    steps = 0
    for (level, step, one), (other_level, other_step, other) in both:
        assert (level, step) == (other_level, other_step)
        expected = cells_of(engines[0], one, 32)
        np.testing.assert_allclose(cells_of(engines[1], other, 32), expected, atol=1e-4 * np.abs(expected).max())
        steps += 1
    assert steps == 32


def test_torch_layers_called_as_the_paper_describes_them_agree_with_the_numpy_engine():
    torch = require_torch()
    rule, engine = random_rule(16, 32, 5), make_engine("numpy")
    image = np.random.default_rng(2).random((1, 1, 12, 20), dtype=np.float32)
    conv_a, conv_b = (torch.nn.Conv2d(16, 16, 3, padding=1, padding_mode="reflect") for _ in range(2))
    dense0, dense1 = torch.nn.Linear(48, 32), torch.nn.Linear(32, 16, bias=False)
    weights = {
        conv_a: (rule.conv_a_weight, rule.conv_a_bias),
        conv_b: (rule.conv_b_weight, rule.conv_b_bias),
        dense0: (rule.dense0_weight, rule.dense0_bias),
        dense1: (rule.dense1_weight,),
    }
    for layer, arrays in weights.items():
        for parameter, array in zip(layer.parameters(), arrays, strict=True):
            parameter.data = torch.from_numpy(array)
    state, prepared = engine.seed(image, 16), engine.prepare(rule, 1)
    cells = torch.from_numpy(cells_of(engine, state, 16))
    with torch.no_grad():
        for step in range(20):
            mask = masks(0, [0])(0, step, (12, 20))
            seen = torch.cat([cells, conv_a(cells), conv_b(cells)], 1).permute(0, 2, 3, 1)
            change = dense1(torch.relu(dense0(seen))).permute(0, 3, 1, 2) * torch.from_numpy(mask[:, None])
            cells = torch.cat([cells[:, :1], (cells + change)[:, 1:]], 1)
            state = engine.step(state, prepared, mask)
    expected = cells.numpy()
    np.testing.assert_allclose(cells_of(engine, state, 16), expected, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("name", ENGINES)
def test_the_image_never_changes(name):
    engine, rules = engine_called(name), [random_rule(8, 16, seed) for seed in (1, 2)]
    image = np.random.default_rng(4).random((2, 1, 16, 12), dtype=np.float32)
    for level, _, state in cascade(engine, rules, image, 8, masks(0, range(2))):
        if level == 1:
            np.testing.assert_array_equal(cells_of(engine, state, 8)[:, :1], image)


@pytest.mark.parametrize("name", ENGINES)
def test_only_cells_that_fire_change(name):
    engine, rule = engine_called(name), random_rule(8, 16, 1)
    state = engine.seed(np.random.default_rng(5).random((1, 1, 64, 64), dtype=np.float32), 8)
    before = cells_of(engine, state, 8)
    mask = masks(0, [0])(0, 0, (64, 64))
    after = cells_of(engine, engine.step(state, engine.prepare(rule, 1), mask), 8)
    np.testing.assert_array_equal((after != before).any(axis=1), mask)
    assert 0.45 < mask.mean() < 0.55


@pytest.mark.parametrize("name", ENGINES)
def test_cells_outside_the_active_mask_stay_as_they_were(name):
    engine, rules = engine_called(name), [random_rule(8, 16, seed) for seed in (1, 2)]
    image = np.random.default_rng(6).random((1, 1, 16, 16), dtype=np.float32)
    inside = np.zeros((1, 16, 16), bool)
    inside[:, 4:9, 5:12] = True
    history = [
        cells_of(engine, state, 8)
        for level, _, state in cascade(
            engine, rules, image, 8, masks(0, [0]), active=lambda level, state: inside if level == 1 else None
        )
        if level == 1
    ]
    np.testing.assert_array_equal(history[0][:, :, ~inside[0]], history[-1][:, :, ~inside[0]])
    changed = (history[0] != history[-1]).any(axis=1)
    assert changed[inside].mean() > 0.9


@pytest.mark.parametrize("name", ENGINES)
def test_cells_at_the_border_see_the_mirror_image_without_the_border_repeated(name):
    engine, rule = engine_called(name), random_rule(4, 6, 2)
    image = np.random.default_rng(7).random((1, 1, 4, 5), dtype=np.float32)
    fire = np.ones((1, 4, 5), bool)
    state = engine.seed(image, 4)
    expected = cells_of(engine, state, 4).astype(float)
    prepared = engine.prepare(rule, 1)
    for _ in range(3):
        state = engine.step(state, prepared, fire)
        expected = plain_step(expected, rule, fire)
    np.testing.assert_allclose(cells_of(engine, state, 4), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ENGINES)
def test_a_step_in_which_no_cell_fires_changes_nothing(name):
    engine = engine_called(name)
    state = engine.seed(np.ones((1, 1, 6, 6), np.float32), 8)
    before = cells_of(engine, state, 8)
    after = engine.step(state, engine.prepare(random_rule(), 1), np.zeros((1, 6, 6), bool))
    np.testing.assert_array_equal(cells_of(engine, after, 8), before)


def test_an_engine_that_is_not_there_is_refused_in_words():
    with pytest.raises(MedNCAError, match="no engine 'tpu'"):
        make_engine("tpu")
    with pytest.raises(MedNCAError, match="CPU only"):
        make_engine("numpy", "cuda")


@pytest.mark.parametrize("device", ["nonsense", "gpu", "meta"])
@pytest.mark.parametrize("engine", ["auto", "numpy", "torch"])
def test_a_device_that_does_not_exist_is_refused_in_words(engine, device):
    with pytest.raises(MedNCAError, match=f"no device '{device}'; choose cpu or cuda"):
        make_engine(engine, device)


def test_a_device_that_is_not_there_is_refused_in_words():
    require_torch()
    with pytest.raises(MedNCAError, match="cannot use the device 'cuda:99'"):
        make_engine("auto", "cuda:99")
