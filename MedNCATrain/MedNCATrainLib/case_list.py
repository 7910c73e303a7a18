"""The list of cases that the parameters hold, their names, and the labels that they have in common."""

import re
from collections.abc import Iterable

import slicer
from mednca import Label
from mednca.cases import CHANNEL_SUFFIX
from slicer.util import NodeModify

from .disk_cases import DiskCase
from .scene_cases import SceneCase
from .segment_labels import labelsOf

LONGEST_NAME = 60  # letters in the name of a file
AnyCase = SceneCase | DiskCase


def casesOf(parameters) -> list[AnyCase]:
    """The cases in their order: those of the scene, then those on disk."""
    pairs = zip(list(parameters.volumes), list(parameters.segmentations), strict=False)
    inScene = [SceneCase(_present(volume), _present(segmentation)) for volume, segmentation in pairs]
    return [*inScene, *(DiskCase.fromText(text) for text in parameters.diskCases)]


def setCases(parameters, cases: Iterable[AnyCase]) -> None:
    """Replace the cases."""
    cases = list(cases)
    inScene = [case for case in cases if isinstance(case, SceneCase)]
    with NodeModify(parameters):
        parameters.volumes = [case.volumeNode for case in inScene]
        parameters.segmentations = [case.segmentationNode for case in inScene]
        parameters.diskCases = [case.toText() for case in cases if isinstance(case, DiskCase)]


def addCases(parameters, cases: Iterable[AnyCase]) -> int:
    """Add cases that are not there yet; returns how many were added."""
    before = casesOf(parameters)
    new = [case for case in dict.fromkeys(cases) if case not in before]
    if new:
        setCases(parameters, before + new)
    return len(new)


def removeCases(parameters, indexes: Iterable[int]) -> None:
    """Remove cases by their place in the list; nodes and files stay."""
    gone = set(indexes)
    setCases(parameters, [case for index, case in enumerate(casesOf(parameters)) if index not in gone])


def chosenLabels(parameters) -> list[Label]:
    """The labels to learn: the segments of all cases by name, but those that are left out."""
    structures = [case.structures() for case in casesOf(parameters)]
    return labelsOf(structures, parameters.omittedSegments, parameters.segmentCodes)


def caseNames(cases: list[AnyCase]) -> list[str]:
    """Names for the cases, from those of the volumes: all different, and fit for files on every system."""
    names: list[str] = []
    taken: set[str] = set()
    for case in cases:
        plain = fileName(case.volumeName)
        # Readers take this ending for the number of a channel.
        while plain.endswith(CHANNEL_SUFFIX):
            plain = plain.removesuffix(CHANNEL_SUFFIX)
        plain = plain or "case"
        name, count = plain, 1
        while name.casefold() in taken:
            count += 1
            name = f"{plain}_{count}"
        taken.add(name.casefold())
        names.append(name)
    return names


def fileName(name: str) -> str:
    """A name of at most LONGEST_NAME letters, digits, dots, dashes and underscores; may be empty."""
    return re.sub(r"[^\w.-]+", "_", name, flags=re.ASCII).strip("._-")[:LONGEST_NAME].rstrip("._-")


def _present(node):
    return node if node is not None and slicer.mrmlScene.IsNodePresent(node) else None
