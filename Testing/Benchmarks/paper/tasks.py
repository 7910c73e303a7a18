"""What is segmented: the paper's two tasks, and how their slices are taken."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Task:
    """One data set of the paper."""

    name: str
    label: str  # all labelled voxels count as this one structure
    plane: str
    cells: tuple[int, int]  # rows and columns that slices are resized to
    steps: int  # of an automaton, a level
    split: Path | None  # file of the fixed split; None: drawn from whatever cases there are


HIPPOCAMPUS = Task(
    "hippocampus", "Hippocampus", "coronal", (64, 64), 16, Path(__file__).with_name("hippocampus-split.json")
)
# The Decathlon's Task05 and NCI-ISBI 2013 in one folder; steps as in the authors' prostate model.
PROSTATE = Task("prostate", "Prostate", "axial", (256, 256), 64, None)
TASKS = {task.name: task for task in (HIPPOCAMPUS, PROSTATE)}
