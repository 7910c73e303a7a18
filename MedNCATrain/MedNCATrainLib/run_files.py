"""What a training run has written into its work folder, read while it goes on writing.

Nothing here waits for anything. A file that is missing, damaged or only half there is no news rather than a problem.
"""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

MOST_AT_ONCE = 1 << 17  # bytes of the log read in one go, so that the window does not notice
TAIL = 1 << 14  # bytes of the output that are shown


@dataclass(frozen=True)
class Status:
    """status.json. Numbers that are not known yet are None."""

    state: str = ""
    message: str = ""
    iteration: int | None = None
    iterations: int | None = None
    loss: float | None = None
    bestDice: float | None = None
    bestIteration: int | None = None
    secondsLeft: float | None = None
    memoryGB: float | None = None
    pid: int | None = None
    processStarted: float | None = None
    updated: float = 0.0
    model: str = ""


@dataclass(frozen=True)
class Preview:
    """preview.npz: the steps of the automaton on one validation slice."""

    image: np.ndarray  # float [row, column], 0 to 1
    truth: np.ndarray  # uint8 [row, column], label values
    labels: np.ndarray  # uint8 [step, row, column], label values
    level: np.ndarray  # [step], from 1
    step: np.ndarray  # [step], from 1 within the level
    facts: dict


@dataclass
class Curves:
    """log.jsonl as columns."""

    iterations: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    validations: list[int] = field(default_factory=list)  # iterations at which the validation cases were segmented
    dice: list[float] = field(default_factory=list)  # mean over labels and cases
    diceByLabel: list[dict[str, float]] = field(default_factory=list)

    def forgetFrom(self, iteration: int) -> None:
        """Drop what a run that was taken up again from an earlier checkpoint does anew."""
        while self.iterations and self.iterations[-1] >= iteration:
            self.iterations.pop(), self.losses.pop()
        while self.validations and self.validations[-1] >= iteration:
            self.validations.pop(), self.dice.pop(), self.diceByLabel.pop()


class RunFiles:
    """Reads one work folder, and only what is new in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.curves = Curves()
        self.preview: Preview | None = None
        self._log = _Place()
        self._previewStamp: tuple | None = None
        self._outputStamp: tuple | None = None
        self._output = ""

    def status(self) -> Status | None:
        """How far the run is; None before it has said so."""
        content = readJson(self.folder / "status.json")
        if content is None or not isinstance(content.get("state"), str):
            return None
        return Status(
            state=content["state"],
            message=content["message"] if isinstance(content.get("message"), str) else "",
            iteration=_whole(content.get("iteration")),
            iterations=_whole(content.get("iterations")),
            loss=_number(content.get("loss")),
            bestDice=_number(content.get("best_dice")),
            bestIteration=_whole(content.get("best_iteration")),
            secondsLeft=_number(content.get("seconds_left")),
            memoryGB=_number(content.get("memory_gb")),
            pid=_whole(content.get("pid")),
            processStarted=_number(content.get("process_started")),
            updated=_number(content.get("updated")) or 0.0,
            model=content["model"] if isinstance(content.get("model"), str) else "",
        )

    def readLog(self) -> bool:
        """Read on in the log, a part of it at most; whether :attr:`curves` have changed."""
        stamp = _stamp(self.folder / "log.jsonl")
        if stamp is None or stamp == self._log.stamp:
            return False
        changed = False
        if stamp[0] != self._log.file or stamp[1] < self._log.offset:
            # Another file: the log was written anew, without what is to be done again.
            self._log = _Place(file=stamp[0])
            changed, self.curves = bool(self.curves.iterations), Curves()
        try:
            with open(self.folder / "log.jsonl", "rb") as stream:
                stream.seek(self._log.offset)
                block = stream.read(MOST_AT_ONCE)
        except OSError:
            return changed
        # What follows the last line end is still being written.
        whole = block[: block.rfind(b"\n") + 1]
        self._log.offset += len(whole)
        isRead = self._log.offset + len(block) - len(whole) >= stamp[1]
        self._log.stamp = stamp if isRead else None
        for line in whole.splitlines():
            changed |= self._take(line)
        return changed

    @property
    def isLogRead(self) -> bool:
        """Whether there is no more of the log to read."""
        return _stamp(self.folder / "log.jsonl") in (None, self._log.stamp)

    def readPreview(self) -> bool:
        """Read the preview if there is a new one; whether :attr:`preview` has changed."""
        path = self.folder / "preview.npz"
        stamp = _stamp(path)
        if stamp is None or stamp == self._previewStamp:
            return False
        try:
            with np.load(path, allow_pickle=False) as content:
                preview = Preview(
                    **{name: content[name] for name in ("image", "truth", "labels", "level", "step")},
                    facts=json.loads(str(content["facts"])),
                )
        except Exception:  # there is no end of what NumPy raises for damaged files
            return False
        self._previewStamp = stamp
        if not _isSound(preview):
            return False
        self.preview = preview
        return True

    def output(self) -> str:
        """The end of what the process has printed."""
        path = self.folder / "output.txt"
        stamp = _stamp(path)
        if stamp == self._outputStamp:
            return self._output
        try:
            with open(path, "rb") as stream:
                stream.seek(max(0, stamp[1] - TAIL) if stamp else 0)
                block = stream.read(TAIL)
        except OSError:
            return self._output
        self._outputStamp = stamp
        if stamp is not None and stamp[1] > TAIL:
            block = block.partition(b"\n")[2]
        # A progress bar goes back to the beginning of its line; only what it has drawn last is still to be read.
        lines = block.decode("utf-8", errors="replace").replace("\r\n", "\n").split("\n")
        self._output = "\n".join(line.rstrip("\r").rpartition("\r")[2].rstrip() for line in lines)
        return self._output

    def _take(self, line: bytes) -> bool:
        try:
            content = json.loads(line)
        except ValueError:
            return False
        iteration = _whole(content.get("iteration")) if isinstance(content, dict) else None
        if iteration is None:
            return False
        loss, dice = _number(content.get("loss")), _number(content.get("validation_dice"))
        curves = self.curves
        # A validation may have a line of its own beside that of its iteration.
        known = iteration == max((*curves.iterations[-1:], *curves.validations[-1:]), default=None)
        curves.forgetFrom(iteration + 1 if known else iteration)
        if loss is not None and curves.iterations[-1:] != [iteration]:
            curves.iterations.append(iteration), curves.losses.append(loss)
        if dice is not None and curves.validations[-1:] != [iteration]:
            byLabel = content.get("dice_by_label")
            named = byLabel.items() if isinstance(byLabel, dict) else ()
            curves.validations.append(iteration), curves.dice.append(dice)
            curves.diceByLabel.append({str(name): value for name, value in named if _number(value) is not None})
        return loss is not None or dice is not None


@dataclass
class _Place:
    """How far a file has been read."""

    file: int = 0  # its identity
    offset: int = 0  # bytes
    stamp: tuple | None = None  # as it was when it was read to the end


def readJson(path: Path) -> dict | None:
    """A JSON object from a file; None when there is none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _stamp(path: Path) -> tuple | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _number(value) -> float | None:
    isNumber = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if isNumber else None


def _whole(value) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _isSound(preview: Preview) -> bool:
    image, truth, labels = preview.image, preview.truth, preview.labels
    steps = len(labels) if labels.ndim == 3 else 0
    return (
        steps > 0
        and image.ndim == 2
        and image.size > 0
        and image.shape == truth.shape == labels.shape[1:]
        and preview.level.shape == preview.step.shape == (steps,)
        and isinstance(preview.facts, dict)
    )
