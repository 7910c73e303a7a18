"""Everything that the rows of one run have in common: task, cases, folders, seed and device."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mednca.cases import AnyCase

from . import results
from .split import find_parts, fingerprint, load_split, split_file
from .tasks import HIPPOCAMPUS, Task


@dataclass(frozen=True)
class Study:
    """What rows are trained and measured on, and where that is written."""

    parts: dict[str, list[AnyCase]]  # training, validation and test
    work: Path  # checkpoints, logs and weights, in a folder of the row's name
    into: Path  # results
    split: Path = HIPPOCAMPUS.split  # file that names the cases
    task: Task = HIPPOCAMPUS
    seed: int = 0
    device: str = "cpu"  # of PyTorch

    def provenance(self, command: str) -> dict[str, Any]:
        """Task, split, command, machine and versions, for a result."""
        split = {"file": self.split.name, "sha256": fingerprint(self.split)}
        return {"task": self.task.name, "split": split, **results.provenance(command)}


def study_of(task: Task, data: Path, work: Path, into: Path, seed: int = 0, device: str = "cpu") -> Study:
    """The study of a data folder; a task that is not the hippocampus has folders of its own below the given ones.

    Raises:
        MedNCAError: the data cannot be used, or are not those of the task's split.
    """
    if task is not HIPPOCAMPUS:
        work, into = work / task.name, into / task.name
    split = split_file(task, data, work)
    return Study(find_parts(data, load_split(split)), work, into, split, task, seed, device)
