"""The automaton's steps in training, made to be quick and to keep little.

On a CPU only the cells that fire are computed: their surroundings are gathered, the folded rule is one matrix product,
and its changes are added. What is kept of a step are the changes and, unless they are to be computed again, the hidden
values, both of the firing cells alone and in the precision of the products. States are not kept at all: going
backwards, a step's changes are taken off the state again.

On a GPU, where gathering costs more than it saves, all cells are computed in a compiled step.
"""

from __future__ import annotations

import functools
import math
from importlib.util import find_spec

import torch
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint

from ..engines.torch_engine import fold_tensors, nca_step
from .memory import GROUP_CELLS


def native_precision(device: torch.device) -> str:
    """The precision that the rule's products run fastest in: "bfloat16" where the hardware multiplies it, else
    "float32"."""
    if device.type == "cuda":
        native = torch.cuda.get_device_capability(device) >= (8, 0)
    elif device.type == "cpu":
        # Older PyTorch lacks these questions; float32 is right everywhere.
        asked = (getattr(torch.cpu, f"_is_{name}_supported", None) for name in ("avx512_bf16", "amx_tile"))
        native = any(question is not None and question() for question in asked)
    else:
        native = False
    return "bfloat16" if native else "float32"


def run_steps(
    state: torch.Tensor, rule, image_channels: int, fires: torch.Tensor, dtype: torch.dtype, recompute: bool = False
) -> torch.Tensor:
    """Run steps of one rule, differentiable in the state and the rule.

    Args:
        state: [slice, channel, row, column], float32.
        rule: an object with the tensors of :class:`mednca.rule.Rule`.
        image_channels: the first channels, which stay as they are.
        fires: boolean [step, slice, 1, row, column].
        dtype: precision of the products; states are added up in float32.
        recompute: keep less and compute the hidden values again in the backward pass, which takes about a third longer.

    Returns:
        The state after the last step.
    """
    folded = fold_tensors(rule, image_channels)
    if state.device.type != "cpu":
        return _run_dense(state, tuple(weight.to(dtype) for weight in folded), fires.to(dtype), recompute)
    kernel, bias, dense1 = folded
    hidden, channels = kernel.shape[:2]
    kernel = kernel.permute(2, 3, 1, 0).reshape(9 * channels, hidden)
    dense1 = dense1[:, :, 0, 0].t()
    groups = math.ceil(len(state) / max(1, GROUP_CELLS // (state.shape[2] * state.shape[3])))
    slices = math.ceil(len(state) / groups)
    cells = state.permute(0, 2, 3, 1)
    done = [
        _FiringSteps.apply(some, kernel, bias, dense1, fire, dtype, recompute)
        for some, fire in zip(cells.split(slices), fires.squeeze(2).split(slices, dim=1), strict=True)
    ]
    return torch.cat(done).permute(0, 3, 1, 2)


class _FiringSteps(torch.autograd.Function):
    """Steps of the folded rule on the cells that fire."""

    @staticmethod
    def forward(ctx, state, kernel, bias, dense1, fires, dtype, recompute):
        """state [slice, row, column, n]; kernel [9 n, h], taps row by row; bias [h]; dense1 [h, n];
        fires [step, slice, row, column]."""
        shape = state.shape
        near = _surroundings(shape)
        weights = tuple(weight.to(dtype) for weight in (kernel, bias, dense1))
        state = state.reshape(-1, shape[3]).clone()
        kept = []
        for fire in fires:
            firing, count = _firing(fire)
            hidden = _hidden(_gather(state, near, firing, dtype), weights)
            change = hidden @ weights[2]
            change[count:] = 0
            state.index_add_(0, firing, change.to(state.dtype))
            kept.append((change, None if recompute else hidden))
        ctx.kept, ctx.dtype = kept, dtype
        end = state.view(shape)
        ctx.save_for_backward(end, kernel, bias, dense1, fires)
        return end

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, gradient):
        end, *weights, fires = ctx.saved_tensors
        shape, dtype = end.shape, ctx.dtype
        near = _surroundings(shape)
        sums = [torch.zeros_like(weight) for weight in weights]
        kernel, bias, dense1 = (weight.to(dtype) for weight in weights)
        state = end.reshape(-1, shape[3]).clone()
        gradient = gradient.clone(memory_format=torch.contiguous_format)
        for fire, (change, hidden) in zip(fires.flip(0), reversed(ctx.kept), strict=True):
            firing, count = _firing(fire)
            state.index_add_(0, firing, change.to(state.dtype), alpha=-1)
            seen = _gather(state, near, firing, dtype)
            if hidden is None:
                hidden = _hidden(seen, (kernel, bias))
            of_change = gradient.view(-1, shape[3]).index_select(0, firing).to(dtype)
            of_change[count:] = 0
            of_hidden = torch.ops.aten.threshold_backward(of_change @ dense1.t(), hidden, 0)
            for total, part in zip(
                sums, (seen.t() @ of_hidden, of_hidden.sum(0, dtype=end.dtype), hidden.t() @ of_change), strict=True
            ):
                total += part
            gradient += _spread(of_hidden, kernel, fire, count, end.dtype)
        return gradient, *sums, None, None, None


def _surroundings(shape) -> torch.Tensor:
    """For each cell [slice * row * column, 9] which cells its 3x3 surroundings are, reflected at the border."""
    count, rows, columns, _ = shape

    def line(size: int) -> torch.Tensor:
        places = torch.arange(-1, size + 1, dtype=torch.int32).abs()
        places = torch.where(places < size, places, 2 * (size - 1) - places)
        return places.unfold(0, 3, 1)

    one = line(rows)[:, None, :, None] * columns + line(columns)[None, :, None, :]
    starts = torch.arange(count, dtype=torch.int32) * (rows * columns)
    return (starts[:, None, None] + one.reshape(rows * columns, 9)).reshape(-1, 9)


def _firing(fire) -> tuple[torch.Tensor, int]:
    """Indices of the cells that fire, filled up with zeros to one of few lengths, and how many they are.

    oneDNN makes a program for every new size of a matrix product, which takes longer than the product.
    """
    firing = fire.flatten().nonzero().squeeze(1)
    multiple = 16 * max(1, fire.numel() // 512)
    return F.pad(firing, (0, -len(firing) % multiple)), len(firing)


def _gather(state, near, firing, dtype) -> torch.Tensor:
    """What the firing cells see of the state [cell, n]: [firing, 9 n]."""
    places = near.index_select(0, firing).flatten()
    return state.to(dtype).index_select(0, places).view(len(firing), 9 * state.shape[1])


def _hidden(seen, weights) -> torch.Tensor:
    return torch.addmm(weights[1], seen, weights[0]).relu_()


def _spread(of_hidden, kernel, fire, count: int, dtype: torch.dtype) -> torch.Tensor:
    """The gradient of what the firing cells saw, added up in the cells that they saw it in: [slice, row, column, n].

    Every cell of the grid with a border collects from the up to nine firing cells around it; then the border, which
    mirrors the inside, is folded in.
    """
    slices, rows, columns = fire.shape
    taps = kernel.shape[0]
    seen = of_hidden.new_empty(len(of_hidden) + 1, taps)
    torch.mm(of_hidden, kernel.t(), out=seen[:-1])
    seen[count] = 0  # for cells that do not fire
    number = torch.cumsum(fire.flatten(), 0, dtype=torch.int32).view(fire.shape) - 1
    number = F.pad(torch.where(fire, number, count), (2, 2, 2, 2), value=count) * 9
    around = number.unfold(1, 3, 1).unfold(2, 3, 1).reshape(-1, 9)
    # The cell above and to the left sees this one with its last tap, and so on.
    around = around + torch.arange(8, -1, -1, dtype=torch.int32)
    grid = F.embedding_bag(around, seen.view(-1, taps // 9), mode="sum")
    grid = grid.view(slices, rows + 2, columns + 2, -1).to(dtype)
    grid[:, 2] += grid[:, 0]
    grid[:, rows - 1] += grid[:, rows + 1]
    grid[:, :, 2] += grid[:, :, 0]
    grid[:, :, columns - 1] += grid[:, :, columns + 1]
    return grid[:, 1:-1, 1:-1]


@functools.cache
def _gpu_step():
    """The dense step, compiled where Triton is there (it is not on Windows), so that fewer kernels are launched."""
    return torch.compile(nca_step) if find_spec("triton") else nca_step


def _run_dense(state, folded, fires, recompute: bool) -> torch.Tensor:
    step = _gpu_step() if state.device.type == "cuda" else nca_step
    for fire in fires:
        if recompute:
            state = checkpoint(step, state, folded, fire, use_reentrant=False, preserve_rng_state=False)
        else:
            state = step(state, folded, fire)
    return state
