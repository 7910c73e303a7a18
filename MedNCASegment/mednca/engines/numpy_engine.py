"""The NumPy engine: computes only the cells that fire, in blocks that fit the cache."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from ..rule import Rule, fold

# Cells a block: 2048 neighbourhoods of 9 x 32 float32 are 2.4 MB, which stays in the cache of one core.
BLOCK_BYTES = 2_400_000


@dataclass(frozen=True)
class PreparedRule:
    """A folded rule as the engine multiplies it: kernel [9n, h] in neighbour order, bias [h], dense1 [h, n].

    The columns of dense1 for the image channels are zero, so that an update leaves them as they are.
    """

    kernel: np.ndarray
    bias: np.ndarray
    dense1: np.ndarray


@dataclass
class CellState:
    """States of a batch of slices, [slice, row + 2, column + 2, channel], with one cell of reflected padding around."""

    padded: np.ndarray

    @property
    def inner(self) -> np.ndarray:
        return self.padded[:, 1:-1, 1:-1]


class NumpyEngine:
    """Runs rules with NumPy on the CPU; see :mod:`mednca.cascade` for the loop over steps."""

    name = "numpy"
    device = "cpu"
    cells_per_batch = 8192

    def __init__(self) -> None:
        self._kept = threading.local()  # of each thread: it may run several segmentations at once

    def prepare(self, rule: Rule, image_channels: int) -> PreparedRule:
        kernel, bias, dense1 = fold(rule, image_channels, lambda arrays: np.stack(arrays, axis=-1))
        hidden, channels = kernel.shape[:2]
        kernel = kernel.transpose(2, 3, 1, 0).reshape(9 * channels, hidden)
        dense1 = np.pad(dense1, ((image_channels, 0), (0, 0))).T
        return PreparedRule(*(np.ascontiguousarray(array, np.float32) for array in (kernel, bias, dense1)))

    def seed(self, image: np.ndarray, channels: int) -> CellState:
        """New cells: `image` [slice, image channel, row, column] in their first channels, zero in the others."""
        count, _, rows, columns = image.shape
        state = CellState(np.zeros((count, rows + 2, columns + 2, channels), np.float32))
        self._set_image(state, image)
        return state

    def upscale(self, state: CellState, factor: int, image: np.ndarray) -> CellState:
        """Cells of the next level: states by nearest neighbour, image channels replaced (paper, section 3.3)."""
        inner = state.inner.repeat(factor, axis=1).repeat(factor, axis=2)
        finer = self.seed(image, inner.shape[-1])
        x = image.shape[1]
        finer.inner[..., x:] = inner[..., x:]
        _reflect(finer.padded)
        return finer

    def step(
        self, state: CellState, rule: PreparedRule, fire: np.ndarray, active: np.ndarray | None = None
    ) -> CellState:
        """One step of the automaton, in place.

        Args:
            state: the cells.
            rule: from :meth:`prepare`.
            fire: boolean [slice, row, column], the cells that fire.
            active: boolean [slice, row, column], the cells that may fire at all; None means all.
        """
        padded = state.padded
        count, rows, columns, channels = padded.shape
        cells = padded.reshape(-1, channels)
        mask = np.zeros((count, rows, columns), bool)
        mask[:, 1:-1, 1:-1] = fire if active is None else fire & active
        firing = np.flatnonzero(mask)
        around = np.array([row * columns + column for row in (-1, 0, 1) for column in (-1, 0, 1)])
        block = max(64, BLOCK_BYTES // (9 * channels * 4))
        blocks = [firing[start : start + block] for start in range(0, firing.size, block)]
        change = self._buffer("change", firing.size, channels)
        for index, here in enumerate(blocks):
            n, start = here.size, index * block
            neighbours = self._buffer("neighbours", n * 9, channels)
            # mode="clip" spares a second buffer; every index lies inside, as padding never fires.
            np.take(cells, (here[:, None] + around).ravel(), axis=0, out=neighbours, mode="clip")
            hidden = np.matmul(neighbours.reshape(n, -1), rule.kernel, out=self._buffer("hidden", n, rule.bias.size))
            hidden += rule.bias
            np.maximum(hidden, 0, out=hidden)
            np.matmul(hidden, rule.dense1, out=change[start : start + n])
        # Only now, as every cell has seen its neighbours as they were.
        for index, here in enumerate(blocks):
            state_here = np.take(cells, here, axis=0, out=self._buffer("state", here.size, channels), mode="clip")
            state_here += change[index * block : index * block + here.size]
            cells[here] = state_here
        _reflect(padded)
        return state

    def channels(self, state: CellState, first: int, count: int) -> np.ndarray:
        """Copy of `count` channels from `first` on: float32 [slice, channel, row, column]."""
        return np.moveaxis(state.inner[..., first : first + count], -1, 1).copy()

    def _buffer(self, name: str, rows: int, columns: int) -> np.ndarray:
        """A part of memory that is kept between steps; getting it anew costs more than filling it."""
        kept = getattr(self._kept, name, None)
        if kept is None or kept.size < rows * columns:
            kept = np.empty(rows * columns, np.float32)
            setattr(self._kept, name, kept)
        return kept[: rows * columns].reshape(rows, columns)

    def _set_image(self, state: CellState, image: np.ndarray) -> None:
        state.inner[..., : image.shape[1]] = np.moveaxis(image, 1, -1)
        _reflect(state.padded)


def _reflect(padded: np.ndarray) -> None:
    """Refresh the padding: the cell beyond the border mirrors the one inside it, the border cell not repeated."""
    padded[:, 0] = padded[:, 2]
    padded[:, -1] = padded[:, -3]
    padded[:, :, 0] = padded[:, :, 2]
    padded[:, :, -1] = padded[:, :, -3]
