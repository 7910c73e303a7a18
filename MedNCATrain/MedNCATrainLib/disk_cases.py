"""Cases from a folder on disk, which are not loaded into the scene."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from mednca import Label, MedNCAError
from mednca.cases import Case, case_volumes, find_dataset, read_case
from slicer.i18n import tr as _

from .case_reading import ReadCase
from .segment_labels import GREATEST_LABELS, Structure, nameKey

SHOWN = 5  # values in a message
COLORS = ((0.90, 0.70, 0.20), (0.30, 0.60, 0.90), (0.40, 0.75, 0.40), (0.85, 0.35, 0.35), (0.60, 0.45, 0.80))


@dataclass(frozen=True)
class DiskCase:
    """An image file and its label file."""

    name: str
    image: Path
    label: Path
    names: tuple[tuple[int, str], ...]  # label value and name

    @property
    def volumeName(self) -> str:
        return self.name

    @property
    def segmentationName(self) -> str:
        return self.label.name

    def structures(self) -> list[Structure]:
        """What can be learnt from it."""
        return _structuresOf(self.names)

    def state(self) -> tuple:
        """Which files these are. That they change while a list is made is not looked for; the export checks again."""
        return (self.image, self.label, self.names)

    def obviousProblem(self) -> str:
        """What is wrong at first sight; files are looked at only when they are read."""
        return ""

    def read(self, labels: list[Label]) -> Iterator[ReadCase | None]:
        """Its voxels, the values of the file becoming those of the labels of the same names.

        Raises:
            MedNCAError: a file cannot be read, image and label lie on different grids, or the label has values that
                have no name: they must not be taken for background.
        """
        volume, found = read_case(Case(self.name, self.image, self.label))
        yield None
        nameless = _valuesOf(found, self.label) - {value for value, _name in self.names}
        if nameless:
            some = ", ".join(str(value) for value in sorted(nameless)[:SHOWN])
            raise MedNCAError(_("The label has values that are not declared ({values}).").format(values=some))
        yield None
        values: dict[str, list[int]] = {}
        for value, name in self.names:
            values.setdefault(nameKey(name), []).append(value)
        case = ReadCase(volume, np.zeros(found.shape, np.uint8))
        for label in labels:
            own = values.get(nameKey(label.name), [])
            if not own:
                case.missing.append(label.name)
            for value in own:
                case.label[found == value] = label.value
        yield case

    def toText(self) -> str:
        """The form in which it is kept in a parameter."""
        return json.dumps({"name": self.name, "image": str(self.image), "label": str(self.label), "names": self.names})

    @staticmethod
    @lru_cache(maxsize=4096)  # asked for again and again, and the same text is the same case
    def fromText(text: str) -> "DiskCase":
        """From :meth:`toText`."""
        raw = json.loads(text)
        names = tuple((int(value), str(name)) for value, name in raw["names"])
        return DiskCase(raw["name"], Path(raw["image"]), Path(raw["label"]), names)


def casesInFolder(folder: str | Path) -> Iterator[int | list[DiskCase]]:
    """Find the labelled cases of a folder in the layout of the Medical Segmentation Decathlon or of nnU-Net.

    Where nothing says what the label values mean, the label files are read to find which there are.

    Yields:
        The number of label files read so far, and the cases in the end.

    Raises:
        MedNCAError: the folder has no known layout, or a label file cannot be read.
    """
    dataset = find_dataset(folder)
    names = dict(dataset.labels)
    if not names:
        values: set[int] = set()
        for count, case in enumerate(dataset.cases):
            yield count
            values |= _valuesOf(case_volumes(case)[1].array, case.label)
        names = {value: _("Label {value}").format(value=value) for value in sorted(values) if value > 0}
    shared = tuple(sorted(names.items()))
    yield [DiskCase(case.name, Path(case.image), Path(case.label), shared) for case in dataset.cases]


@lru_cache(maxsize=64)
def _structuresOf(names: tuple[tuple[int, str], ...]) -> list[Structure]:
    return [Structure(name, COLORS[(value - 1) % len(COLORS)], value=value) for value, name in names]


def _valuesOf(label: np.ndarray, path: Path) -> set[int]:
    """The values but 0 of a label map."""
    found = np.unique(label)
    if len(found) > GREATEST_LABELS + 1 or (found != np.rint(found)).any():
        raise MedNCAError(_("'{name}' does not look like a label map; check the folder.").format(name=path.name))
    return {int(value) for value in found if value}
