"""How far a report is, for whoever watches its folder: progress.json.

    {"state": "running" | "finished" | "stopped" | "failed",
     "done": scans segmented so far, "total": of so many,
     "text": what is measured now, "message": why it failed or was stopped,
     "seconds_left": or null, "updated": in seconds since the epoch,
     "pid", "process_started", "host": which process writes it}

A reader never sees half of the file. It is for looking at alone: where it cannot be written for a while, because a
reader holds it, the report goes on without.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..errors import DiskFullError, MedNCAError
from ..process import alive, started_at
from ..writing import replacing

PROGRESS, STOP = "progress.json", "stop"
RUNNING, FINISHED, STOPPED, FAILED = "running", "finished", "stopped", "failed"
EVERY = 1.0  # seconds
INTERRUPTED = "Stopped; the same command goes on from here."


class ProgressFile:
    """Writes progress.json, and notices a file named `stop` beside it, by which somebody asks to stop."""

    def __init__(self, folder: Path) -> None:
        """Raises MedNCAError when another process makes a report in the folder."""
        self.folder = Path(folder)
        started = started_at(os.getpid())
        self._content: dict[str, Any] = {
            "state": RUNNING,
            "done": 0,
            "total": 0,
            "text": "",
            "message": "",
            "seconds_left": None,
            "pid": os.getpid(),
            "process_started": time.time() if started is None else started,
            "host": socket.gethostname(),
        }
        self._due = 0.0
        self._check_free()

    def show(self, **changes: Any) -> None:
        """Change fields; a new state is written at once, the rest once a second.

        Raises:
            KeyboardInterrupt: somebody has asked to stop.
            DiskFullError: the disk is full.
        """
        new_state = changes.get("state", self._content["state"]) != self._content["state"]
        self._content.update(changes)
        if not new_state and time.monotonic() < self._due:
            return
        if self._content["state"] == RUNNING and (self.folder / STOP).exists():
            raise KeyboardInterrupt
        self._due = time.monotonic() + EVERY
        try:
            self._write()
        except DiskFullError:
            raise
        except MedNCAError:
            return

    @contextmanager
    def told(self) -> Iterator[None]:
        """Write what ends the block; where the folder is not there, nothing is."""
        self._clear_stop()  # meant for a process before this one
        try:
            yield
        except MedNCAError as error:
            self._end(FAILED, str(error))
            raise
        except KeyboardInterrupt:
            self._end(STOPPED, INTERRUPTED)
            raise
        except MemoryError:
            self._end(FAILED, "There is not enough memory for these scans; crop them.")
            raise
        except Exception as error:
            self._end(FAILED, f"The report was ended by an error in the program ({type(error).__name__}: {error}).")
            raise
        finally:
            self._clear_stop()

    def _clear_stop(self) -> None:
        # Where there is no folder, or one that is read-only, writing to it says so.
        with suppress(OSError):
            (self.folder / STOP).unlink(missing_ok=True)

    def _end(self, state: str, message: str) -> None:
        self._content.update(state=state, message=message, seconds_left=None)
        # The sentence is said on the terminal in any case.
        with suppress(MedNCAError):
            self._write()

    def _write(self) -> None:
        self._content["updated"] = time.time()
        with replacing(self.folder / PROGRESS) as temporary:
            temporary.write_text(json.dumps(self._content) + "\n", encoding="utf-8")

    def _check_free(self) -> None:
        try:
            content = json.loads((self.folder / PROGRESS).read_text(encoding="utf-8"))
            state, host = content["state"], content["host"]
            pid, started = int(content["pid"]), float(content["process_started"])
        except (OSError, ValueError, TypeError, KeyError):
            return
        if state == RUNNING and host == socket.gethostname() and pid != os.getpid() and alive(pid, started):
            raise MedNCAError(
                f"Another process ({pid}) makes a report in '{self.folder}'; wait for it, or give another folder."
            )
