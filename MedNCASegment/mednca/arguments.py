"""What several commands ask of their arguments, said before the work starts and not after."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from .cases import Case, pair_files, read_case
from .errors import MedNCAError
from .files import need_library
from .segmenter import Segmenter


def need_folder_of(path: str | Path) -> None:
    """Raises MedNCAError unless a file can be written at this path."""
    if not Path(path).parent.is_dir():
        raise MedNCAError(f"The folder '{Path(path).parent}' does not exist; create it first.")
    if Path(path).is_dir():
        raise MedNCAError(f"'{path}' is a folder; give the name of a file.")
    if not os.access(Path(path).parent, os.W_OK):
        raise MedNCAError(f"The folder '{Path(path).parent}' cannot be written to; give another.")


def need_folder(path: str | Path) -> None:
    """Raises MedNCAError unless files can be written into this folder, which may have to be made first."""
    folder = Path(path)
    # os.path answers for a folder that may not be looked into, too.
    near = next(one for one in (folder, *folder.parents) if os.path.exists(one))
    if not near.is_dir():
        raise MedNCAError(f"'{near}' is a file; give a folder.")
    if not os.access(near, os.W_OK | os.X_OK):
        raise MedNCAError(f"The folder '{near}' cannot be written to; give another.")


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


def labelled_cases(images: str | Path, labels: str | Path, chosen: str | Path | None = None) -> list[Case]:
    """The cases of a folder of images and one of labels.

    Args:
        images, labels: folders, with files of the same names.
        chosen: text file with the names of the cases to take, one a line; None takes all.

    Raises:
        MedNCAError: a folder or file cannot be used, or a case is not there.
    """
    cases = pair_files(images, labels)
    need_readers(cases)
    if not chosen:
        return cases
    wanted = {line.strip() for line in read_text(chosen).splitlines()} - {""}
    missing = wanted - {case.name for case in cases}
    if missing:
        raise MedNCAError(f"There is no case '{sorted(missing)[0]}' in '{images}'.")
    cases = [case for case in cases if case.name in wanted]
    if not cases:
        raise MedNCAError(f"'{chosen}' names no case; write one name a line.")
    return cases


def need_readers(cases: Iterable[Case]) -> None:
    """Raises MedNCAError unless the libraries that read the files of the cases are installed."""
    for case in cases:
        need_library(case.image)
        need_library(case.label)


def need_usable(cases: Iterable[Case], segmenter: Segmenter) -> None:
    """Reads all cases, which takes far less time than segmenting them, so that none ends a long run in its middle.

    Raises:
        MedNCAError: a file cannot be read, image and label do not fit, an image has values that are not finite or a
            size that the segmenter does not take, or a label has values that cannot be those of the model.
    """
    for case in cases:
        try:
            volume, label = read_case(case)
        except MemoryError as error:
            raise MedNCAError(f"There is not enough memory to read '{case.name}'; crop it.") from error
        if volume.array.dtype.kind == "f" and not np.isfinite(volume.array).all():
            raise MedNCAError(f"The image of '{case.name}' has voxels that are not finite numbers; replace them first.")
        try:
            segmenter.cuts(volume)
        except MedNCAError as error:
            raise MedNCAError(f"'{case.name}': {error}") from error
        _need_values(case.name, label, [one.value for one in segmenter.model.card.labels])


def _need_values(name: str, label: np.ndarray, known: list[int]) -> None:
    """Raises MedNCAError unless these are values of a label map: whole numbers from 0 on.

    Some must be the model's own if it has several labels; a model of one label takes every value but 0 for it.
    """
    if label.dtype.kind == "f" and not (np.isfinite(label) & (label == np.rint(label))).all():
        raise MedNCAError(f"The label of '{name}' has values that are not whole numbers; export it as a label map.")
    if label.dtype.kind in "if" and label.size and label.min() < 0:
        raise MedNCAError(f"The label of '{name}' has values below 0; number the labels anew.")
    if len(known) > 1 and label.any() and not np.isin(label, known).any():
        raise MedNCAError(
            f"The label of '{name}' has none of the model's values ({', '.join(map(str, known))}); number its labels as"
            " the model does."
        )


def command_line(*without: str) -> str:
    """The command as it was given, for a model's card, some words apart."""
    return shlex.join(["python", "-m", "mednca", *(word for word in sys.argv[1:] if word not in without)])
