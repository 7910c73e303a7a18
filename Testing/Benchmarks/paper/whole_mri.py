"""How long a whole MRI takes (paper, section 5.1): the sample of a hippocampus, and a scan of a prostate's size.

Med-NCA runs by the core's segmenter, on a CPU with NumPy and on a GPU with PyTorch; the UNet on the same slices. The
weights are random, which does not matter for time.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from common import SAMPLE, clinical_volume
from mednca import read_volume

from . import results
from .rows import BY_NAME, hippocampus_card

NAME = "whole-mri"
PROSTATE_CELLS, PROSTATE_STEPS = (256, 256), 64  # as in the paper and the authors' prostate model


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

    def hippocampus(row: str):
        return lambda device: (BY_NAME[row].make(0).to(device).eval(), read_volume(SAMPLE))

    def prostate(row: str):
        def make(device: str):
            candidate = BY_NAME[row].make(0).to(device).eval()
            levels = tuple((level.scale, PROSTATE_STEPS) for level in candidate.card.levels)
            card = hippocampus_card("prostate", levels=levels)
            candidate.card = replace(card, input=replace(card.input, plane="axial", size=PROSTATE_CELLS))
            return candidate, clinical_volume()[0]

        return make

    return [
        (scan, row, make(row))
        for scan, make in (("hippocampus", hippocampus), ("prostate", prostate))
        for row in ("med-nca", "unet")
    ]
