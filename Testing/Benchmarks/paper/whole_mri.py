"""How long a whole MRI takes (paper, section 5.1): the sample of a hippocampus, and a scan of a prostate's size.

Med-NCA runs by the core's segmenter, on a CPU with NumPy and on a GPU with PyTorch; the UNet on the same slices. The
weights are random, which does not matter for time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from common import SAMPLE, clinical_volume
from mednca import read_volume

from . import results
from .rows import BY_NAME
from .tasks import HIPPOCAMPUS, PROSTATE, Task

NAME = "whole-mri"


def measure(into: Path, command: str, device: str = "cpu", threads: int = 1) -> None:
    """Measure what is missing for a device and add it to the result."""
    result = results.read(NAME, into) or {"measured": []}
    done = {(one["scan"], one["model"], one["device"]) for one in result["measured"]}
    for scan, model, make in todo():
        if (scan, model, device) in done:
            continue
        candidate, volume = make(device)
        run = {"scan": scan, "model": model, "device": device, "threads": threads, "shape": volume.array.shape}
        run["seconds"] = seconds(candidate, volume, warm_up=device != "cpu")
        print(run, flush=True)
        result["measured"].append({**run, **results.provenance(command)})
        results.write(NAME, result, into)


def seconds(candidate: Any, volume: Any, warm_up: bool) -> float:
    """One segmentation; on a GPU the second, as the first compiles."""
    if warm_up:
        candidate.probability(volume)
    started = time.perf_counter()
    candidate.probability(volume)
    return time.perf_counter() - started


def todo() -> list[tuple[str, str, Any]]:
    """(scan, model, how both are made for a device)."""

    scans = ((HIPPOCAMPUS, lambda: read_volume(SAMPLE)), (PROSTATE, lambda: clinical_volume()[0]))

    def maker(row: str, task: Task, read: Callable[[], Any]):
        return lambda device: (BY_NAME[row].make(0, task).to(device).eval(), read())

    return [(task.name, row, maker(row, task, read)) for task, read in scans for row in ("med-nca", "unet")]
