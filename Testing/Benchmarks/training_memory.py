"""What training takes in memory: against the plain formulation, for whole slices of 256 x 256 cells, and as estimated.

Each setting runs in a process of its own. Its activations are how far its resident memory rises in one iteration of
forward, backward and optimiser after a tiny one has brought in the libraries. Targets: a third of the plain
formulation's and, with recomputation, a tenth; below 2 GB for the whole process on whole slices of 256 x 256 cells with
64 steps on both levels, recomputing where the estimate says that it is needed. The estimates are those that a plan is
made with. Needs Linux, whose kernel says what the peak was.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from common import arguments, finish, set_threads

THREADS = set_threads()
PLAIN_THIRD, PLAIN_TENTH, WHOLE_GB = 3.0, 10.0, 2.0
PATCHED, PATCHES = "128 x 128, batch 4, patch 64, 64 steps", ((128, 128), 64)


def worker(setting: dict) -> dict:
    """Run one iteration of a setting in this process; bytes."""
    import ctypes
    import gc

    import torch
    from mednca.training.memory import estimate_bytes
    from mednca.training.recipe import Recipe
    from training_common import Iteration, made_card, made_slices

    torch.set_num_threads(THREADS)
    fixed = {"random_steps": 0.0, "precision": setting["precision"], "recompute": setting["recompute"]}
    card, cells = made_card(setting["steps"], tuple(setting["scales"])), tuple(setting["cells"])
    recipe = Recipe(batch=setting["batch"], patch=setting["patch"], **fixed)
    iteration = Iteration(setting["plain"], card, recipe, made_slices(cells, 4))
    tiny = made_card(2, tuple(setting["scales"]))
    Iteration(setting["plain"], tiny, Recipe(batch=1, patch=8, **fixed), made_slices((16, 16), 1))()
    iteration.batches.next(torch.Generator())
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = resident("VmRSS")
    iteration()
    estimated = estimate_bytes(card, recipe, cells)
    return {"activations": resident("VmHWM") - before, "peak": resident("VmHWM"), "estimated": estimated}


def resident(name: str) -> int:
    """A figure of this process from the kernel, in bytes."""
    return 1024 * int(Path("/proc/self/status").read_text().split(name + ":")[1].split()[0])


def measure(size, batch: int, patch: int, *, plain=False, precision="float32", recompute=False, scales=(4, 1)) -> dict:
    """Figures of one setting from a fresh process."""
    (cells, steps) = size
    setting = {"cells": cells, "steps": steps, "batch": batch, "patch": patch, "scales": scales}
    setting |= {"plain": plain, "precision": precision, "recompute": recompute}
    command = [sys.executable, __file__, "--threads", str(THREADS), "--worker", json.dumps(setting)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return {**setting, **json.loads(done.stdout.splitlines()[-1])}


def named(precision: str, recompute: bool) -> str:
    return precision + (", recomputed" if recompute else "")


def main() -> None:
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--worker", metavar="JSON", help="measure this one setting in this process")
    options = parser.parse_args()
    if options.worker:
        print(json.dumps(worker(json.loads(options.worker))))
        return
    if not Path("/proc/self/clear_refs").exists():
        print("Only Linux tells the peak of a part of a process's life; nothing is measured here.")
        return
    import torch
    from mednca.training.memory import recipe_that_fits
    from mednca.training.recipe import Recipe
    from mednca.training.step import native_precision
    from training_common import PROSTATE, made_card

    native = native_precision(torch.device("cpu"))
    rows, found = [], []

    def note(name: str, said: str, *measured: dict) -> None:
        rows.append((name, said))
        found.extend({"name": name, **one} for one in measured)

    def megabytes(one: dict) -> str:
        return f"{one['activations'] / 1e6:.0f} MB"

    precisions = dict.fromkeys((native, "float32"))
    plain = measure(PATCHES, 4, 64, plain=True)
    note(f"{PATCHED}: plain", f"activations {megabytes(plain)}", plain)
    for precision in precisions:
        for recompute, target in ((False, PLAIN_THIRD), (True, PLAIN_TENTH)):
            one = measure(PATCHES, 4, 64, precision=precision, recompute=recompute)
            ratio = plain["activations"] / one["activations"]
            note(
                f"{PATCHED}: {named(precision, recompute)}",
                f"{megabytes(one)}, 1/{ratio:.1f} of plain (target 1/{target:g})",
                one,
            )

    for precision in precisions:
        wish = Recipe(batch=1, patch=256, precision=precision, random_steps=0.0)
        recompute = recipe_that_fits(made_card(PROSTATE[1]), wish, PROSTATE[0], WHOLE_GB).recompute
        whole = measure(PROSTATE, 1, 256, precision=precision, recompute=recompute)
        note(
            f"256 x 256 whole, two levels of 64 steps: {named(precision, recompute)}",
            f"process {whole['peak'] / 1e9:.2f} GB (target {WHOLE_GB:g}), activations {megabytes(whole)}",
            whole,
        )

    # The paper's claim, both as it is written plainly.
    one_level = measure(PROSTATE, 1, 256, plain=True, scales=(1,))
    patch = measure(((64, 64), 64), 1, 64, plain=True, scales=(1,))
    two_levels = measure(PROSTATE, 1, 64, plain=True)
    note("256 x 256, plain: one level at full size", megabytes(one_level), one_level)
    for name, one in (("patch of 64 x 64, one level of it", patch), ("patch of 64 x 64, two levels", two_levels)):
        ratio = one_level["activations"] / one["activations"]
        note(f"256 x 256, plain: {name}", f"{megabytes(one)}, 1/{ratio:.1f} of one level at full size", one)

    ratios = [one["estimated"] / one["peak"] for one in found if not one["plain"]]
    note("estimated over measured peak", f"{min(ratios):.2f} to {max(ratios):.2f} over {len(ratios)} settings")
    finish(rows, {"threads": THREADS, "native": native, "settings": found}, options.json)


if __name__ == "__main__":
    main()
