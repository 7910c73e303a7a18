"""The work folder of a training: what it writes there while it runs, for whoever watches, and for going on later.

plan.json      the plan as used
split.json     names of the cases: "training", "validation", "left_out"
status.json    what it is doing now, see the fields of RunFolder
log.jsonl      a line every few iterations and for each validation; the only file that grows
preview.npz    the automaton's steps on one slice, see mednca.training.preview
checkpoint.pt  everything that is needed to go on
best.npz       the model that is best so far, as any other model file, roughly calibrated
results.json   at the end: the figures of the validation cases, see mednca.evaluation
tensorboard    event files, where TensorBoard is installed
lock           which process trains here
stop           made by whoever wants the training to write a checkpoint and end; it is deleted then

Every file but the log is replaced as a whole, so that a reader never sees half of one. status.json and preview.npz are
for looking at alone: where one cannot be written for a while, because a reader holds it, training goes on without.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..errors import DiskFullError, MedNCAError
from ..process import alive, started_at
from ..writing import leftovers, replacing
from .peak import peak_memory_gb

PLAN, SPLIT, LOG, STATUS = "plan.json", "split.json", "log.jsonl", "status.json"
PREVIEW, CHECKPOINT, BEST, RESULTS = "preview.npz", "checkpoint.pt", "best.npz", "results.json"
STOP, LOCK, TENSORBOARD = "stop", "lock", "tensorboard"
STOP_EARLY = 10.0  # seconds before the process's own start that whoever launched it may ask it to end
STATUS_EVERY = 1.0  # seconds; a change of state is written at once
STATUS_AGAIN = 20.0  # seconds until a status that could not be written is tried again, as each try may take long


class RunFolder:
    """Used as a context manager, which keeps other processes out::

    with RunFolder("model.npz.work") as folder:
        folder.update(state="preparing")
    """

    def __init__(self, path: str | Path, writes: bool = True) -> None:
        """Args:
        path: of the folder, made when it is entered.
        writes: of several processes that train together, one writes; with False nothing is written or locked.
        """
        self.path, self.writes = Path(path), writes
        self._due = 0.0  # when the status is written next
        self._unwritten: set[str] = set()  # files of which it has been said that they cannot be written
        started = started_at(os.getpid())
        self._status: dict[str, Any] = {
            "state": "preparing",
            "message": "",
            "iteration": 0,
            "iterations": None,
            "loss": None,
            "validation_dice": None,
            "best_dice": None,
            "best_iteration": None,
            "seconds": 0.0,
            "seconds_left": None,
            "memory_gb": None,
            "pid": os.getpid(),
            "process_started": time.time() if started is None else started,
            "updated": 0.0,
            "model": "",
        }

    def __enter__(self) -> RunFolder:
        """Raises MedNCAError when the folder cannot be made or another process trains in it."""
        if not self.writes:
            return self
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock()
            self._forget_stop_from_before()
            self._remove_leftovers()
        except OSError as error:
            raise MedNCAError(f"The work folder '{self.path}' cannot be used ({error.strerror}).") from error
        return self

    def _forget_stop_from_before(self) -> None:
        """What was asked of a process before this one does not count; what was asked since this one began does."""
        with suppress(FileNotFoundError):
            if self._file(STOP).stat().st_mtime < self._status["process_started"] - STOP_EARLY:
                self._file(STOP).unlink()

    def __exit__(self, *_: object) -> None:
        if self.writes:
            self._file(LOCK).unlink(missing_ok=True)

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    @property
    def state(self) -> str:
        return self._status["state"]

    def update(self, **changes: Any) -> None:
        """Change fields of the status. It is written at once when the state changes, else at most once a second."""
        new_state = changes.get("state", self.state) != self.state
        self._status.update(changes)
        if not self.writes or not (new_state or time.monotonic() >= self._due):
            return
        self._stamp()
        written = self.show(STATUS, lambda temporary: temporary.write_text(_text(self._status), encoding="utf-8"))
        self._due = time.monotonic() + (STATUS_EVERY if written else STATUS_AGAIN)

    def fail(self, sentence: str) -> None:
        """Say in the status why training failed, even on a full disk."""
        self._status.update(state="failed", message=sentence)
        self._stamp()
        try:
            self.write_json(STATUS, self._status)
        except MedNCAError:
            # A new file has no room; the old one may have, being about as long. Where it has not, the sentence is
            # still said by whoever called this.
            with suppress(OSError), open(self._file(STATUS), "r+", encoding="utf-8") as file:
                file.write(_text(self._status))
                file.truncate()

    def show(self, name: str, write: Callable[[Path], object]) -> bool:
        """Replace a file that is only looked at; one that cannot be written stays as it was, which is said once.

        Args:
            name: of the file.
            write: is given the path to write to.

        Returns:
            Whether it was written.

        Raises:
            DiskFullError: the disk is full, so that a checkpoint would not be written either.
        """
        if not self.writes:
            return False
        try:
            with replacing(self._file(name)) as temporary:
                write(temporary)
        except DiskFullError:
            raise
        except MedNCAError as error:
            if name not in self._unwritten:
                logging.getLogger(__name__).warning("%s Training goes on.", error)
            self._unwritten.add(name)
            return False
        self._unwritten.discard(name)
        return True

    def write_json(self, name: str, content: dict) -> None:
        if self.writes:
            with replacing(self._file(name)) as temporary:
                temporary.write_text(_text(content), encoding="utf-8")

    def log(self, line: dict) -> None:
        """Append a line to the log."""
        if not self.writes:
            return
        try:
            with open(self._file(LOG), "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        except OSError as error:
            # Raised by the same words as for the other files.
            with replacing(self._file(LOG)):
                raise error

    def cut_log(self, iteration: int, validated: int) -> None:
        """Drop what the log has of later than a checkpoint, and what a process that was killed left half-written.

        Args:
            iteration: of the checkpoint.
            validated: iteration of its last validation, whose line it has; that of a later one comes again.
        """
        path = self._file(LOG)
        if not self.writes or not path.exists():
            return
        kept = []
        for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                line = json.loads(text)
                last = iteration if line["validation_dice"] is None else validated
                if line["iteration"] <= last:
                    kept.append(text + "\n")
            except (ValueError, TypeError, KeyError):
                continue
        with replacing(path) as temporary:
            temporary.write_text("".join(kept), encoding="utf-8")

    def stop_requested(self) -> bool:
        """Whether someone has put a file named `stop` here."""
        return self.writes and self._file(STOP).exists()

    def clear_stop(self) -> None:
        if self.writes:
            self._file(STOP).unlink(missing_ok=True)

    def _stamp(self) -> None:
        self._status.update(updated=time.time(), memory_gb=peak_memory_gb())

    def _file(self, name: str) -> Path:
        return self.path / name

    def _remove_leftovers(self) -> None:
        """Delete the temporary files of a process that was killed while it wrote."""
        for name in (PLAN, SPLIT, LOG, STATUS, PREVIEW, CHECKPOINT, BEST, RESULTS):
            for path in leftovers(self._file(name)):
                path.unlink()

    def _lock(self) -> None:
        """Take the folder for this process, also from one that has ended without giving it back."""
        path = self._file(LOCK)
        mine = {"pid": os.getpid(), "process_started": self._status["process_started"], "host": socket.gethostname()}
        while True:
            try:
                with open(path, "x", encoding="utf-8") as file:
                    file.write(json.dumps(mine))
                return
            except FileExistsError:
                self._remove_stale(path)

    def _remove_stale(self, path: Path) -> None:
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return
        owner = _owner(text)
        if owner is None and time.time() - path.stat().st_mtime < 5:
            # Another process is about to write its own.
            time.sleep(0.2)
            return
        if owner is not None and owner["host"] != socket.gethostname():
            raise MedNCAError(
                f"The work folder '{self.path}' is in use on the computer '{owner['host']}'; if nothing trains there"
                f" any more, delete '{path}'."
            )
        if owner is not None and alive(owner["pid"], owner["process_started"]):
            raise MedNCAError(
                f"Another process ({owner['pid']}) trains in the work folder '{self.path}'; stop it first or give"
                " another --workdir."
            )
        # Moved away before it is looked at again, so that of two processes that find it, one removes it.
        moved = path.with_name(f".{LOCK}.{os.getpid()}")
        try:
            os.replace(path, moved)
        except FileNotFoundError:
            return
        if moved.read_text(encoding="utf-8") != text:
            os.replace(moved, path)
        moved.unlink(missing_ok=True)


def _owner(text: str) -> dict | None:
    """Who holds a lock; None when the process that made it was killed before it wrote this."""
    try:
        owner = json.loads(text)
        return {
            "pid": int(owner["pid"]),
            "process_started": float(owner["process_started"]),
            "host": str(owner["host"]),
        }
    except (ValueError, TypeError, KeyError):
        return None


def _text(content: dict) -> str:
    return json.dumps(content, indent=2) + "\n"
