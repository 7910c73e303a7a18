"""The named structures of segmentations and label map volumes, and the labels that a model learns from them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import slicer
from mednca import Label

from .node_state import labelmapState

GREATEST_LABELS = 64  # of one label map volume; more are no segmentation but an image
# Node id -> state and structures of label map volumes: to find them, all voxels have to be looked at.
_known: dict[str, tuple[tuple, list]] = {}
CODE = re.compile(r"(?P<meaning>[^()]*[^() ]) *\((?P<scheme>\S+) (?P<value>[^ ()]+)\)")
ANATOMY = ("SCT", "123037004", "Anatomical Structure")
NO_NAME = re.compile(r"\(?none\)?|background|", re.IGNORECASE)


@dataclass(frozen=True)
class Structure:
    """A segment of a segmentation, or a value of a label map volume."""

    name: str
    color: tuple[float, float, float] = (0.5, 0.8, 0.4)
    terminology: dict[str, list[str]] = field(default_factory=dict)  # as in the labels of a model's card
    segmentId: str = ""  # of a segmentation
    value: int = 0  # in a label map volume


@lru_cache(maxsize=4096)
def nameKey(name: str) -> str:
    """What two names of one structure have in common: neither case nor the number of spaces counts."""
    return " ".join(name.split()).casefold()


def structuresOf(node) -> list[Structure]:
    """The structures of a segmentation or a label map volume, in their order there; none for any other node."""
    if node is None:
        return []
    if node.IsA("vtkMRMLSegmentationNode"):
        return _segments(node.GetSegmentation())
    if node.IsA("vtkMRMLLabelMapVolumeNode"):
        return _values(node)
    return []


def labelsOf(
    cases: Iterable[list[Structure]], omitted: Iterable[str] = (), codes: Mapping[str, str] | None = None
) -> list[Label]:
    """The labels to learn: the union of the structures of all cases by name, in the order in which they are met.

    Args:
        cases: the structures of each case.
        omitted: names of structures that are not to be learnt.
        codes: key of a name (see :func:`nameKey`) -> terminology as in :func:`codeFrom`, in place of the structure's.

    Returns:
        Labels with the values 1, 2, ..., each with colour and codes of the first structure of that name.
    """
    left = {nameKey(name) for name in omitted}
    chosen = [structure for structure in union(cases) if nameKey(structure.name) not in left]
    return [
        Label(value, one.name, tuple(round(part, 4) for part in one.color), terminologyOf(one, codes or {}))
        for value, one in enumerate(chosen, start=1)
    ]


def union(cases: Iterable[list[Structure]]) -> list[Structure]:
    """The first structure of each name, in the order in which they are met."""
    found: dict[str, Structure] = {}
    for structures in cases:
        for structure in structures:
            found.setdefault(nameKey(structure.name), structure)
    return list(found.values())


def codesOf(entry: str) -> dict[str, list[str]]:
    """Category, type and modifier from the form in which Slicer keeps a terminology entry in a segment's tag."""
    parts = entry.split("~")
    codes = {}
    for name, part in zip(("category", "type", "modifier"), parts[1:4], strict=False):
        code = part.split("^")
        if len(code) == 3 and all(code):
            codes[name] = code
    return codes


def codeText(terminology: dict[str, list[str]]) -> str:
    """What a label is in words, with its code: "Hippocampus (SCT 5366008)"; empty without codes."""
    if "type" not in terminology:
        return ""
    scheme, value, meaning = terminology["type"]
    modifier = terminology.get("modifier")
    return f"{meaning}, {modifier[2]} ({scheme} {value})" if modifier else f"{meaning} ({scheme} {value})"


def codeFrom(text: str) -> dict[str, list[str]] | None:
    """Terminology from what :func:`codeText` writes, of an anatomical structure; None when the text is none."""
    found = CODE.fullmatch(text.strip())
    if found is None:
        return None
    return {"category": list(ANATOMY), "type": [found["scheme"], found["value"], found["meaning"]]}


def terminologyOf(structure: Structure, codes: Mapping[str, str]) -> dict[str, list[str]]:
    """The terminology of a structure: what a person has written for its name, else its own."""
    # A dictionary of Slicer's parameters takes no default here.
    return codeFrom(codes.get(nameKey(structure.name)) or "") or structure.terminology


def _segments(segmentation) -> list[Structure]:
    found = []
    for index in range(segmentation.GetNumberOfSegments()):
        segment = segmentation.GetNthSegment(index)
        segmentId = segmentation.GetNthSegmentID(index)
        codes = codesOf(segment.GetTerminology())
        found.append(Structure(segment.GetName() or segmentId, tuple(segment.GetColor()), codes, segmentId=segmentId))
    return found


def _values(node) -> list[Structure]:
    if node.GetImageData() is None or not node.GetImageData().GetNumberOfPoints():
        return []
    state = labelmapState(node)
    if node.GetID() not in _known or _known[node.GetID()][0] != state:
        _known[node.GetID()] = (state, _readValues(node))
    return _known[node.GetID()][1]


def _readValues(node) -> list[Structure]:
    display = node.GetDisplayNode()
    colors = display.GetColorNode() if display is not None else None
    found = []
    for value in np.unique(slicer.util.arrayFromVolume(node))[: GREATEST_LABELS + 1]:
        if value <= 0 or value != int(value):
            continue
        name, color = "", [0.5, 0.8, 0.4, 1.0]
        if colors is not None and value < colors.GetNumberOfColors():
            name = colors.GetColorName(int(value)) or ""
            colors.GetColor(int(value), color)
        if NO_NAME.fullmatch(name):
            name = f"Label {int(value)}"
        found.append(Structure(name, tuple(color[:3]), value=int(value)))
    return found
