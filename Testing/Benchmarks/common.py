"""What the benchmarks share: where the core is, volumes of a known size, and how figures are shown."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "MedNCASegment"))

SAMPLE = REPOSITORY / "MedNCASegment" / "Resources" / "SampleData" / "MedNCA_Hippocampus_T1.nii.gz"
PROSTATE = REPOSITORY.parent / "shared" / "data" / "prostate-t2-unlabelled" / "Prostate3T-03-0001.nii.gz"
CLINICAL_SHAPE, CLINICAL_SPACING = (384, 384, 19), (0.5, 0.5, 3.0)
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def arguments(description: str) -> argparse.ArgumentParser:
    """The options of every benchmark. --threads only shows in --help; see :func:`set_threads`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", metavar="FILE", help="also write the figures")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="CPU threads of every library (1)")
    return parser


def set_threads() -> int:
    """Give every numerical library the number of threads of the command line; to be called before they are imported."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--threads", type=int, default=1)
    threads = parser.parse_known_args()[0].threads
    for variable in THREAD_VARIABLES:
        os.environ[variable] = str(threads)
    return threads


def clinical_volume():
    """A volume of 384 x 384 x 19 voxels of 0.5 x 0.5 x 3 mm: the real prostate scan where it is at hand, else noise
    of the same size and type. Returns it and its name."""
    import numpy as np
    from mednca import Volume, read_volume

    if PROSTATE.exists():
        return read_volume(PROSTATE), "prostate T2"
    array = np.random.default_rng(0).integers(0, 1000, CLINICAL_SHAPE).astype(np.uint16)
    return Volume(array, np.diag([*CLINICAL_SPACING, 1.0])), "noise"


def machine() -> dict:
    """What the figures were taken on."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {"processor": _processor(), "cores": os.cpu_count(), "load": load, "python": platform.python_version()}


def finish(rows: list[tuple[str, str]], figures: dict, path: str | None) -> None:
    """Print a table and write the figures."""
    figures = {**figures, "machine": machine()}
    width = max(len(name) for name, _ in rows) + 2
    for name, value in rows:
        print(f"{name:{width}}{value}")
    found = figures["machine"]
    print(f"{'machine':{width}}{found['processor']}, {found['cores']} cores, load {found['load']}")
    if path:
        Path(path).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
