"""The NumPy engine: computes only the cells that fire, in blocks that fit the cache."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..rule import Rule, fold

# Cells a block: 2048 neighbourhoods of 9 x 32 float32 are 2.4 MB, which stays in the cache of one core.
BLOCK_BYTES = 2_400_000


@dataclass(frozen=True)
class PreparedRule:
    """A folded rule as the engine multiplies it: kernel [9n, h] in neighbour order, bias [h], dense1 [h, n-x]."""

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

    def prepare(self, rule: Rule, image_channels: int) -> PreparedRule:
        kernel, bias, dense1 = fold(rule, image_channels, lambda arrays: np.stack(arrays, axis=-1))
        hidden, channels = kernel.shape[:2]
        kernel = kernel.transpose(2, 3, 1, 0).reshape(9 * channels, hidden)
        return PreparedRule(*(np.ascontiguousarray(array, np.float32) for array in (kernel, bias, dense1.T)))

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
        neighbours = np.empty((min(block, firing.size), 9, channels), np.float32)
        hidden = np.empty((min(block, firing.size), rule.bias.size), np.float32)
        change = np.empty((firing.size, rule.dense1.shape[1]), np.float32)
        for start in range(0, firing.size, block):
            here = firing[start : start + block]
            n = here.size
            # mode="clip" spares a second buffer; every index lies inside, as padding never fires.
            np.take(cells, here[:, None] + around, axis=0, out=neighbours[:n], mode="clip")
            h = np.matmul(neighbours[:n].reshape(n, -1), rule.kernel, out=hidden[:n])
            h += rule.bias
            np.maximum(h, 0, out=h)
            np.matmul(h, rule.dense1, out=change[start : start + n])
        cells[firing, channels - change.shape[1] :] += change
        _reflect(padded)
        return state

    def channels(self, state: CellState, first: int, count: int) -> np.ndarray:
        """Copy of `count` channels from `first` on: float32 [slice, channel, row, column]."""
        return np.moveaxis(state.inner[..., first : first + count], -1, 1).copy()

    def _set_image(self, state: CellState, image: np.ndarray) -> None:
        state.inner[..., : image.shape[1]] = np.moveaxis(image, 1, -1)
        _reflect(state.padded)


def _reflect(padded: np.ndarray) -> None:
    """Refresh the padding: the cell beyond the border mirrors the one inside it, the border cell not repeated."""
    padded[:, 0] = padded[:, 2]
    padded[:, -1] = padded[:, -3]
    padded[:, :, 0] = padded[:, :, 2]
    padded[:, :, -1] = padded[:, :, -3]
