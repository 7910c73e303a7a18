"""Labelled cases: pairs of image and label files in a folder or in memory, and their split."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .errors import MedNCAError
from .files import ENDINGS, list_images, read_volume, stem
from .volume import Volume

DESCRIPTION = "dataset.json"
LAYOUTS = (("imagesTr", "labelsTr"), ("images", "labels"))
CHANNEL_SUFFIX = "_0000"  # nnU-Net's name for the first channel of an image
MAX_LABEL = 255


@dataclass(frozen=True)
class Case:
    """One labelled scan on disk."""

    name: str
    image: Path
    label: Path


@dataclass(frozen=True, eq=False)
class ArrayCase:
    """One labelled scan in memory: the image with its geometry, and label values [i, j, k] on its grid."""

    name: str
    volume: Volume
    label: np.ndarray


AnyCase = Case | ArrayCase


@dataclass(frozen=True)
class Dataset:
    """The cases of a folder and what its dataset.json says of them; texts are empty where it says nothing."""

    cases: list[Case]
    labels: dict[int, str] = field(default_factory=dict)  # declared value -> name, background apart; empty: none
    name: str = ""
    modality: str = ""
    reference: str = ""
    licence: str = ""


def find_dataset(folder: str | Path) -> Dataset:
    """The labelled cases of a folder, sorted by name, and what is declared about them.

    A `dataset.json` of the Medical Segmentation Decathlon lists the cases; with one of nnU-Net, or none, they are the
    files of imagesTr and labelsTr, or of images and labels.

    Raises:
        MedNCAError: the folder has no known layout, an image has no label, or dataset.json cannot be used.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise MedNCAError(f"There is no folder '{folder}'; check the path.")
    facts = _read_description(folder / DESCRIPTION)
    cases = _listed_cases(folder, facts["training"]) if facts.get("training") else _paired_cases(folder, facts)
    return Dataset(
        cases,
        _declared_labels(facts.get("labels") or {}),
        _text(facts.get("name")),
        ", ".join(_channels(facts).values()),
        _text(facts.get("reference")),
        _text(facts.get("licence") or facts.get("license")),
    )


def find_cases(folder: str | Path) -> list[Case]:
    """The labelled cases of a folder, sorted by name; layouts and errors as for :func:`find_dataset`."""
    return find_dataset(folder).cases


def pair_files(images: str | Path, labels: str | Path) -> list[Case]:
    """Pair the images of one folder with the labels of another by name.

    Raises:
        MedNCAError: a folder is missing or empty, an image has no label, or two are of the same case.
    """
    label_files = list_images(labels)
    cases: dict[str, Case] = {}
    for name, image in list_images(images).items():
        plain = name.removesuffix(CHANNEL_SUFFIX)
        label = label_files.get(name) or label_files.get(plain)
        if label is None and name[-5:-4] == "_" and name[-4:].isdigit() and name[:-5] in label_files:
            raise MedNCAError(
                f"'{image.name}' is another channel of the case '{name[:-5]}'; MedNCA takes one, so keep one's files."
            )
        if label is None:
            raise MedNCAError(f"The image '{image.name}' has no label of the same name in '{labels}'.")
        if plain in cases:
            raise MedNCAError(f"There are two images of the case '{plain}' in '{images}'; keep one of them.")
        cases[plain] = Case(plain, image, label)
    return list(cases.values())


def read_case(case: AnyCase) -> tuple[Volume, np.ndarray]:
    """Read a case: the image and its label values [i, j, k] on the same grid.

    Raises:
        MedNCAError: a file cannot be read, or image and label lie on different grids.
    """
    image, label = case_volumes(case)
    problem = grid_difference(image, label)
    if problem:
        raise MedNCAError(f"Image and label of '{case.name}' do not fit: {problem}.")
    return image, np.asarray(label.array)


def case_volumes(case: AnyCase) -> tuple[Volume, Volume]:
    """Image and label of a case as they are, without a check that they fit.

    Raises:
        MedNCAError: a file cannot be read.
    """
    if isinstance(case, ArrayCase):
        return case.volume, Volume(np.asarray(case.label), case.volume.affine)
    return read_volume(case.image), read_volume(case.label)


def grid_difference(image: Volume, label: Volume) -> str:
    """How the grid of a label differs from its image's, as a part of a sentence; empty when it does not."""
    sizes = [" x ".join(map(str, volume.array.shape)) for volume in (label, image)]
    if image.array.shape != label.array.shape:
        larger = all(a >= b for a, b in zip(label.array.shape, image.array.shape, strict=True))
        what = "is larger than" if larger else "differs in shape from"
        return f"the label {what} the image ({sizes[0]} against {sizes[1]} voxels); resample it to the image"
    if not np.allclose(image.affine, label.affine, atol=0.05 * float(image.spacing.min())):
        return "image and label lie in different places; check their headers"
    return ""


def leave_out(cases: list[AnyCase], exclude: Iterable[str]) -> list[AnyCase]:
    """The cases without those of the given names, sorted by name.

    Raises:
        MedNCAError: there is no case of such a name.
    """
    excluded = set(exclude)
    missing = excluded - {case.name for case in cases}
    if missing:
        raise MedNCAError(f"There is no case '{sorted(missing)[0]}' to exclude.")
    return _sorted(case for case in cases if case.name not in excluded)


def split_cases(
    cases: list[AnyCase], validation: float, seed: int, exclude: Iterable[str] = ()
) -> tuple[list[AnyCase], list[AnyCase]]:
    """Split cases at random into training and validation, leaving out the excluded names.

    Args:
        cases: from :func:`find_cases`.
        validation: the fraction, from 0 (none) to below 1, to keep from training; if above 0, at least one case.
        seed: of the shuffle; the same names and seed give the same split on every machine.
        exclude: names that take no part.

    Raises:
        MedNCAError: a name to exclude does not exist, or nothing is left to train on.
    """
    left = leave_out(cases, exclude)
    count = max(1, round(validation * len(left))) if validation > 0 else 0
    if len(left) == 1 and count:
        raise MedNCAError(
            f"There is one case only ('{left[0].name}'); add another, so that one is kept for validation."
        )
    if count >= len(left):
        raise MedNCAError("No case is left to train on; add cases or keep fewer for validation.")
    shuffled = random.Random(seed).sample(left, len(left))
    return _sorted(shuffled[count:]), _sorted(shuffled[:count])


def fold_cases(
    cases: list[AnyCase], index: int, count: int, seed: int, exclude: Iterable[str] = ()
) -> tuple[list[AnyCase], list[AnyCase]]:
    """Training and validation cases of fold `index` (from 1) of `count`: every case validates in exactly one fold.

    Args:
        cases, seed, exclude: as for :func:`split_cases`.

    Raises:
        MedNCAError: there is no such fold, there are fewer cases than folds, or a name to exclude does not exist.
    """
    check_fold(index, count)
    left = leave_out(cases, exclude)
    if count > len(left):
        raise MedNCAError(f"There are {len(left)} cases for {count} folds; give fewer folds or add cases.")
    shuffled = random.Random(seed).sample(left, len(left))
    validation = shuffled[index - 1 :: count]
    return _sorted(case for case in left if case not in validation), _sorted(validation)


def check_fold(index: int, count: int) -> None:
    """Raises MedNCAError when there is no such fold, however many cases there are."""
    if count < 2 or not 1 <= index <= count:
        raise MedNCAError(f"There is no fold {index} of {count}; give one from 1/2 on, such as 1/5.")


def _sorted(cases: Iterable[AnyCase]) -> list[AnyCase]:
    return sorted(cases, key=lambda case: case.name)


def _read_description(path: Path) -> dict[str, Any]:
    """The content of dataset.json; empty where there is none."""
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise MedNCAError(f"'{path}' cannot be read as JSON; correct it or take it away.") from error
    if not isinstance(content, dict):
        raise MedNCAError(f"'{path}' holds no JSON object; correct it or take it away.")
    return content


def _listed_cases(folder: Path, listed: Any) -> list[Case]:
    """The cases that a Decathlon dataset.json lists under 'training'."""
    cases = []
    for entry in listed if isinstance(listed, list) else [None]:
        if not (isinstance(entry, dict) and all(isinstance(entry.get(part), str) for part in ("image", "label"))):
            raise MedNCAError(f"'training' in '{folder / DESCRIPTION}' must list objects with 'image' and 'label'.")
        image, label = folder / entry["image"], folder / entry["label"]
        cases.append(Case(stem(image).removesuffix(CHANNEL_SUFFIX), image, label))
    names = [case.name for case in cases]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise MedNCAError(f"'{folder / DESCRIPTION}' lists the case '{twice}' twice; keep one.")
    return _sorted(cases)


def _paired_cases(folder: Path, facts: dict[str, Any]) -> list[Case]:
    ending = _text(facts.get("file_ending"))
    if ending and not ending.lower().endswith(ENDINGS):
        raise MedNCAError(f"The images of '{folder}' end in {ending}; MedNCA reads {', '.join(ENDINGS)}.")
    channels = _channels(facts)
    if len(channels) > 1 and "channel_names" in facts:
        raise MedNCAError(
            f"The cases of '{folder}' have {len(channels)} channels ({', '.join(channels.values())}); MedNCA trains on"
            " one, so keep the files of one channel and declare only that one."
        )
    for images, labels in LAYOUTS:
        if (folder / images).is_dir() and (folder / labels).is_dir():
            return pair_files(folder / images, folder / labels)
    raise MedNCAError(f"'{folder}' has neither imagesTr and labelsTr nor images and labels; check the path.")


def _channels(facts: dict[str, Any]) -> dict[str, str]:
    """Channel number -> what was measured: nnU-Net's `channel_names`, the Decathlon's `modality`."""
    found = facts.get("channel_names") or facts.get("modality")
    if isinstance(found, str):
        return {"0": found}
    return {str(key): _text(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _declared_labels(labels: Any) -> dict[int, str]:
    """Value -> name, from {"0": "background", "1": "A"} (Decathlon) or {"background": 0, "A": 1} (nnU-Net)."""
    declared = {}
    for key, value in labels.items() if isinstance(labels, dict) else [(None, None)]:
        if isinstance(value, list):
            raise MedNCAError(
                f"dataset.json declares '{key}' as a region of several labels, which MedNCA does not train; give every"
                " label one value."
            )
        number, name = (value, key) if isinstance(value, int) else (key, value)
        if not str(number).strip().isdigit() or int(number) > MAX_LABEL or not isinstance(name, str):
            raise MedNCAError(
                f"'labels' in dataset.json must give each name a whole number from 0 to {MAX_LABEL}; correct it."
            )
        if name.strip().lower() == "ignore":
            raise MedNCAError(
                "dataset.json declares a label to ignore, which MedNCA does not know; leave out the cases that use it"
                " and take it from the list."
            )
        declared[int(number)] = name.strip() or f"Label {number}"
    declared.pop(0, None)
    return declared


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
