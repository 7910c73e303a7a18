"""The torch engine: the same rule for GPUs, and the differentiable form that training uses."""

from __future__ import annotations

import functools
from types import SimpleNamespace

import numpy as np
import torch
import torch.nn.functional as F

from ..errors import MedNCAError
from ..rule import Rule, fold


def fold_tensors(rule, image_channels: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Folded weights of a rule of tensors, differentiable: kernel [h, n, 3, 3], bias [h], dense1 [n, h, 1, 1].

    The rows of dense1 that belong to the image channels are zero, so that an update leaves the image as it is.
    """
    kernel, bias, dense1 = fold(rule, image_channels, lambda tensors: torch.stack(tensors, dim=-1))
    dense1 = F.pad(dense1, (0, 0, image_channels, 0))
    return kernel.contiguous(memory_format=torch.channels_last), bias, dense1[:, :, None, None]


def nca_step(
    state: torch.Tensor, folded: tuple[torch.Tensor, torch.Tensor, torch.Tensor], fire: torch.Tensor
) -> torch.Tensor:
    """One step of the automaton on all cells, differentiable.

    Args:
        state: [slice, channel, row, column]; kept in its own precision while the rule runs in the weights'.
        folded: from :func:`fold_tensors`, in any floating-point type.
        fire: [slice, 1, row, column], 1 for the cells that fire and 0 for the others, in the weights' type.
    """
    kernel, bias, dense1 = folded
    padded = F.pad(state.to(kernel.dtype), (1, 1, 1, 1), mode="reflect")
    change = F.conv2d(F.relu(F.conv2d(padded, kernel, bias)), dense1)
    return state + (change * fire).to(state.dtype)


def seed_cells(image: torch.Tensor, channels: int) -> torch.Tensor:
    """New cells [slice, channel, row, column] from an image [slice, image channel, row, column]."""
    cells = F.pad(image, (0, 0, 0, 0, 0, channels - image.shape[1]))
    return cells.contiguous(memory_format=torch.channels_last)


def upscale_cells(state: torch.Tensor, factor: int, image: torch.Tensor) -> torch.Tensor:
    """Cells of the next level: states by nearest neighbour, image channels replaced (paper, section 3.3)."""
    finer = F.interpolate(state, scale_factor=factor, mode="nearest")
    return torch.cat([image, finer[:, image.shape[1] :]], dim=1).contiguous(memory_format=torch.channels_last)


def _memory_checked(method):
    """Turn running out of a GPU's memory into a sentence."""

    @functools.wraps(method)
    def checked(*arguments, **named):
        try:
            return method(*arguments, **named)
        except torch.cuda.OutOfMemoryError as error:
            raise MedNCAError(
                "The GPU has too little free memory; close what else uses it or run on the CPU."
            ) from error

    return checked


class TorchEngine:
    """Runs rules with PyTorch; the methods and results are those of :class:`mednca.engines.NumpyEngine`."""

    name = "torch"

    def __init__(self, device: str = "cpu") -> None:
        try:
            self._device = torch.device(device)
            torch.zeros(1, device=self._device).cpu().numpy()
        except (RuntimeError, AssertionError) as error:
            raise MedNCAError(f"PyTorch cannot use the device '{device}' here; choose --device cpu.") from error
        self.device = device
        self.cells_per_batch = 8192 if self._device.type == "cpu" else 1 << 20

    @_memory_checked
    def prepare(self, rule: Rule, image_channels: int):
        tensors = SimpleNamespace(**{name: self._tensor(array) for name, array in rule.arrays().items()})
        return fold_tensors(tensors, image_channels)

    @_memory_checked
    def seed(self, image: np.ndarray, channels: int) -> torch.Tensor:
        return seed_cells(self._tensor(image), channels)

    @_memory_checked
    def upscale(self, state: torch.Tensor, factor: int, image: np.ndarray) -> torch.Tensor:
        return upscale_cells(state, factor, self._tensor(image))

    @_memory_checked
    @torch.no_grad()
    def step(self, state: torch.Tensor, rule, fire: np.ndarray, active: np.ndarray | None = None) -> torch.Tensor:
        mask = fire if active is None else fire & active
        # TF32, the default for convolutions on NVIDIA GPUs, would not agree with the numpy engine to float precision.
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
            return nca_step(state, rule, self._tensor(mask[:, None]))

    def channels(self, state: torch.Tensor, first: int, count: int) -> np.ndarray:
        return state[:, first : first + count].contiguous().cpu().numpy()

    def _tensor(self, array: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(np.array(array, np.float32)).to(self._device)
