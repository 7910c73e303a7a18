"""The split of a task's cases: fixed for the hippocampus, by hippocampus-split.json; else drawn once and kept.

Validation cases of the hippocampus are those of the shipped model, which have been looked at while its recipe was made.
Test cases are drawn from the others; each row of the table is measured on them once, in its last step.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from mednca.cases import Case, find_cases
from mednca.errors import MedNCAError
from mednca.writing import replacing

from .tasks import HIPPOCAMPUS, Task

SEED, TEST_CASES = 5, 36
TEST_SHARE, VALIDATION_SHARE = 0.2, 0.15  # of other tasks' cases
SAMPLE = "hippocampus_316"  # the extension's sample scan takes no part in anything
PARTS = ("training", "validation", "test")


@dataclass(frozen=True)
class Split:
    """Names of the cases, sorted."""

    training: list[str]
    validation: list[str]
    test: list[str]
    left_out: list[str]


def draw_split(names: Iterable[str], validation: Iterable[str]) -> Split:
    """Draw the test cases from those that are neither validation cases nor the sample; the rest is trained on."""
    validation = sorted(validation)
    others = sorted(set(names) - set(validation) - {SAMPLE})
    test = sorted(random.Random(SEED).sample(others, TEST_CASES))
    return Split(sorted(set(others) - set(test)), validation, test, [SAMPLE])


def draw_shares(names: Iterable[str]) -> Split:
    """Draw test and validation cases by their shares; at least one of each.

    Raises:
        MedNCAError: there are fewer than three cases.
    """
    names = sorted(names)
    if len(names) < 3:
        raise MedNCAError("There are fewer than three cases: one each to train on, to validate and to test.")
    shuffled = random.Random(SEED).sample(names, len(names))
    test, validation = (max(1, round(share * len(names))) for share in (TEST_SHARE, VALIDATION_SHARE))
    parts = shuffled[test + validation :], shuffled[test : test + validation], shuffled[:test]
    return Split(*map(sorted, parts), [])


def load_split(path: Path = HIPPOCAMPUS.split) -> Split:
    """The split of a file."""
    return Split(**json.loads(path.read_text(encoding="utf-8")))


def fingerprint(path: Path = HIPPOCAMPUS.split) -> str:
    """SHA-256 of a split file, by which results say what they were measured on."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def split_file(task: Task, folder: str | Path, work: Path) -> Path:
    """The file of a task's split; one that is not fixed is drawn from the folder's cases and kept in `work`.

    Raises:
        MedNCAError: the folder cannot be used.
    """
    if task.split is not None:
        return task.split
    path = work / "split.json"
    if not path.exists():
        split = draw_shares(case.name for case in find_cases(folder))
        work.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(asdict(split), indent=1) + "\n", encoding="utf-8")
    return path


def find_parts(folder: str | Path, split: Split) -> dict[str, list[Case]]:
    """The cases of a data folder, by the name of their part.

    Raises:
        MedNCAError: the folder cannot be used, or lacks a case of the split.
    """
    found = {case.name: case for case in find_cases(folder)}
    missing = sorted({name for part in PARTS for name in getattr(split, part)} - set(found))
    if missing:
        raise MedNCAError(f"'{folder}' lacks {len(missing)} cases of the split, such as '{missing[0]}'.")
    return {part: [found[name] for name in getattr(split, part)] for part in PARTS}
