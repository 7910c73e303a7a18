"""Labelled cases: pairs of image and label files in a folder, and their split."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import MedNCAError
from .files import list_images, read_volume
from .volume import Volume

LAYOUTS = (("imagesTr", "labelsTr"), ("images", "labels"))
CHANNEL_SUFFIX = "_0000"  # nnU-Net's name for the first channel of an image


@dataclass(frozen=True)
class Case:
    """One labelled scan on disk."""

    name: str
    image: Path
    label: Path


def find_cases(folder: str | Path) -> list[Case]:
    """The labelled cases of a folder with imagesTr/labelsTr (Decathlon, nnU-Net) or images/labels, sorted by name.

    Raises:
        MedNCAError: the folder has neither layout, or an image has no label.
    """
    folder = Path(folder)
    for images, labels in LAYOUTS:
        if (folder / images).is_dir() and (folder / labels).is_dir():
            return pair_files(folder / images, folder / labels)
    raise MedNCAError(f"'{folder}' has neither imagesTr and labelsTr nor images and labels; check the path.")


def pair_files(images: str | Path, labels: str | Path) -> list[Case]:
    """Pair the images of one folder with the labels of another by name.

    Raises:
        MedNCAError: a folder is missing or empty, or an image has no label.
    """
    label_files = list_images(labels)
    cases = []
    for name, image in list_images(images).items():
        plain = name.removesuffix(CHANNEL_SUFFIX)
        label = label_files.get(name) or label_files.get(plain)
        if label is None:
            raise MedNCAError(f"The image '{image.name}' has no label of the same name in '{labels}'.")
        cases.append(Case(plain, image, label))
    return cases


def read_case(case: Case) -> tuple[Volume, np.ndarray]:
    """Read a case: the image and its label values [i, j, k] on the same grid.

    Raises:
        MedNCAError: a file cannot be read, or image and label lie on different grids.
    """
    image, label = read_volume(case.image), read_volume(case.label)
    if image.array.shape != label.array.shape:
        raise MedNCAError(
            f"Image and label of '{case.name}' differ in shape ({image.array.shape} and {label.array.shape});"
            " resample the label to the image."
        )
    if not np.allclose(image.affine, label.affine, atol=0.05 * float(image.spacing.min())):
        raise MedNCAError(f"Image and label of '{case.name}' lie in different places; check their headers.")
    return image, np.asarray(label.array)


def split_cases(
    cases: list[Case], validation: float, seed: int, exclude: Iterable[str] = ()
) -> tuple[list[Case], list[Case]]:
    """Split cases at random into training and validation, leaving out the excluded names.

    Args:
        cases: from :func:`find_cases`.
        validation: the fraction, from 0 (none) to below 1, to keep from training.
        seed: of the shuffle; the same names and seed give the same split on every machine.
        exclude: names that take no part.

    Raises:
        MedNCAError: a name to exclude does not exist, or nothing is left to train on.
    """
    excluded = set(exclude)
    missing = excluded - {case.name for case in cases}
    if missing:
        raise MedNCAError(f"There is no case '{sorted(missing)[0]}' to exclude.")
    left = sorted((case for case in cases if case.name not in excluded), key=lambda case: case.name)
    count = round(validation * len(left))
    if count >= len(left):
        raise MedNCAError("No case is left to train on; add cases or keep fewer for validation.")
    shuffled = random.Random(seed).sample(left, len(left))
    return sorted(shuffled[count:], key=lambda c: c.name), sorted(shuffled[:count], key=lambda c: c.name)
