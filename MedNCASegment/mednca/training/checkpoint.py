"""The resumable state of a training as one file, written so that there is always a whole one."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import torch

from ..errors import MedNCAError
from ..writing import replacing
from .parallel import World
from .run_folder import CHECKPOINT, RunFolder

CHECKPOINT_FORMAT = 1


def write_checkpoint(path: str | Path, state: dict[str, Any]) -> None:
    """Write tensors and plain values; when that fails or the process dies, the file is as it was before.

    Raises:
        MedNCAError: the disk is full or cannot be written to.
    """
    # Made in memory first, so that a full disk is met by Python's own writing, which says what happened.
    content = io.BytesIO()
    torch.save({"format": CHECKPOINT_FORMAT, **state}, content)
    with replacing(path) as temporary, open(temporary, "wb") as file:
        file.write(content.getbuffer())
        file.flush()
        # On the disk before it takes the old one's place, for when the power fails.
        os.fsync(file.fileno())


def find_checkpoint(folder: RunFolder, world: World) -> dict[str, Any] | None:
    """The state that the first process finds in a work folder, in all processes; None when there is none.

    Raises:
        MedNCAError: it is damaged or of another version.
    """
    path, content = folder / CHECKPOINT, None
    if world.first and path.exists():
        content = path.read_bytes()
    # An empty file is a damaged one, which a byte in front tells from none.
    found = world.from_first(b"" if content is None else b"\0" + content)
    return read_checkpoint(found[1:], path) if found else None


def read_checkpoint(content: bytes, path: str | Path) -> dict[str, Any]:
    """The state that :func:`write_checkpoint` wrote, its tensors in main memory. Nothing in the file is ever run.

    Args:
        content: of the file.
        path: of the file, for the sentence.

    Raises:
        MedNCAError: it is damaged or of a newer version.
    """
    try:
        state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        found = state["format"]
    except Exception as error:  # damaged files raise many types, KeyError and UnpicklingError among them
        raise MedNCAError(f"The checkpoint '{path}' cannot be read; delete it to start anew.") from error
    if found != CHECKPOINT_FORMAT:
        raise MedNCAError(f"The checkpoint '{path}' is of another version of MedNCA; delete it to start anew.")
    return state
