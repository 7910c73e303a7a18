"""The steps of training against the paper's three layers written plainly."""

from types import SimpleNamespace

import pytest
from core_cases import random_rule, require_torch

torch = require_torch()
F = torch.nn.functional

from mednca.engines.torch_engine import fold_tensors  # noqa: E402
from mednca.training import step  # noqa: E402

CHANNELS, HIDDEN = 8, 16
GRIDS = [(1, 2, 2), (1, 2, 5), (3, 2, 2), (3, 7, 4), (4, 12, 13)]  # slices, rows, columns


def setting(grid, fire_rate=0.5, steps=3, image_channels=1):
    """A rule, a state and fire masks, in double precision."""
    generator = torch.Generator().manual_seed(sum(grid))
    count, rows, columns = grid
    arrays = random_rule(CHANNELS, HIDDEN, seed=1).arrays()
    rule = SimpleNamespace(**{name: torch.tensor(a).double().requires_grad_() for name, a in arrays.items()})
    state = torch.rand((count, CHANNELS, rows, columns), generator=generator, dtype=torch.float64)
    fires = torch.rand((steps, count, 1, rows, columns), generator=generator) < fire_rate
    return rule, state.requires_grad_(), image_channels, fires


def plainly(rule, state, image_channels, fires):
    for fire in fires:
        padded = F.pad(state, (1, 1, 1, 1), mode="reflect")
        seen = torch.cat(
            [
                state,
                F.conv2d(padded, rule.conv_a_weight, rule.conv_a_bias),
                F.conv2d(padded, rule.conv_b_weight, rule.conv_b_bias),
            ],
            dim=1,
        )
        hidden = F.relu(F.conv2d(seen, rule.dense0_weight[:, :, None, None], rule.dense0_bias))
        change = F.conv2d(hidden, rule.dense1_weight[:, :, None, None]) * fire
        state = torch.cat([state[:, :image_channels], (state + change)[:, image_channels:]], dim=1)
    return state


def gradients(end, rule, state):
    weights = torch.linspace(-1, 1, end.numel(), dtype=end.dtype).view(end.shape)
    return torch.autograd.grad((end * weights).sum(), [*vars(rule).values(), state])


def check(found, wanted, tolerance):
    for one, other in zip(found, wanted, strict=True):
        one, other = one.detach(), other.detach()
        assert float((one - other).abs().max()) <= tolerance * float(other.abs().max())


@pytest.mark.parametrize("recompute", [False, True])
@pytest.mark.parametrize("grid", GRIDS)
def test_states_and_gradients_are_those_of_the_plain_layers(grid, recompute):
    rule, state, first, fires = setting(grid)
    found = step.run_steps(state, rule, first, fires, torch.float64, recompute)
    wanted = plainly(rule, state, first, fires)
    check([found], [wanted], 1e-12)
    check(gradients(found, rule, state), gradients(wanted, rule, state), 1e-11)


@pytest.mark.parametrize("fire_rate", [0.0, 0.1, 1.0])
def test_any_number_of_cells_may_fire(fire_rate):
    rule, state, first, fires = setting((2, 5, 6), fire_rate)
    found, wanted = step.run_steps(state, rule, first, fires, torch.float64), plainly(rule, state, first, fires)
    check([found], [wanted], 1e-12)
    for one, other in zip(gradients(found, rule, state), gradients(wanted, rule, state), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("recompute", [False, True])
def test_the_dense_form_for_gpus_is_the_same(recompute):
    rule, state, first, fires = setting((2, 6, 5))
    found = step._run_dense(state, fold_tensors(rule, first), fires.double(), recompute)
    wanted = step.run_steps(state, rule, first, fires, torch.float64)
    check([found], [wanted], 1e-12)
    check(gradients(found, rule, state), gradients(wanted, rule, state), 1e-11)


def test_groups_of_slices_do_not_change_what_comes_out(monkeypatch):
    rule, state, first, fires = setting((5, 6, 7))
    whole = step.run_steps(state, rule, first, fires, torch.float64)
    wanted = gradients(whole, rule, state)
    for cells in (1, 90):
        monkeypatch.setattr(step, "GROUP_CELLS", cells)
        parts = step.run_steps(state, rule, first, fires, torch.float64)
        check([parts], [whole], 1e-12)
        check(gradients(parts, rule, state), wanted, 1e-11)


def test_lower_precision_comes_close():
    rule, state, first, fires = setting((2, 12, 12))
    rule = SimpleNamespace(**{name: tensor.detach().float().requires_grad_() for name, tensor in vars(rule).items()})
    state = state.detach().float().requires_grad_()
    found = step.run_steps(state, rule, first, fires, torch.bfloat16)
    wanted = step.run_steps(state, rule, first, fires, torch.float32)
    assert found.dtype == torch.float32
    check([found], [wanted], 0.02)
    for one, other in zip(gradients(found, rule, state), gradients(wanted, rule, state), strict=True):
        assert one.dtype == torch.float32
        assert float((one - other).norm()) < 0.05 * float(other.norm())


def test_image_channels_stay_as_they_are():
    rule, state, _, fires = setting((2, 6, 6), fire_rate=1.0)
    end = step.run_steps(state, rule, 2, fires, torch.float64)
    assert torch.equal(end[:, :2], state[:, :2])
    assert not torch.equal(end[:, 2:], state[:, 2:])


def kept_bytes(recompute: bool, dtype) -> float:
    """Bytes that the graph keeps a cell and step."""
    rule, state, first, fires = setting((1, 32, 32), steps=4)
    state = state.detach().float().requires_grad_()
    end = step.run_steps(state, rule, first, fires, dtype, recompute)
    node = end.grad_fn
    while not hasattr(node, "kept"):
        node = node.next_functions[0][0]
    tensors = [tensor for pair in node.kept for tensor in pair if tensor is not None]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors) / fires.numel()


def test_only_what_firing_cells_need_is_kept():
    # Half of the cells fire; a little more is kept, so that sizes repeat.
    for dtype, width in ((torch.float32, 4), (torch.bfloat16, 2)):
        assert kept_bytes(False, dtype) == pytest.approx(0.5 * width * (CHANNELS + HIDDEN), rel=0.15)
        assert kept_bytes(True, dtype) == pytest.approx(0.5 * width * CHANNELS, rel=0.15)


def test_the_native_precision_is_one_that_training_knows():
    assert step.native_precision(torch.device("cpu")) in ("bfloat16", "float32")
    assert step.native_precision(torch.device("meta")) == "float32"
