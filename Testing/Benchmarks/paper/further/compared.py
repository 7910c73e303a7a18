"""What each way further than the paper gains over the plain model on the same cases, from results alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mednca.model import shipped_models
from mednca.options import runs_in_words

from .. import results
from ..rows import BY_NAME, ROWS
from . import averaging, planes, times
from .statistics import mean_difference

# The models that models of files are held against, whichever comes first: one with the shipped model's recipe that sees
# slices of one plane alone, and the shipped one; and the row that rows are held against.
BASE, SHIPPED, PLAIN = "hippocampus-coronal", "hippocampus", "med-nca-1mm"
# Rows that are the plain one in all but one respect.
OTHERWISE = tuple(row.name for row in ROWS if row.name.startswith(f"{PLAIN}-") and row.name not in planes.ROWS.values())
TWICE = 2  # runs: the most that a shipped model may take


@dataclass(frozen=True)
class Gain:
    """One way, held against the plain model; or the plain model itself, whose difference is None."""

    way: str
    against: str
    dice: float
    difference: tuple[float, float, float] | None  # of the mean Dice, and the ends of its 95 % interval
    better: int  # cases
    cases: int
    hausdorff95_mm: float | None
    parameters: int | None  # None: a part of a model, whose count its result does not say
    times: float | None  # how many times the plain model's processor time; finding components takes next to none


def subjects(folder: Path, within: str) -> dict[str, dict[str, Any]]:
    """Results of models and rows in a folder of results, those of shipped models and files first."""
    names = sorted((path.stem for path in (folder / within).glob("*.json")), key=lambda name: (name in BY_NAME, name))
    return {name: results.read(f"{within}/{name}", folder) for name in names}


def principal(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Results of shipped models and rows alone, as those of files are there to be held against them; all if there are
    none of these."""
    return {name: result for name, result in found.items() if name in BY_NAME or name in shipped_models()} or found


def base(found: dict[str, dict[str, Any]]) -> str | None:
    """The model that those of files are held against."""
    return next((name for name in (BASE, SHIPPED) if name in found), None)


def called(result: dict[str, Any]) -> str:
    """What the subject of a result is called."""
    name = result["subject"]
    if name in BY_NAME:
        return BY_NAME[name].title
    return f"shipped model '{name}'" if name in shipped_models() else f"model '{name}'"


def gains(folder: Path) -> list[Gain]:
    """All that was measured, the ways of each plain model after itself; nothing of one that nothing is held against."""
    found: dict[str, list[Gain]] = {}
    for one in (*_averaging(folder), *_files(folder), *_fusions(folder), *_rows(folder)):
        group = found.setdefault(one.against, [])
        if one.difference is not None or not group:  # the plain model once
            group.append(one)
    return [one for group in found.values() if len(group) > 1 for one in group]


def _averaging(folder: Path) -> Iterator[Gain]:
    found = subjects(folder, averaging.FOLDER)
    first = {name: found[name] for name in (base(found),) if name}
    for result in (first | principal(found)).values():
        plain = [case["averaged"][0] for case in result["cases"]]
        planes = result.get("planes", [""])
        facts = (called(result), result["parameters"])
        yield _plain(*facts, plain, planes)
        for plane in planes if len(planes) > 1 else ():
            rows = [case["by_plane"][plane] for case in result["cases"]]
            yield _gain(f"{plane} slices alone", called(result), None, rows, plain, None)
        for number, rounds in enumerate(result["runs"][1:], start=1):
            seconds = result["cpu_seconds"][number] / result["cpu_seconds"][0]
            rows = [case["averaged"][number] for case in result["cases"]]
            runs = f"{rounds * len(planes)} runs averaged"
            yield _gain(runs, *facts, rows, plain, seconds)
            if rounds == TWICE:
                mirrored = [case["mirrored"] for case in result["cases"]]
                half = "one" if len(planes) == 1 else "half of them"
                yield _gain(f"{runs}, largest component", *facts, _largest(rows), plain, seconds)
                yield _gain(f"{runs}, {half} mirrored", *facts, mirrored, plain, seconds)
                yield _gain("the same, largest component", *facts, _largest(mirrored), plain, seconds)
        yield _gain("largest component", *facts, _largest(plain), plain, 1.0)


def _files(folder: Path) -> Iterator[Gain]:
    """Models against the one that they are held against, each with a run of each of its planes."""
    found = subjects(folder, averaging.FOLDER)
    against = base(found)
    for name, result in found.items():
        if against is None or name == against or name in BY_NAME or (name in shipped_models() and name != SHIPPED):
            continue
        rows, plain = ([case["averaged"][0] for case in one["cases"]] for one in (result, found[against]))
        seconds = result["cpu_seconds"][0] / found[against]["cpu_seconds"][0]
        way = f"{called(result)} instead"
        yield _gain(way, called(found[against]), result["parameters"], rows, plain, seconds)


def _largest(rows: list[dict[str, float | None]]) -> list[dict[str, float | None]]:
    return [{key: row[f"largest_{key}"] for key in ("dice", "hausdorff95_mm")} for row in rows]


def _fusions(folder: Path) -> Iterator[Gain]:
    result = results.read(planes.NAME, folder)
    if result is None:
        return
    plain = next(one for one in result["fused"] if one["planes"] == [planes.PLAIN])
    title = BY_NAME[PLAIN].title
    yield _plain(title, plain["parameters"], [_flat(row) for row in plain["cases"]])
    for one in result["fused"]:
        if one is not plain:
            way = f"{' + '.join(one['planes'])} slices" + ("" if len(one["planes"]) > 1 else " instead")
            seconds = one["cpu_seconds"] / plain["cpu_seconds"]
            rows = [_flat(row) for row in one["cases"]], [_flat(row) for row in plain["cases"]]
            yield _gain(way, title, one["parameters"], *rows, seconds)


def _rows(folder: Path) -> Iterator[Gain]:
    """Rows that were trained otherwise and to their end, by the validation figures of their own results."""
    plain = final(PLAIN, folder)
    if plain is None:
        return
    yield _plain(plain["title"], plain["parameters"], [_flat(row) for row in plain["validation"]["cases"]])
    taken = (results.read(times.NAME, folder) or {"measured": []})["measured"]
    seconds = {one["row"]: one["cpu_seconds"] for one in taken}
    for name in OTHERWISE:
        result = final(name, folder)
        if result is not None:
            rows = [[_flat(row) for row in one["validation"]["cases"]] for one in (result, plain)]
            ratio = seconds[name] / seconds[PLAIN] if {name, PLAIN} <= set(seconds) else None
            yield _gain(result["title"], plain["title"], result["parameters"], *rows, ratio)


def final(name: str, folder: Path) -> dict[str, Any] | None:
    """A row's result, if the rule has ended its training."""
    result = results.read(name, folder)
    ended = result is not None and result["test"] is not None and result["training"]["stopped"] != results.EARLY
    return result if ended else None


def _flat(row: dict[str, Any]) -> dict[str, float | None]:
    """Dice and distance of a row of :func:`mednca.evaluation.evaluate_case` with one label."""
    return {"dice": row["dice"], "hausdorff95_mm": next(iter(row["hausdorff95_mm"].values()))}


def _plain(against: str, parameters: int, rows: list[dict[str, float | None]], planes: Sequence[str] = ("",)) -> Gain:
    overlaps = [row["dice"] for row in rows]
    way = "one run, as it is" if len(planes) == 1 else f"{runs_in_words(len(planes), planes=planes)}, as it is"
    return Gain(way, against, float(np.mean(overlaps)), None, 0, len(rows), _distance(rows), parameters, 1.0)


def _gain(
    way: str,
    against: str,
    parameters: int | None,
    rows: list[dict[str, float | None]],
    plain: list[dict[str, float | None]],
    seconds: float | None,
) -> Gain:
    overlaps, before = (np.array([row["dice"] for row in part]) for part in (rows, plain))
    difference = mean_difference(overlaps, before)
    better = int((overlaps > before).sum())
    return Gain(
        way, against, float(overlaps.mean()), difference, better, len(rows), _distance(rows), parameters, seconds
    )


def _distance(rows: list[dict[str, float | None]]) -> float | None:
    known = [row["hausdorff95_mm"] for row in rows if row["hausdorff95_mm"] is not None]
    return float(np.mean(known)) if known else None
