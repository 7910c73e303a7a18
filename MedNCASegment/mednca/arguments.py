"""What several commands ask of their arguments, said before the work starts and not after."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from .errors import MedNCAError


def need_folder_of(path: str | Path) -> None:
    """Raises MedNCAError unless a file can be written at this path."""
    if not Path(path).parent.is_dir():
        raise MedNCAError(f"The folder '{Path(path).parent}' does not exist; create it first.")
    if Path(path).is_dir():
        raise MedNCAError(f"'{path}' is a folder; give the name of a file.")
    if not os.access(Path(path).parent, os.W_OK):
        raise MedNCAError(f"The folder '{Path(path).parent}' cannot be written to; give another.")


def need_model_ending(path: str | Path) -> None:
    """Raises MedNCAError unless the path ends as a model file does."""
    if not str(path).endswith(".npz"):
        raise MedNCAError(f"A model file ends in .npz; '{path}' does not.")


def read_text(path: str | Path) -> str:
    """The content of a text file; raises MedNCAError when it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MedNCAError(f"'{path}' cannot be read as a text file; check the path.") from error


def command_line(*without: str) -> str:
    """The command as it was given, for a model's card, some words apart."""
    return shlex.join(["python", "-m", "mednca", *(word for word in sys.argv[1:] if word not in without)])
