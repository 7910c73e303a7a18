"""The fixed split of the hippocampus cases; hippocampus-split.json holds it.

Validation cases are those of the shipped model, which have been looked at while its recipe was made. Test cases are
drawn from the others; each row of the table is measured on them once, in its last step.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mednca.cases import Case, find_cases
from mednca.errors import MedNCAError

FILE = Path(__file__).with_name("hippocampus-split.json")
SEED, TEST_CASES = 5, 36
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


def load_split(path: Path = FILE) -> Split:
    """The split of a file."""
    return Split(**json.loads(path.read_text(encoding="utf-8")))


def fingerprint(path: Path = FILE) -> str:
    """SHA-256 of a split file, by which results say what they were measured on."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


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
