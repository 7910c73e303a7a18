"""What a set of labelled cases is like: sizes, spacings, intensities, labels. Everything that a plan rests on.

Axes are anatomical throughout: right, anterior, superior (RAS), whatever the order in which a file stores them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np

from ..errors import MedNCAError
from ..volume import Volume, bounding_box, nearest_axes

SAMPLES = 100_000  # voxels of a case that its intensities are taken from
Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Part:
    """One label in one case: voxels, size of its bounding box and its centre in mm along R, A, S."""

    voxels: int
    extent_mm: Triple
    centre_mm: Triple


@dataclass(frozen=True)
class CaseFacts:
    """One case, measured. Triples are along R, A, S."""

    shape: tuple[int, int, int]  # voxels
    spacing: Triple  # mm
    orientation: str  # where the array's axes point, such as "LPS"
    intensity: Triple  # percentiles 0.5, 50 and 99.5 of all voxels
    foreground_intensity: Triple  # the same of labelled voxels
    outside: tuple[float, float]  # share of labelled voxels below and above the percentiles 0.5 and 99.5 of all
    parts: dict[int, Part]  # by label value
    foreground: Part  # all labels together
    section_mm2: Triple  # mean area of the slices, across each axis, that show a label
    shown: Triple  # share of the slices across each axis that show a label
    contact_mm2: Triple  # area in which labels touch each other, by the axis across it


@dataclass(frozen=True)
class Spread:
    """Least, median and most of a quantity over the cases, along R, A, S."""

    least: list[float]
    median: list[float]
    most: list[float]


@dataclass(frozen=True)
class LabelFacts:
    """One label over all cases; medians over the cases that have it."""

    value: int
    name: str
    cases: int
    voxels: int
    volume_ml: float
    extent_mm: list[float]


@dataclass(frozen=True)
class Fingerprint:
    """A set of cases, summed up; medians over the cases unless said otherwise, axes R, A, S."""

    cases: int
    shape: Spread  # voxels
    spacing: Spread  # mm
    orientations: dict[str, int]  # orientation -> number of cases
    intensity: list[float]
    foreground_intensity: list[float]
    outside: list[float]  # share of labelled voxels darker and brighter than nearly all others
    labels: list[LabelFacts]
    extent_mm: list[float]  # of the foreground
    section_mm2: list[float]
    shown: list[float]
    contact_mm2: list[float]  # mean over the cases
    apart_mm: list[float]  # mean distance of the labels' centres

    def to_json(self) -> dict:
        """The fields as JSON values."""
        return asdict(self)

    @classmethod
    def of(cls, facts: Iterable[CaseFacts], names: dict[int, str]) -> Fingerprint:
        """Sum up measured cases.

        Args:
            facts: from :func:`measure`.
            names: label value -> name.

        Raises:
            MedNCAError: there is no case.
        """
        facts = list(facts)
        if not facts:
            raise MedNCAError("There is no usable case; check the table of cases.")
        labels = []
        for value, name in sorted(names.items()):
            having = [one for one in facts if value in one.parts]
            parts = [one.parts[value] for one in having]
            millilitres = [one.parts[value].voxels * np.prod(one.spacing) / 1000 for one in having]
            labels.append(
                LabelFacts(
                    value,
                    name,
                    len(parts),
                    round(float(np.median([part.voxels for part in parts]))) if parts else 0,
                    _rounded(np.median(millilitres)) if parts else 0.0,
                    _median(part.extent_mm for part in parts) if parts else [0.0, 0.0, 0.0],
                )
            )
        return cls(
            cases=len(facts),
            shape=_spread(one.shape for one in facts),
            spacing=_spread(one.spacing for one in facts),
            orientations=dict(Counter(one.orientation for one in facts).most_common()),
            intensity=_median(one.intensity for one in facts),
            foreground_intensity=_median(one.foreground_intensity for one in facts),
            outside=_median(one.outside for one in facts),
            labels=labels,
            extent_mm=_median(one.foreground.extent_mm for one in facts),
            section_mm2=_median(one.section_mm2 for one in facts),
            shown=_median(one.shown for one in facts),
            contact_mm2=_list(np.mean([one.contact_mm2 for one in facts], axis=0)),
            apart_mm=_list(np.mean([_apart(one) for one in facts], axis=0)),
        )


def measure(volume: Volume, label: np.ndarray) -> CaseFacts:
    """Measure one case.

    Args:
        volume: the image, all voxels finite.
        label: whole numbers [i, j, k] on the image's grid, some of them above 0.
    """
    nearest, signs = nearest_axes(volume.affine)
    order = [nearest.index(axis) for axis in range(3)]  # array axis of R, A, S
    spacing = volume.spacing[order]
    inside = np.transpose(label, order)
    box = bounding_box(inside > 0)
    cut = inside[box]
    shown = cut > 0
    start = np.array([side.start for side in box])
    parts = {int(value): _part(cut == value, start, spacing) for value in np.unique(cut) if value}
    counts = _counts(shown)
    slices = [np.count_nonzero(count) for count in counts]
    area = np.prod(spacing) / spacing
    intensity = _percentiles(volume.array.ravel(order="K"))
    labelled = np.transpose(volume.array, order)[box][shown]
    return CaseFacts(
        shape=inside.shape,
        spacing=tuple(float(mm) for mm in spacing),
        orientation="".join(("LR", "PA", "IS")[axis][sign > 0] for axis, sign in zip(nearest, signs, strict=True)),
        intensity=intensity,
        foreground_intensity=_percentiles(labelled),
        outside=(float(np.mean(labelled < intensity[0])), float(np.mean(labelled > intensity[2]))),
        parts=parts,
        foreground=_part(shown, start, spacing),
        section_mm2=tuple(float(np.sum(c) * a / n) for c, a, n in zip(counts, area, slices, strict=True)),
        shown=tuple(float(n / side) for n, side in zip(slices, inside.shape, strict=True)),
        contact_mm2=tuple(float(_touching(cut, axis) * area[axis]) for axis in range(3)),
    )


def _counts(mask: np.ndarray) -> list[np.ndarray]:
    """Voxels of a mask in every slice across each axis."""
    return [np.count_nonzero(mask, axis=tuple(other for other in range(3) if other != axis)) for axis in range(3)]


def _part(mask: np.ndarray, start: np.ndarray, spacing: np.ndarray) -> Part:
    counts = _counts(mask)
    where = [np.flatnonzero(count) for count in counts]
    extent = [(found[-1] + 1 - found[0]) * mm for found, mm in zip(where, spacing, strict=True)]
    centre = [
        (first + np.average(np.arange(len(count)), weights=count)) * mm
        for count, first, mm in zip(counts, start, spacing, strict=True)
    ]
    return Part(int(counts[0].sum()), tuple(map(float, extent)), tuple(map(float, centre)))


def _touching(labels: np.ndarray, axis: int) -> int:
    """Pairs of neighbours along an axis that carry two different labels, background apart."""
    moved = np.moveaxis(labels, axis, 0)
    one, other = moved[:-1], moved[1:]
    return int(np.count_nonzero((one != other) & (one > 0) & (other > 0)))


def _apart(facts: CaseFacts) -> np.ndarray:
    """Mean distance of a case's label centres from their common centre, along R, A, S."""
    centres = np.array([part.centre_mm for part in facts.parts.values()])
    return np.abs(centres - centres.mean(axis=0)).mean(axis=0)


def _percentiles(values: np.ndarray) -> Triple:
    # An odd stride does not stay in one column of a volume whose sides are even.
    sample = values[:: values.size // SAMPLES | 1].astype(np.float64)
    return tuple(float(value) for value in np.percentile(sample, (0.5, 50, 99.5)))


def _spread(rows: Iterable[Triple]) -> Spread:
    table = np.array(list(rows), float)
    return Spread(_list(table.min(axis=0)), _list(np.median(table, axis=0)), _list(table.max(axis=0)))


def _median(rows: Iterable[Triple]) -> list[float]:
    return _list(np.median(np.array(list(rows), float), axis=0))


def _list(values: np.ndarray) -> list[float]:
    return [_rounded(value) for value in values]


def _rounded(value: float) -> float:
    """Four digits, which is what a person reads and a plan needs."""
    return float(f"{value:.4g}")
