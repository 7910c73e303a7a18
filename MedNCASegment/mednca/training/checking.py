"""Every case looked at before anything starts: what is wrong with it, what it is like, all in one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ..cases import MAX_LABEL, AnyCase, case_volumes, grid_difference
from ..errors import MedNCAError
from .fingerprint import CaseFacts, Fingerprint, measure

SHOWN_VALUES = 4  # of those that are wrong, in a sentence


@dataclass(frozen=True)
class CheckedCase:
    """A case and what was found. `shape` and `spacing` (mm) are the image's own, None when it cannot be read."""

    case: AnyCase
    problems: list[str]  # sentences; empty when the case is good
    shape: tuple[int, int, int] | None = None
    spacing: tuple[float, float, float] | None = None
    labels: dict[int, int] | None = None  # value -> voxels, without background
    facts: CaseFacts | None = None  # of good cases

    @property
    def name(self) -> str:
        return self.case.name

    @property
    def ok(self) -> bool:
        return not self.problems


def checking(cases: Iterable[AnyCase], declared: dict[int, str]) -> Iterator[CheckedCase]:
    """Check cases one by one; whoever pulls shows the progress.

    Args:
        cases: files or arrays.
        declared: label value -> name; empty when nothing is declared, then every value from 1 to 255 is taken.
    """
    for case in cases:
        yield check_case(case, declared)


def check_cases(cases: Iterable[AnyCase], declared: dict[int, str]) -> list[CheckedCase]:
    """Check all cases; see :func:`checking`."""
    return list(checking(cases, declared))


def check_case(case: AnyCase, declared: dict[int, str]) -> CheckedCase:
    """Check one case; nothing is raised for what is wrong with it."""
    try:
        image, label = case_volumes(case)
    except MedNCAError as error:
        return CheckedCase(case, [str(error)])
    except MemoryError:
        return CheckedCase(case, ["There is not enough memory to read it; crop it."])
    problems = []
    difference = grid_difference(image, label)
    if difference:
        problems.append(f"{difference[0].upper()}{difference[1:]}.")
    if not _finite(image.array):
        problems.append("The image has voxels that are not finite numbers; replace them.")
    elif image.array.min() == image.array.max():
        problems.append("The image has the same value everywhere.")
    values, whole = _label_values(label.array)
    problems += _label_problems(values, whole, declared)
    found = {int(value): count for value, count in values.items() if value} if whole is not None else None
    facts = measure(image, whole) if not problems else None
    return CheckedCase(case, problems, image.array.shape, tuple(float(mm) for mm in image.spacing), found, facts)


def usable(rows: list[CheckedCase], skip_bad: bool) -> list[CheckedCase]:
    """The good cases.

    Raises:
        MedNCAError: there are bad ones and they were not to be left out, or no good one.
    """
    good = [row for row in rows if row.ok]
    bad = [row for row in rows if not row.ok]
    if not good:
        if len(rows) == 1:
            raise MedNCAError(f"The only case, '{bad[0].name}', cannot be used: {bad[0].problems[0]}")
        first = f" The first: '{bad[0].name}': {bad[0].problems[0]}" if bad else ""
        raise MedNCAError(f"None of the {len(rows)} cases can be used.{first}")
    if bad and not skip_bad:
        names = ", ".join(f"'{row.name}'" for row in bad[:SHOWN_VALUES]) + (", ..." if len(bad) > SHOWN_VALUES else "")
        raise MedNCAError(
            f"{len(bad)} of {len(rows)} cases cannot be used ({names}); mend them, or leave them out with --skip-bad."
        )
    return good


def fingerprint(rows: list[CheckedCase], declared: dict[int, str]) -> Fingerprint:
    """The fingerprint of the good cases; labels that nobody declared are named by their number.

    Raises:
        MedNCAError: there is no good case, or a declared label is in none of them.
    """
    facts = [row.facts for row in rows if row.facts is not None]
    found = sorted({value for one in facts for value in one.parts})
    missing = [name for value, name in declared.items() if facts and value not in found]
    if missing:
        raise MedNCAError(f"No case has the label '{missing[0]}'; take it from the list of labels.")
    names = declared or {value: f"Label {value}" for value in found}
    return Fingerprint.of(facts, names)


def table(rows: list[CheckedCase]) -> str:
    """All cases as text, one a line: state, name, voxels, spacing in mm, labels; problems below their case."""
    width = max([4, *(len(row.name) for row in rows)])
    lines = [f"      {'case':{width}}  {'voxels':15}  {'spacing (mm)':18}  labels (voxels)"]
    for row in rows:
        shape = " x ".join(map(str, row.shape)) if row.shape else "-"
        spacing = " x ".join(f"{mm:.3g}" for mm in row.spacing) if row.spacing else "-"
        labels = ", ".join(f"{value} ({count})" for value, count in sorted((row.labels or {}).items())) or "-"
        lines.append(f"{'ok' if row.ok else 'BAD':4}  {row.name:{width}}  {shape:15}  {spacing:18}  {labels}")
        lines += [f"      {'':{width}}  {problem}" for problem in row.problems]
    bad = sum(not row.ok for row in rows)
    count = "1 case" if len(rows) == 1 else f"{len(rows)} cases"
    lines.append(f"{count}, {bad} of them not usable" if bad else f"{count}, usable")
    return "\n".join(lines)


def _finite(array: np.ndarray) -> bool:
    """Slice by slice, so that no second volume of booleans is made."""
    return array.dtype.kind != "f" or all(np.isfinite(array[..., k]).all() for k in range(array.shape[-1]))


def _label_values(array: np.ndarray) -> tuple[Counter, np.ndarray | None]:
    """Voxels of each value of a label map, and the map in whole numbers; None in place of it when it has others."""
    if array.dtype.kind == "f":
        if not _finite(array):
            return Counter({float("nan"): 1}), None
        whole = np.rint(array)
        if not np.array_equal(whole, array):
            return _counted(array[whole != array]), None
        if np.abs(whole).max() > np.iinfo(np.int32).max:
            return _counted(whole), None
        array = whole.astype(np.int32)
    elif array.dtype.kind == "b":
        array = array.astype(np.uint8)
    low, high = int(array.min()), int(array.max())
    if low < 0 or high > MAX_LABEL:
        return _counted(array), array
    counts = np.zeros(MAX_LABEL + 1, int)
    for k in range(array.shape[-1]):  # slice by slice: NumPy counts in a copy of eight bytes a voxel
        counts += np.bincount(array[..., k].ravel(order="K"), minlength=MAX_LABEL + 1)
    return Counter({value: int(count) for value, count in enumerate(counts) if count}), array


def _counted(array: np.ndarray) -> Counter:
    values, counts = np.unique(array, return_counts=True)
    return Counter(dict(zip(values.tolist(), counts.tolist(), strict=True)))


def _label_problems(values: Counter, whole: np.ndarray | None, declared: dict[int, str]) -> list[str]:
    if whole is None:
        return [f"The label has values that are not whole numbers ({_some(values)}); export it as a label map."]
    foreground = [value for value in values if value]
    if not foreground:
        return ["The label is empty; outline the structure or leave the case out."]
    outside = [value for value in foreground if not 0 < value <= MAX_LABEL]
    if outside:
        return [f"The label has values outside 0 to {MAX_LABEL} ({_some(outside)}); number the labels anew."]
    undeclared = [value for value in foreground if value not in declared] if declared else []
    if undeclared:
        return [f"The label has values that are not declared ({_some(undeclared)})."]
    return []


def _some(values: Iterable[float]) -> str:
    ordered = sorted(values)
    return ", ".join(f"{value:.4g}" for value in ordered[:SHOWN_VALUES]) + (
        ", ..." if len(ordered) > SHOWN_VALUES else ""
    )
