"""A process of its own that works in one folder, and neither needs this Slicer nor ends with it."""

import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Protocol

import mednca
from mednca import MedNCAError, process
from mednca.writing import replacing
from slicer.i18n import tr as _

from .run_files import readJson

PROGRAM = ("-m", "mednca")  # what Slicer's Python runs
STOP = "stop"  # the file that asks a process to end
QUIET = 3.0  # seconds without news after which the system is asked whether the process is still there
AGAIN = 1.0  # seconds until it is asked again


class RunState(Enum):
    """How a process stands."""

    NONE = "none"  # the folder has none
    STARTING = "starting"  # there is a process, and it has said nothing yet
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    FAILED = "failed"  # and it has said why
    GONE = "gone"  # the process has ended, or was ended, without saying why

    @property
    def isLive(self) -> bool:
        return self in (RunState.STARTING, RunState.RUNNING)


ENDED = ("paused", "finished", "failed")  # states after which the process ends by itself


class Said(Protocol):
    """What a process says of itself, now and then."""

    state: str
    updated: float  # seconds since the epoch


class FolderProcess:
    """The process that works in one folder, whoever has started it and when.

    process.json, beside the files that the process writes itself, holds what is needed to find it again and to start it
    once more: id and start of what was started here (in an installed Slicer that is a launcher, and what works is its
    child), when that was asked for, and the command line.
    """

    STATUS = "status.json"  # the file in which the process says how it stands, who it is and since when

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._child = None  # when it was started from here: asked for its exit code, lest it stays as a zombie
        self._asked, self._answer = float("-inf"), False  # when the system was asked for the process, and what it said
        self._gone: list | None = None  # ids and starts of processes that have ended
        self._ended = 0.0  # when they were ended from here

    def pause(self) -> None:
        """Ask the process to keep what it has done and to end; it does so at the next good moment.

        Raises:
            MedNCAError: the folder cannot be written to.
        """
        try:
            (self.folder / STOP).touch()
        except OSError as error:
            raise self._cannotWrite(error) from error

    def end(self) -> bool:
        """End the process and its children now, without asking it; whether they are gone.

        What it has done since it last kept something is lost.
        """
        gone = [process.end_with_children(pid, started) for pid, started in self._identities()]
        self._asked, self._ended = float("-inf"), time.time()
        self._remove(STOP)
        return all(gone)

    def arguments(self) -> list[str]:
        """The command line that the run was started with, after `python -m mednca`."""
        arguments = (readJson(self.folder / "process.json") or {}).get("arguments")
        return [str(one) for one in arguments] if isinstance(arguments, list) else []

    def isStopping(self) -> bool:
        """Whether it was asked to end and has not done so yet."""
        return (self.folder / STOP).exists()

    def isAlive(self) -> bool:
        """Whether the process is there."""
        if self._child is not None:
            self._child.poll()
        identities = self._identities()
        self._asked = time.monotonic()
        self._answer = any(process.alive(pid, started) for pid, started in identities)
        self._gone = None if self._answer else identities
        return self._answer

    def isOver(self) -> bool:
        """Whether the process has gone after it has said that it ends; until then another one cannot be started."""
        return not self._isStillThere(0.0)

    def state(self, status: Said | None) -> RunState:
        """How the process stands.

        Args:
            status: what it says of itself.
        """
        asked = (readJson(self.folder / "process.json") or {}).get("asked")
        asked = asked if isinstance(asked, int | float) else 0.0
        if status is not None and status.updated < asked:
            status = None  # left behind by an earlier process
        if status is None:
            if not asked:
                return RunState.NONE
            return RunState.STARTING if self._isStillThere(0.0) else RunState.GONE
        if status.state in ENDED:
            return RunState(status.state)
        return RunState.RUNNING if self._isStillThere(status.updated) else RunState.GONE

    def _isStillThere(self, updated: float) -> bool:
        """Whether the process is there; the system is asked only now and then, and only when there is no news."""
        if self._identities() == self._gone:
            return False
        # News from the future are those of a clock that has been set back since.
        if 0.0 <= time.time() - updated < QUIET and updated > self._ended:
            return True
        return self.isAlive() if time.monotonic() - self._asked > AGAIN else self._answer

    def _identities(self) -> list[tuple[int, float]]:
        """Process ids with their starts: of what was started, and of what works."""
        found = []
        for name, keys in (("process.json", ("pid", "started")), (self.STATUS, ("pid", "process_started"))):
            content = readJson(self.folder / name) or {}
            pid, started = (content.get(key) for key in keys)
            if isinstance(pid, int) and isinstance(started, int | float):
                found.append((pid, float(started)))
        return found

    def _launch(self, arguments: Sequence[str], *more: str) -> None:
        """Start `python -m mednca` with these arguments; `more` are not kept for another time."""
        self._remove(STOP)
        asked = time.time()
        command = [slicerPython(), *PROGRAM, *arguments, *more]
        self._child = process.start_detached(command, self.folder, self.folder / "output.txt", environment())
        self._asked, self._gone = float("-inf"), None
        record = {
            "pid": self._child.pid,
            "started": process.started_at(self._child.pid) or asked,  # it may have ended already
            "asked": asked,
            "arguments": list(arguments),
        }
        try:
            with replacing(self.folder / "process.json") as temporary:
                temporary.write_text(json.dumps(record, indent=1), encoding="utf-8")
        except MedNCAError:
            # It could not be found again.
            process.end_with_children(record["pid"], record["started"])
            raise

    def _remove(self, name: str) -> None:
        try:
            (self.folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise self._cannotWrite(error) from error

    def _cannotWrite(self, error: OSError) -> MedNCAError:
        return MedNCAError(
            _("The folder '{folder}' cannot be written to ({reason}); check the disk.").format(
                folder=self.folder, reason=error.strerror or error
            )
        )


def slicerPython() -> str:
    """The program that runs Python as this Slicer does, with the packages that are installed in it.

    Raises:
        MedNCAError: there is none.
    """
    # A launcher that sets the environment up; Slicer has it on its PATH.
    python = shutil.which("PythonSlicer") or sys.executable
    if not python:
        raise MedNCAError(_("Slicer's Python (PythonSlicer) was not found; install Slicer again."))
    return python


def environment() -> dict[str, str]:
    """The environment variables of such a process: Slicer's own, and the core can be imported."""
    core = str(Path(mednca.__file__).resolve().parent.parent)
    paths = [core, *filter(None, [os.environ.get("PYTHONPATH")])]
    # The output is read while it is written, and as UTF-8 everywhere.
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
