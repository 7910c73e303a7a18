"""How much faster one step of the NumPy engine is than the paper's three layers written plainly in PyTorch.

Both take the same cells, weights and fire masks, run on the same number of threads, and take turns, so that whatever
else the machine does disturbs both alike. The figure is the median of the ratios of neighbouring steps.
"""

from __future__ import annotations

import statistics
import time

from common import arguments, finish, set_threads

THREADS = set_threads()

import numpy as np  # noqa: E402
import torch  # noqa: E402
from mednca import make_engine  # noqa: E402
from mednca.fire import fire_mask  # noqa: E402
from mednca.rule import Rule  # noqa: E402

SIDE, CHANNELS, HIDDEN, TARGET = 256, 32, 128, 3.0


class PlainLayers(torch.nn.Module):
    """The paper's update as it is usually written: two convolutions, two dense layers, a mask over all cells."""

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self.conv_a = torch.nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, padding_mode="reflect")
        self.conv_b = torch.nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, padding_mode="reflect")
        self.dense0 = torch.nn.Linear(3 * CHANNELS, HIDDEN)
        self.dense1 = torch.nn.Linear(HIDDEN, CHANNELS, bias=False)
        for parameter, array in zip(self.parameters(), rule.arrays().values(), strict=True):
            parameter.data = torch.from_numpy(array)

    def forward(self, cells: torch.Tensor, fire: torch.Tensor) -> torch.Tensor:
        seen = torch.cat([cells, self.conv_a(cells), self.conv_b(cells)], dim=1).permute(0, 2, 3, 1)
        change = self.dense1(torch.relu(self.dense0(seen))).permute(0, 3, 1, 2) * fire
        return torch.cat([cells[:, :1], (cells + change)[:, 1:]], dim=1)


def main() -> None:
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=24, help="pairs of steps to time (24)")
    options = parser.parse_args()
    torch.set_num_threads(THREADS)

    rng = np.random.default_rng(0)
    arrays = {
        name: (rng.uniform(-1, 1, shape) * 0.05).astype(np.float32)
        for name, shape in Rule.shapes(CHANNELS, HIDDEN).items()
    }
    rule, plain, engine = Rule(**arrays), PlainLayers(Rule(**arrays)), make_engine("numpy")
    image = rng.random((1, 1, SIDE, SIDE), dtype=np.float32)
    state, prepared = engine.seed(image, CHANNELS), engine.prepare(rule, 1)
    cells = torch.from_numpy(engine.channels(state, 0, CHANNELS))
    ratios, numpy_ms, torch_ms = [], [], []
    with torch.no_grad():
        for step in range(options.steps + 3):
            mask = fire_mask((SIDE, SIDE), 0.5, seed=0, run=0, slice_index=0, level=0, step=step)[None]
            fire = torch.from_numpy(mask[:, None].astype(np.float32))
            started = time.perf_counter()
            state = engine.step(state, prepared, mask)
            between = time.perf_counter()
            cells = plain(cells, fire)
            ended = time.perf_counter()
            if step >= 3:  # the first steps warm up
                numpy_ms.append(1e3 * (between - started))
                torch_ms.append(1e3 * (ended - between))
                ratios.append(torch_ms[-1] / numpy_ms[-1])
    difference = float(np.abs(engine.channels(state, 0, CHANNELS) - cells.numpy()).max())
    scale = float(cells.abs().max())
    figures = {
        "side": SIDE,
        "channels": CHANNELS,
        "hidden": HIDDEN,
        "threads": THREADS,
        "steps": options.steps,
        "numpy_ms": statistics.median(numpy_ms),
        "torch_plain_ms": statistics.median(torch_ms),
        "ratio": statistics.median(ratios),
        "ratio_quartiles": statistics.quantiles(ratios, n=4)[::2],
        "target_ratio": TARGET,
        "largest_difference": difference,
        "largest_state": scale,
        "torch": torch.__version__,
        "numpy": np.__version__,
    }
    low, high = figures["ratio_quartiles"]
    rows = [
        ("slice", f"{SIDE} x {SIDE} cells, {CHANNELS} channels, hidden size {HIDDEN}"),
        ("threads", str(THREADS)),
        ("NumPy engine", f"{figures['numpy_ms']:.1f} ms a step"),
        ("plain PyTorch", f"{figures['torch_plain_ms']:.1f} ms a step"),
        ("times faster", f"{figures['ratio']:.2f} (quartiles {low:.2f} to {high:.2f}; target {TARGET:g})"),
        ("largest difference", f"{difference:.1e} of {scale:.2f} after {options.steps + 3} steps"),
    ]
    finish(rows, figures, options.json)


if __name__ == "__main__":
    main()
