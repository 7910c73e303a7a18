"""Figure 4, the smallest computer: seconds a slice and peak memory by image size, and how far 512 MB of data go.

The paper's device, a Raspberry Pi B+, has 512 MB of memory; here it is stood in for by a limit on the data that a
process may hold, which says what fits and nothing about how fast that device is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from common import REPOSITORY, THREAD_VARIABLES

from . import results

NAME = "smallest"
SIDES = (32, 64, 128, 192, 256, 320, 384, 512, 768, 1024)
METHODS = {
    "numpy": "Med-NCA, NumPy engine",
    "torch": "Med-NCA, plain PyTorch",
    "unet": "UNet",
}
STEPS = 64  # a level, as in the authors' model for large slices
LIMIT_MB, LIMIT_STEPS = 512, 2  # what is held does not depend on the number of steps


def measure(into: Path, command: str, sides: tuple[int, ...] = SIDES, methods: Iterable[str] = METHODS) -> None:
    """Measure what is missing and write the result after every measurement."""
    result = results.read(NAME, into) or {"steps": STEPS, "limit_mb": LIMIT_MB, "measured": []}
    done = {(one["method"], one["side"]) for one in result["measured"]}
    for method in methods:
        for side in sides:
            if (method, side) in done:
                continue
            found = {"method": method, "side": side, **(worker(method, side, STEPS) or {})}
            found["fits"] = worker(method, side, LIMIT_STEPS, LIMIT_MB) is not None
            print(json.dumps(found), flush=True)
            result["measured"].append(found)
            result.update(results.provenance(command))
            results.write(NAME, result, into)


def worker(method: str, side: int, steps: int, limit_mb: int | None = None) -> dict[str, Any] | None:
    """One measurement by :mod:`paper.smallest_worker` on one core; None where memory does not suffice."""
    words = [method, str(side), str(steps)] + ([] if limit_mb is None else [str(limit_mb)])
    done = subprocess.run(
        [sys.executable, "-m", "paper.smallest_worker", *words],
        cwd=REPOSITORY / "Testing" / "Benchmarks",
        env=os.environ | dict.fromkeys(THREAD_VARIABLES, "1"),
        capture_output=True,
        text=True,
    )
    if done.returncode == 0:
        return json.loads(done.stdout)
    if limit_mb is None or not _short_of_memory(done):
        raise RuntimeError(f"{' '.join(words)} failed:\n{done.stderr}")
    return None


def _short_of_memory(done: subprocess.CompletedProcess) -> bool:
    """Whether a worker ended for want of memory, and not for another reason."""
    signs = ("memoryerror", "bad_alloc", "allocate memory", "memory allocation", "map segment", "could not create a")
    said = done.stderr.lower()
    return done.returncode < 0 or any(sign in said for sign in signs)
