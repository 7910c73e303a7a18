"""How long a window would be blocked while a volume is segmented: the time of every pull of the segmenter.

The longest pull is what cancel may have to wait for; the targets are 50 ms on the sample and 100 ms on a volume of
384 x 384 x 19 voxels. Where other programs keep the cores busy, a pull lasts longer than it computes, so the time that
the processor spent on the longest one is shown beside it.
"""

from __future__ import annotations

import time

from common import SAMPLE, arguments, clinical_volume, finish, set_threads

THREADS = set_threads()

import numpy as np  # noqa: E402
from mednca import Options, Segmenter, load_model, read_volume  # noqa: E402


def pulls(segmenter: Segmenter, volume) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds of every pull of one run: by the clock, and of the processor."""
    events, times, computed = segmenter.events(volume), [], []
    while True:
        started, started_computing = time.perf_counter(), time.process_time()
        event = next(events)
        times.append(1e3 * (time.perf_counter() - started))
        computed.append(1e3 * (time.process_time() - started_computing))
        if event.result is not None:
            return np.array(times), np.array(computed)


def main() -> None:
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--model", default="hippocampus", metavar="NAME|FILE")
    options = parser.parse_args()
    model = load_model(options.model)
    clinical, name = clinical_volume()
    cases = {
        "sample": (read_volume(SAMPLE), 50, {}),
        "sample, everything on": (read_volume(SAMPLE), 50, {"record": True, "runs": 2, "largest_component": True}),
        f"384x384x19 ({name})": (clinical, 100, {}),
        f"384x384x19 ({name}), recorded": (clinical, 100, {"record": True, "largest_component": True}),
    }
    rows, figures = [], {"threads": THREADS, "model": model.card.name, "cases": []}
    warm = Segmenter(model, options=Options(steps=1))
    for _ in warm.events(cases["sample"][0]):
        pass
    for title, (volume, target, asked) in cases.items():
        times, computed = pulls(Segmenter(model, options=Options(**asked)), volume)
        longest, typical, high = times.max(), np.median(times), np.percentile(times, 99)
        figures["cases"].append(
            {
                "case": title,
                "options": asked,
                "pulls": len(times),
                "longest_ms": float(longest),
                "longest_processor_ms": float(computed.max()),
                "percentile_99_ms": float(high),
                "median_ms": float(typical),
                "target_ms": target,
                "seconds": float(times.sum() / 1e3),
            }
        )
        rows.append(
            (
                title,
                f"longest {longest:.1f} ms (target {target}; processor {computed.max():.1f} ms),"
                f" 99 % below {high:.1f} ms, median {typical:.1f} ms, {len(times)} pulls, {times.sum() / 1e3:.1f} s",
            )
        )
    finish(rows, figures, options.json)


if __name__ == "__main__":
    main()
