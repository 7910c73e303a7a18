"""Processes that outlive whoever started them: start, recognise and end them, with the standard library alone.

A process id is given to another process once the first has ended, so a process is known by its id together with the
time at which it was started, as the operating system has it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from .errors import MedNCAError

# Seconds. Linux counts from the boot, and its time of that moves with each setting of the clock; it gives an id away
# again only after all others. Windows may do so at once, but knows the time exactly.
SAME_START = 30.0 if sys.platform.startswith("linux") else 2.0
NICENESS = 10  # of processes that are started here; 0 is usual, 19 gives way to all others
ENDING = 5.0  # seconds to wait until processes that were told to end are gone


def started_at(pid: int) -> float | None:
    """When a process was started, in seconds since the epoch; None when it is not running."""
    if pid <= 0:
        return None
    if sys.platform == "win32":
        from .windows_process import creation_time

        return creation_time(pid)
    if sys.platform.startswith("linux"):
        return _started_by_proc(pid)
    return _started_by_ps(pid)


def alive(pid: int, started: float) -> bool:
    """Whether the process that :func:`started_at` was asked about before is still running."""
    found = started_at(pid)
    return found is not None and abs(found - started) <= SAME_START


def start_detached(
    command: Sequence[str | os.PathLike], folder: str | os.PathLike, output: str | os.PathLike, environment: Mapping
) -> subprocess.Popen:
    """Start a process that goes on when its starter ends, however that happens.

    It has no pipe to the starter, is in no console or session of it, and reads nothing. Programs that somebody works
    with go before it and what it starts: its priority is lower than usual.

    Args:
        command: program and arguments.
        folder: where it works.
        output: file that gets its standard output and error, appended.
        environment: its environment variables, all of them.

    Raises:
        MedNCAError: the program, the folder or the file is not there or cannot be used.
    """
    try:
        with open(output, "ab") as stream:
            return _start(
                [os.fspath(part) for part in command],
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
    except OSError as error:
        raise MedNCAError(
            f"'{Path(command[0]).name}' cannot be started in '{folder}' ({error.strerror or error})."
        ) from error


def _start(command: list[str], **options) -> subprocess.Popen:
    if sys.platform != "win32":
        # A session of its own: neither Ctrl+C in a terminal nor closing it reaches the process.
        child = subprocess.Popen(command, start_new_session=True, **options)
        # From here and not in the child, where code between fork and exec may lock up when the starter has threads.
        # It may have ended already, or have a lower priority from its starter, which only root could raise.
        with suppress(ProcessLookupError, PermissionError):
            os.setpriority(os.PRIO_PGRP, child.pid, NICENESS)
        return child
    # An invisible console of its own, which programs that it starts share; without any, each would open a window.
    flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.BELOW_NORMAL_PRIORITY_CLASS
    try:
        # A starter in a job object (of an editor, a remote session, a test runner) may be ended with all of the job.
        return subprocess.Popen(command, creationflags=flags | subprocess.CREATE_BREAKAWAY_FROM_JOB, **options)
    except PermissionError:
        # Not every job lets its processes go.
        return subprocess.Popen(command, creationflags=flags, **options)


def end_with_children(pid: int, started: float) -> bool:
    """End a process and all that it has started, directly or not, at once and without asking them.

    Args:
        pid, started: as :func:`alive` takes them; nothing happens when that process has ended by itself.

    Returns:
        Whether they are gone now.
    """
    if not alive(pid, started):
        return True
    if sys.platform == "win32":
        subprocess.run(
            ["taskkill", "/PID", str(pid), "/T", "/F"],
            capture_output=True,
            check=False,
            creationflags=subprocess.CREATE_NO_WINDOW,
        )
        return _gone([(pid, started)])
    # Each is stopped before the others are looked for, so that it cannot start more of them meanwhile.
    found, stopped = {pid}, set()
    while found - stopped:
        _send(found - stopped, signal.SIGSTOP)
        stopped |= found
        found = _family(pid)
    started_of = [(one, started_at(one)) for one in stopped]
    _send(stopped, signal.SIGKILL)
    return _gone([(one, when) for one, when in started_of if when is not None])


def _send(pids: set[int], which: signal.Signals) -> None:
    for pid in pids:
        # It may have ended just now.
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, which)


def _gone(processes: list[tuple[int, float]]) -> bool:
    """Whether all of them have ended, at the latest after ENDING seconds."""
    deadline = time.monotonic() + ENDING
    while any(alive(pid, started) for pid, started in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _family(pid: int) -> set[int]:
    """A process, all that descend from it, and the group that it leads, if it leads one.

    A child whose own parent has ended no longer descends from it, but is still in the group.
    """
    table = _by_proc() if sys.platform.startswith("linux") else _by_ps()
    family = {pid} | {one for one, (_, group) in table.items() if group == pid}
    while True:
        children = {one for one, (parent, _) in table.items() if parent in family} - family
        if not children:
            return family
        family |= children


# Linux


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/PID/stat from the third on, the state; None when the process is gone."""
    try:
        # The second field, the name, is in brackets and may hold anything, brackets too.
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


def _started_by_proc(pid: int) -> float | None:
    fields = _stat(pid)
    if fields is None or fields[0] in "ZX":
        return None
    boot = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime"))
    return int(boot.split()[1]) + int(fields[19]) / os.sysconf("SC_CLK_TCK")


def _by_proc() -> dict[int, tuple[int, int]]:
    """Parent and group of all processes."""
    read = {int(name): _stat(int(name)) for name in os.listdir("/proc") if name.isdecimal()}
    return {pid: (int(fields[1]), int(fields[2])) for pid, fields in read.items() if fields is not None}


# Other POSIX systems


def _ps(which: Sequence[str], *columns: str) -> str:
    # A title, here none, reaches to the end of its argument, so each column has one of its own.
    command = ["ps", *which, *(part for column in columns for part in ("-o", f"{column}="))]
    # Names of days and months are English in this locale only.
    environment = os.environ | {"LC_ALL": "C"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment).stdout


def _started_by_ps(pid: int) -> float | None:
    state, _, start = _ps(("-p", str(pid)), "stat", "lstart").strip().partition(" ")
    if not state or state.startswith("Z"):
        return None
    return time.mktime(time.strptime(start.strip(), "%a %b %d %H:%M:%S %Y"))


def _by_ps() -> dict[int, tuple[int, int]]:
    """Parent and group of all processes."""
    rows = (line.split() for line in _ps(("-A",), "pid", "ppid", "pgid").splitlines())
    return {int(pid): (int(parent), int(group)) for pid, parent, group in rows}
