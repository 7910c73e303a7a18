"""A report as people read it: report.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..options import runs_in_words
from ..writing import replacing
from . import figures
from .changes import EXPERIMENTS
from .findings import TOLERANCE, Finding, Point, findings, listed, summary

TEXT = "report.md"
VERTICAL = {
    "coronal": "the body axis",
    "sagittal": "the body axis",
    "axial": "the anterior-posterior axis, vertical in axial slices",
}
EACH_VERTICAL = "what is vertical in each slice (the anterior-posterior axis in axial ones, else the body axis)"
NOTHING = "-"  # in tables, where no case has a Dice
TITLES = {5: "Scale, shape and position", 6: "Artefacts of MRI"}


def write_text(folder: Path, result: dict[str, Any], drawn: dict[int, str]) -> None:
    """Write a result of :func:`mednca.report.result.read_result`.

    Args:
        folder: that of the report.
        result: what was measured.
        drawn: of :func:`mednca.report.figures.draw_figures`.

    Raises:
        MedNCAError: the file cannot be written.
    """
    with replacing(Path(folder) / TEXT) as temporary:
        temporary.write_text("\n".join(_lines(result, drawn)) + "\n", encoding="utf-8")


def _lines(result: dict[str, Any], drawn: dict[int, str]) -> Iterator[str]:
    model, cases = result["model"], len(result["cases"])
    found = findings(result)
    yield f"# How robust is {_plain(model['title'])}?"
    yield ""
    yield (
        f"The model *{_plain(model['name'])}* ({model['parameters']:,} parameters) has segmented"
        f" {'1 case, as it is' if cases == 1 else f'{cases} cases, as they are'} and changed in"
        f" {_count(len(result['experiments']))}. Dice is the overlap with the reference: 1 is perfect, 0 is nothing."
    )
    yield ""
    yield f"**{summary(result)}**"
    yield ""
    for label in result["labels"]:
        yield from _in_short(label, [one for one in found if one.label == label], len(result["labels"]) > 1)
    if not drawn:
        yield figures.MISSING
        yield ""
    for number, title in TITLES.items():
        shown = [one for one in result["experiments"] if one["figure"] == number]
        if not shown:
            continue
        yield f"## {title}"
        yield ""
        if number in drawn:
            yield f"![{title}]({drawn[number]})"
            yield ""
            yield (
                "Lines are the mean over the cases, bands one standard deviation to both sides. The dotted line marks"
                f" the unchanged scan, the dashed one a Dice {TOLERANCE:g} below it."
            )
            yield ""
        for one in shown:
            yield from _experiment(one, [each for each in found if each.experiment == one["name"]], result)
    if result["left_out"]:
        yield "## Left out"
        yield ""
        whys = dict.fromkeys(one["why"] for one in result["left_out"])
        for why in whys:
            titles = [_plain(one["title"]) for one in result["left_out"] if one["why"] == why]
            yield f"- **{', '.join(titles)}**: {_plain(why)}"
        yield ""
    yield from _how(result)


def _in_short(label: str, found: list[Finding], several: bool) -> Iterator[str]:
    if not found:
        return
    start = found[0].unchanged
    of = f" of {_plain(label)}" if several else ""
    if start.cases:
        dice = _mean(start) + (" (standard deviation over the cases)" if start.cases > 1 else "")
        yield f"Mean Dice{of} without any change: {dice}."
    else:
        yield f"No case's reference has anything of {_plain(label) if several else 'the structure'}."
    yield ""
    yield from (f"- **{_plain(one.title)}**: {one.sentence}." for one in found)
    yield ""


def _experiment(experiment: dict[str, Any], found: list[Finding], result: dict[str, Any]) -> Iterator[str]:
    yield f"### {_plain(experiment['title'])}"
    yield ""
    meaning = next((one.meaning for one in EXPERIMENTS if one.name == experiment["name"]), "")
    if meaning:
        vertical = VERTICAL[result["model"]["plane"]]
        several = len({VERTICAL[plane] for plane in result.get("planes", [])}) > 1
        yield meaning.format(vertical=vertical, verticals=EACH_VERTICAL if several else vertical)
        yield ""
    several = len(result["labels"]) > 1
    yield f"| {_plain(experiment['axis'])} | {'label | ' if several else ''}Dice | change | lowest case |"
    yield f"| ---: | {'--- | ' if several else ''}--- | ---: | --- |"
    for index, level in enumerate(experiment["levels"]):
        for one in found:
            label = f"{_plain(one.label)} | " if several else ""
            yield f"| {level:g} | {label}{' | '.join(_cells(one, one.points[index]))} |"
    yield ""
    left_out = [words for one in found if (words := _left_out(one, len(result["cases"]), several))]
    if left_out:
        yield f"The reference has {'; '.join(left_out)}; these have no Dice there and are left out."
        yield ""


def _cells(finding: Finding, point: Point) -> tuple[str, str, str]:
    """Dice, change and lowest case at one level."""
    if not point.cases:
        return (NOTHING,) * 3
    change = "unchanged" if point.level == finding.unchanged.level else f"{-point.drop:+.3f}"
    if point.drop > TOLERANCE:
        change = f"**{change}**"
    return _mean(point), change, f"{point.lowest:.3f} ({_plain(point.lowest_case)})"


def _left_out(finding: Finding, cases: int, several: bool) -> str:
    """Such as "nothing of the structure in 1 of 3 cases at 0.4 and 0.5"; empty where all cases have a Dice."""
    levels: dict[int, list[str]] = {}
    for point in finding.points:
        if point.cases < cases:
            levels.setdefault(cases - point.cases, []).append(f"{point.level:g}")
    if not levels:
        return ""
    words = [f"in {count} of {cases} case{'s' * (cases > 1)} at {listed(at)}" for count, at in levels.items()]
    what = _plain(finding.label) if several else "the structure"
    return f"nothing of {what} {listed(words)}"


def _how(result: dict[str, Any]) -> Iterator[str]:
    machine = result["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    yield "## How it was measured"
    yield ""
    yield (
        "Every case got the same change, and of an artefact the same draw, at every level; the random firing of the"
        f" cells had the seed {result['seed']}, and each scan was segmented with {_runs(result)}. The Dice is"
        " taken in 3D on the changed scan's own grid. A case whose reference has nothing of a structure, or nothing"
        " left of it, has no Dice there and is left out."
    )
    yield ""
    yield f"- Command: `{result['command']}`"
    yield f"- Model file: `{result['model']['file']}`"
    yield f"- Date: {result['date']}"
    yield f"- Computer: {machine['processor']}, {machine['cores']} cores, {machine['system']}"
    yield f"- Versions: {versions}"
    yield "- Cases: " + ", ".join(_plain(case) for case in result["cases"])
    yield ""
    yield (
        "Every figure is in [report.csv](report.csv) and [report.json](report.json). The experiments are those of"
        " figures 5 and 6 of the Med-NCA paper (Kalkhof, González, Mukhopadhyay 2023). They show how the model stands"
        " changes of these cases; cases from other scanners may differ in other ways, too. For research, not for"
        " clinical use."
    )


def _count(experiments: int) -> str:
    return "1 way" if experiments == 1 else f"{experiments} ways"


def _runs(result: dict[str, Any]) -> str:
    words = runs_in_words(result["runs"], result.get("mirrored", False), result.get("planes", ()))
    return words if result["runs"] == 1 else f"the mean of {words}"


def _plain(text: str) -> str:
    """A text that Markdown shows as it is."""
    for sign in "\\`*_[]<>|#":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def _mean(point: Point) -> str:
    """Mean and standard deviation; one case has none."""
    return f"{point.mean:.3f}" if point.cases == 1 else f"{point.mean:.3f} ± {point.spread:.3f}"
