"""What is measured so far, in a file, for going on: partial.json in the report's folder."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from ..cases import Case
from ..errors import MedNCAError
from ..model import Model
from ..options import Options
from ..writing import replacing
from .measuring import Overlaps

PARTIAL = "partial.json"
FORMAT = 2
EVERY = 1.0  # seconds between two writings
# What of a card has a part in segmenting; its texts have none.
CARD_FIELDS = ("input", "levels", "channels", "hidden", "further_rules", "fire_rate", "largest_component")


class Partial:
    """What was measured with the same model, seed and runs, mirrored or not, on the same files; the rest is forgotten.

    `found` is for :class:`mednca.report.measuring.Measurement`; `note` is one sentence that says why something that is
    in the file is measured anew, or empty.
    """

    def __init__(self, folder: Path, model: Model, options: Options, cases: Sequence[Case]) -> None:
        """Raises MedNCAError when the file of a case is not there."""
        self.path, self.note = Path(folder) / PARTIAL, ""
        self.found: Overlaps = {}
        runs, mirrored = options.runs_of(model.card)
        self._same = {
            "format": FORMAT,
            "model": digest(model),
            "seed": options.seed,
            "runs": runs,
            "mirrored": mirrored,
        }
        self._stamps = {case.name: _stamp(case) for case in cases}
        self._due = 0.0
        self._take(self._read())

    def _take(self, content: dict) -> None:
        if not content:
            return
        if {name: content.get(name) for name in self._same} != self._same:
            self.note = (
                "The report begins anew: what was measured before is of another model, seed, number of runs or version"
                " of MedNCA."
            )
            return
        kept, changed = {}, 0
        for name, stamp in self._stamps.items():
            earlier = content["cases"].get(name)
            if earlier is None:
                continue
            if earlier["files"] == stamp:
                kept[name] = earlier["dice"]
            else:
                changed += 1
        self.found = kept
        if changed:
            cases = "1 case is" if changed == 1 else f"{changed} cases are"
            self.note = f"{cases} measured anew, as the files have changed."

    def write_now_and_then(self) -> None:
        """Write the file unless that was done within the last second."""
        if time.monotonic() >= self._due:
            self.write()

    def write(self) -> None:
        """Raises MedNCAError when the file cannot be written."""
        cases = {name: {"files": self._stamps[name], "dice": dice} for name, dice in self.found.items() if dice}
        with replacing(self.path) as temporary:
            temporary.write_text(json.dumps({**self._same, "cases": cases}, allow_nan=False) + "\n", encoding="utf-8")
        self._due = time.monotonic() + EVERY

    def _read(self) -> dict:
        """The file's content; empty where there is none, or something else."""
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError):
            content = None
        if not _is_sound(content):
            self.note = f"The report begins anew, as '{self.path}' cannot be read."
            return {}
        return content


def digest(model: Model) -> str:
    """Tells apart models that segment differently."""
    fields = asdict(model.card)
    labels = [[label.value, label.offset] for label in model.card.labels]
    hashed = hashlib.sha256(json.dumps([labels, *(fields[name] for name in CARD_FIELDS)], sort_keys=True).encode())
    for rule in model.rules:
        for name, array in sorted(rule.arrays().items()):
            hashed.update(name.encode())
            hashed.update(array.tobytes())
    return hashed.hexdigest()


def _stamp(case: Case) -> list[int]:
    """Sizes and times of a case's files."""
    try:
        facts = [path.stat() for path in (case.image, case.label)]
    except OSError as error:
        raise MedNCAError(f"'{error.filename}' cannot be used ({error.strerror}); check the path.") from error
    return [number for one in facts for number in (one.st_size, one.st_mtime_ns)]


def _is_sound(content: object) -> bool:
    """Whether the content is of the shape that :meth:`Partial.write` gives it."""
    cases = content.get("cases") if isinstance(content, dict) else None
    return isinstance(cases, dict) and all(
        isinstance(case, dict)
        and isinstance(case.get("files"), list)
        and isinstance(case.get("dice"), dict)
        and all(
            isinstance(values, list) and all(value is None or isinstance(value, (int, float)) for value in values)
            for values in case["dice"].values()
        )
        for case in cases.values()
    )
