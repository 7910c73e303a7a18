"""Trainings small enough for a test: cases, jobs, trainers, and the command in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from core_cases import MODULE, random_volume, require_torch, small_card, write_bright_case
from mednca import Model
from mednca.cases import find_cases, split_cases

require_torch()

from mednca.training.checkpoint import find_checkpoint  # noqa: E402
from mednca.training.finishing import finish  # noqa: E402
from mednca.training.job import Job  # noqa: E402
from mednca.training.parallel import World  # noqa: E402
from mednca.training.plan import Plan  # noqa: E402
from mednca.training.recipe import Recipe  # noqa: E402
from mednca.training.run_folder import RunFolder  # noqa: E402
from mednca.training.trainer import Trainer  # noqa: E402

RECIPE = Recipe(iterations=8, batch=2, patch=6, precision="float32", checkpoint_every=4, validate_every=100)


def write_cases(folder: Path, count: int = 5) -> Path:
    """Cases with a bright box as their label."""
    for number in range(count):
        volume = random_volume(shape=(14 - number % 2, 9, 11), seed=number)
        write_bright_case(folder, f"case_{number}.nii.gz", volume, "imagesTr", "labelsTr")
    return folder


def write_plan(path: Path, recipe: Recipe = RECIPE, card=None) -> Path:
    path.write_text(Plan(card or small_card(), recipe).to_json())
    return path


def trainer_in(folder: RunFolder, data: Path, recipe: Recipe = RECIPE, validation=0.2, card=None, **options) -> Trainer:
    """A trainer that goes on from the folder's checkpoint, if there is one."""
    parts = split_cases(find_cases(data), validation, 0)
    job = Job(Plan(card or small_card(), recipe), *([case.name for case in part] for part in parts))
    return Trainer(job, *parts, folder, kept=find_checkpoint(folder, World("cpu")), **options)


def train(data: Path, path: Path, recipe: Recipe = RECIPE, **options) -> Model:
    """A whole training in this process, or the rest of it."""
    with RunFolder(path) as folder:
        trainer = trainer_in(folder, data, recipe, **options)
        return finish(trainer, trainer.run())


def weights(model: Model) -> list[np.ndarray]:
    return [array for rule in model.rules for array in rule.arrays().values()]


def same_weights(one: Model, other: Model) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(weights(one), weights(other), strict=True))


def read_log(workdir: Path) -> list[dict]:
    """The lines of a log, without what depends on the clock."""
    lines = [json.loads(line) for line in (workdir / "log.jsonl").read_text().splitlines()]
    return [{name: value for name, value in line.items() if not name.startswith("seconds")} for line in lines]


def status_of(workdir: Path) -> dict:
    return json.loads((workdir / "status.json").read_text())


def command(data: Path, model: Path, *arguments: str | Path) -> list[str]:
    line = [sys.executable, "-m", "mednca", "train", "--data", data, "-o", model, "--device", "cpu", *arguments]
    return [str(word) for word in line]


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(MODULE), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def start(data: Path, model: Path, *arguments: str | Path) -> subprocess.Popen:
    line = command(data, model, *arguments)
    return subprocess.Popen(line, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(data: Path, model: Path, *arguments: str | Path) -> subprocess.CompletedProcess:
    line = command(data, model, *arguments)
    return subprocess.run(line, env=environment(), capture_output=True, text=True, timeout=300)


def wait_for_iteration(process: subprocess.Popen, workdir: Path, iteration: int) -> None:
    """Wait until the log has lines of the iterations before this one."""
    deadline = time.monotonic() + 240
    while not (workdir / "log.jsonl").exists() or _last_iteration(workdir / "log.jsonl") < iteration // 10 * 10:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline, f"iteration {iteration} was not reached"
        time.sleep(0.002)


def _last_iteration(log: Path) -> int:
    # The last line may be half-written.
    lines = log.read_text().split("\n")[:-1]
    return json.loads(lines[-1])["iteration"] if lines else 0


def wait_for_state(process: subprocess.Popen, workdir: Path, state: str, timeout: float = 120.0) -> None:
    """Wait until the process has written a state; raises AssertionError when it ends before, or never does."""
    deadline = time.monotonic() + timeout
    while True:
        if (workdir / "status.json").exists():
            status = status_of(workdir)
            if (status["pid"], status["state"]) == (process.pid, state):
                return
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline, f"no state '{state}'"
        time.sleep(0.005)
