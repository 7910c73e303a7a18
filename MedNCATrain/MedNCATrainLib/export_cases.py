"""What a training process needs, written into the folder of the run: the cases as files, and the plan."""

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mednca import MedNCAError, Volume
from mednca.files import write_volume
from mednca.training.plan import Plan
from mednca.writing import replacing
from slicer.i18n import tr as _

from .case_list import AnyCase
from .case_reports import reportOf
from .computer import freeBytes
from .stepwise import Stepwise

CASES = "cases"  # folder within that of the run
# A scan is written in one step, and compressing a large one would hold up the window for seconds; a drawing is quick.
IMAGE_ENDING, LABEL_ENDING = ".nii", ".nii.gz"
CHECKPOINTS = 100e6  # bytes that the training itself writes, at most
# Types that every reader of NIfTI files knows; whatever else a volume has becomes one of them.
STORED = (np.uint8, np.int16, np.int32, np.uint16, np.float32)


@dataclass(frozen=True)
class ExportProgress:
    """How many cases are written."""

    done: int
    count: int
    name: str  # of the case under way

    @property
    def fraction(self) -> float:
        return self.done / max(self.count, 1)


class Preparation(Stepwise):
    """Writes cases and plan a step at a time. Cancelled or failed, it leaves nothing behind.

    Attributes:
        folder: of the run.
        arguments: of the training, after `python -m mednca`.
    """

    def __init__(self, folder: Path, cases: dict[str, AnyCase], plan: Plan, heldOut: float) -> None:
        """
        Args:
            folder: does not exist yet, or is empty.
            cases: by name.
            plan: of the training; the labels of its card are learnt.
            heldOut: share of the cases that is kept from training, from 0 to 1.
        """
        self.folder = folder
        # The first of the folders that are made.
        self._made = next((one for one in (*reversed(folder.parents), folder) if not one.exists()), folder / CASES)
        model = folder / f"{plan.card.name}.npz"
        self.arguments = ["train", "--data", str(folder / CASES), "-o", str(model)]
        self.arguments += ["--plan", str(folder / CASES / "plan.json"), "--validation", f"{heldOut:g}"]
        self.arguments += ["--workdir", str(folder)]
        super().__init__(_writing(folder, cases, plan, self._made))

    def discard(self) -> None:
        """Take away what was written, and what a training that could not start has left beside it."""
        for name in ("output.txt", "process.json"):
            with suppress(OSError):
                (self.folder / name).unlink(missing_ok=True)
        _remove(self.folder, self._made)


def _writing(folder: Path, cases: dict[str, AnyCase], plan: Plan, made: Path) -> Iterator[ExportProgress]:
    labels = plan.card.labels
    images, truths = folder / CASES / "imagesTr", folder / CASES / "labelsTr"
    complete = False
    try:
        for one in (images, truths):
            _makeFolder(one)
        for done, (name, case) in enumerate(cases.items()):
            yield ExportProgress(done, len(cases), name)
            for content in case.read(labels):
                if content is None:
                    yield ExportProgress(done, len(cases), name)
            problem = reportOf(content, labels).problem
            if problem:
                raise MedNCAError(f"'{name}': {problem}")
            write_volume(images / f"{name}{IMAGE_ENDING}", _storable(content.volume))
            yield ExportProgress(done, len(cases), name)
            write_volume(truths / f"{name}{LABEL_ENDING}", Volume(content.label, content.volume.affine))
        _writeJson(folder / CASES / "dataset.json", _description(list(cases), plan))
        _writeText(folder / CASES / "plan.json", plan.to_json())
        complete = True
        yield ExportProgress(len(cases), len(cases), "")
    finally:
        if not complete:
            _remove(folder, made)


def checkSpace(folder: Path, needed: int) -> None:
    """Check that the disk has room for a run.

    Args:
        folder: of the run, or one above it.
        needed: bytes of the cases.

    Raises:
        MedNCAError: it has not, or there is no such disk.
    """
    try:
        free = freeBytes(folder)
    except OSError as error:
        raise MedNCAError(_("The folder '{folder}' cannot be used; choose another.").format(folder=folder)) from error
    if free < needed + CHECKPOINTS:
        raise MedNCAError(
            _(
                "The disk is full: {free} GB are free, and the run takes up to {needed} GB; choose another folder."
            ).format(free=f"{free / 1e9:.1f}", needed=f"{(needed + CHECKPOINTS) / 1e9:.1f}")
        )


def _storable(volume: Volume) -> Volume:
    """The volume in a type that every reader knows; float32 where it has another."""
    if volume.array.dtype.type in STORED:
        return volume
    kind = np.uint8 if volume.array.dtype.kind == "b" else np.float32
    return Volume(volume.array.astype(kind), volume.affine)


def _description(names: list[str], plan: Plan) -> dict:
    """The content of dataset.json, in the form of the Medical Segmentation Decathlon."""
    return {
        "name": plan.card.title,
        "licence": plan.card.training.get("data_licence", ""),
        "modality": {"0": plan.card.modality},
        "labels": {"0": "background", **{str(label.value): label.name for label in plan.card.labels}},
        "numTraining": len(names),
        "training": [
            {"image": f"imagesTr/{name}{IMAGE_ENDING}", "label": f"labelsTr/{name}{LABEL_ENDING}"} for name in names
        ],
    }


def _makeFolder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MedNCAError(
            _("The folder '{folder}' cannot be made ({reason}); choose another.").format(
                folder=folder, reason=error.strerror or error
            )
        ) from error


def _remove(folder: Path, made: Path) -> None:
    """Take away the cases of a run, and the folders from `made` on that were made for them and hold nothing else."""
    shutil.rmtree(folder / CASES, ignore_errors=True)
    # The first that somebody else has put something into stays, and with it those above.
    with suppress(OSError):
        for one in (folder, *folder.parents):
            if one.exists() and made in (one, *one.parents):
                one.rmdir()


def _writeJson(path: Path, content: dict) -> None:
    _writeText(path, json.dumps(content, indent=2, ensure_ascii=False))


def _writeText(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")
