"""How much faster an iteration of training is than the plain formulation: three layers one after the other, all kept.

Both train the same network on the same batches with the same random numbers, on the same number of threads, and take
turns, so that whatever else the machine does disturbs both alike. The figures are medians of the ratios of neighbouring
iterations, in the processor's own precision (the target is 2), in float32 and with recomputation. Last comes
what an artefact of MRI on a slice takes.
"""

from __future__ import annotations

import statistics
import time

from common import arguments, finish, set_threads

THREADS = set_threads()

import torch  # noqa: E402
from mednca.training.artefacts import apply, transforms  # noqa: E402
from mednca.training.recipe import Recipe  # noqa: E402
from mednca.training.step import native_precision  # noqa: E402
from training_common import HIPPOCAMPUS, PROSTATE, Iteration, made_card, made_slices  # noqa: E402

TARGET = 2.0
WARM_UP = 3


def timed(iteration: Iteration) -> tuple[float, float]:
    """Seconds and loss of one iteration."""
    started = time.perf_counter()
    loss = iteration()
    return time.perf_counter() - started, loss


def compare(precision: str, recompute: bool, count: int) -> dict:
    """Medians over pairs of one plain iteration and one of ours."""
    cells, steps = HIPPOCAMPUS
    # The same steps in every iteration, and so small a rate that the two stay the same network but for rounding.
    common = {"random_steps": 0.0, "learning_rate": 1e-5}
    card, slices = made_card(steps), made_slices(cells, 200)
    plain = Iteration(True, card, Recipe(precision="float32", **common), slices)
    ours = Iteration(False, card, Recipe(precision=precision, recompute=recompute, **common), slices)
    pairs = []
    for number in range(WARM_UP + count):
        (plain_s, plain_loss), (ours_s, ours_loss) = timed(plain), timed(ours)
        if abs(plain_loss - ours_loss) > 0.03 * plain_loss:
            raise SystemExit(f"The losses of the two differ: {plain_loss:.4f} and {ours_loss:.4f}.")
        if number >= WARM_UP:
            pairs.append((plain_s, ours_s))
    return {
        "precision": precision,
        "recompute": recompute,
        "pairs": count,
        "plain_ms": 1e3 * statistics.median(one for one, _ in pairs),
        "ours_ms": 1e3 * statistics.median(other for _, other in pairs),
        "ratio": statistics.median(one / other for one, other in pairs),
    }


def artefact_ms(cells: tuple[int, int], repeats: int = 10) -> dict[str, float]:
    """Milliseconds of each artefact on one slice."""
    images, pixel_mm = torch.from_numpy(made_slices(cells, 1).images), torch.ones((1, 2))
    found = {}
    for transform in transforms():
        times = []
        for seed in range(repeats):
            torch.manual_seed(seed)
            started = time.perf_counter()
            apply(images[0], pixel_mm[0].tolist(), transform)
            times.append(time.perf_counter() - started)
        found[type(transform).__name__.removeprefix("Random").lower()] = 1e3 * statistics.median(times)
    return found


def main() -> None:
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=12, help="pairs of iterations to time (12)")
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    native = native_precision(torch.device("cpu"))
    settings = dict.fromkeys([(native, False), (native, True), ("float32", False)])
    found = [compare(*setting, options.pairs) for setting in settings]
    rows = [("iteration", "16 slices of 36 x 52 cells, 16 steps a level, patches of 24 x 24")]
    for one in found:
        name = one["precision"] + (", recomputed" if one["recompute"] else "")
        target = f" (target {TARGET:g})" if one is found[0] else ""
        rows.append(
            (
                name,
                f"{one['ratio']:.2f} times as fast{target}: {one['ours_ms']:.0f} ms, plain float32"
                f" {one['plain_ms']:.0f} ms, median of {one['pairs']} pairs",
            )
        )
    artefacts = {f"{cells[0]} x {cells[1]}": artefact_ms(cells) for cells in (HIPPOCAMPUS[0], PROSTATE[0])}
    for size, kinds in artefacts.items():
        said = ", ".join(f"{name} {ms:.1f} ms" for name, ms in kinds.items())
        rows.append((f"artefact on a slice of {size}", said))
    figures = {"threads": THREADS, "target": TARGET, "native": native, "settings": found, "artefact_ms": artefacts}
    finish(rows, figures, options.json)


if __name__ == "__main__":
    main()
