"""Files that are either complete or not there."""

from __future__ import annotations

import errno
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import DiskFullError, MedNCAError

# Seconds. On Windows a file cannot be replaced while somebody reads it; programs that look for viruses or copy files to
# a server take their time, and a training must not end for that.
READERS = 10.0 if os.name == "nt" else 0.0
FULL = (errno.ENOSPC, errno.EDQUOT)  # no space on the disk, or no more of it for this user


@contextmanager
def replacing(path: str | os.PathLike) -> Iterator[Path]:
    """Give the path of a temporary file beside `path`, and move it there when the block ends well.

    The temporary file keeps the ending of `path` (such as .nii.gz), by which writers choose the format. When the block
    fails, or the process dies, `path` is as it was before.

    Raises:
        DiskFullError: the disk is full.
        MedNCAError: the folder does not exist or cannot be written to.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise MedNCAError(f"The folder '{path.parent}' does not exist; create it first.")
    if path.is_dir():
        raise MedNCAError(f"'{path}' is a folder; give the name of a file.")
    if path.exists() and not path.is_file():
        raise MedNCAError(f"'{path}' is a device, not a file; give the name of a file.")
    path = Path(os.path.realpath(path))  # what a link leads to is written, and the link stays
    temporary = path.with_name(f".{uuid.uuid4().hex[:8]}.{path.name}")
    try:
        try:
            yield temporary
            _replace(temporary, path)
        except OSError as error:
            if error.errno in FULL:
                raise DiskFullError(f"The disk is full: '{path}' cannot be written; free some space.") from error
            raise MedNCAError(f"'{path}' cannot be written ({error.strerror or error}); check the disk.") from error
    finally:
        # Where it cannot be deleted either, as on a disk that is read-only, the sentence about the file itself counts.
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def leftovers(path: Path) -> list[Path]:
    """The temporary files of processes that were killed while they wrote a file."""
    return list(path.parent.glob(f".????????.{path.name}"))


def _replace(temporary: Path, path: Path) -> None:
    deadline = time.monotonic() + READERS
    while True:
        try:
            os.replace(temporary, path)
            return
        except PermissionError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.01)
