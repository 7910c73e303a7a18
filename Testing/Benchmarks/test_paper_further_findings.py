"""What goes further than the paper: what is said of it, from results that are made up."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

pytest.importorskip("torch")

from mednca.report.changes import EXPERIMENTS  # noqa: E402
from paper import results  # noqa: E402
from paper.draw import DOCUMENT, draw_all  # noqa: E402
from paper.further import alarms, artefacts, compared, curves, times  # noqa: E402
from paper.rows import BY_NAME  # noqa: E402


def scores(mean: float, cases: int = 6) -> list[dict]:
    spread = np.linspace(-0.02, 0.02, cases)
    return [
        {"case": f"case_{n}", "dice": mean + by, "hausdorff95_mm": {"Hippocampus": 1.5}} for n, by in enumerate(spread)
    ]


def row_result(name: str, mean: float, stopped: str = "by the rule") -> dict:
    cases = scores(mean)
    figures = {"mean_dice": mean, "std_dice": 0.01, "mean_hausdorff95_mm": 1.5, "by_label": {}, "cases": cases}
    training = {"hours": 2.0, "device": "cpu", "stopped": stopped, "iterations": 5000}
    facts = {"row": name, "title": BY_NAME[name].title, "parameters": 70_016, "training": training}
    return {**facts, "validation": figures, "test": figures, **results.provenance(f"made {name}")}


def averaging_result() -> dict:
    cases = [
        {
            "case": f"case_{number}",
            "alone": [0.9, 0.9],
            "mirrored": {"dice": 0.92, "hausdorff95_mm": 1.2, "largest_dice": 0.93, "largest_hausdorff95_mm": 1},
            "averaged": [
                {"dice": 0.90 + 0.01 * index, "hausdorff95_mm": 1.2, "largest_dice": 0.95, "largest_hausdorff95_mm": 1}
                for index in range(2)
            ],
        }
        for number in range(6)
    ]
    facts = {"subject": "hippocampus", "parameters": 70_016, "runs": [1, 2], "cpu_seconds": [1.0, 2.1]}
    return {**facts, "cases": cases, **results.provenance("made averaging")}


def quality_result() -> dict:
    scans = [
        {"case": f"case_{n}", "change": change, "level": level, "dice": dice, "largest_dice": dice, "quality": score}
        for n in range(6)
        for change, level, dice, score in (("none", 0.0, 0.9 + 0.01 * n, 0.05), ("bias", 1.0, 0.5, 0.2 + 0.01 * n))
    ]
    return {"subject": "hippocampus", "failure": 0.8, "runs": 5, "scans": scans, **results.provenance("made quality")}


def curves_result(name: str, loss: float) -> dict:
    def curve(one) -> dict:
        overlaps = [[0.9 - loss * (level != one.unchanged)] * 6 for level in one.levels]
        return {"levels": list(one.levels), "dice": overlaps}

    made = results.provenance("made curves")
    return {"subject": name, "experiments": {one.name: curve(one) for one in EXPERIMENTS}, **made}


def test_only_rows_that_were_trained_to_their_end_gain_anything(tmp_path):
    results.write(compared.PLAIN, row_result(compared.PLAIN, 0.90), tmp_path)
    assert compared.gains(tmp_path) == []
    name = compared.OTHERWISE[0]
    results.write(name, row_result(name, 0.92, stopped="early"), tmp_path)
    assert compared.gains(tmp_path) == []
    results.write(name, row_result(name, 0.92), tmp_path)
    plain, gain = compared.gains(tmp_path)
    assert plain.way == "one run, as it is"
    assert gain.difference == pytest.approx((0.02,) * 3) and (gain.better, gain.cases, gain.times) == (6, 6, None)
    taken = [{"row": row, "cpu_seconds": 1.0 + (row == name)} for row in (compared.PLAIN, name)]
    results.write(times.NAME, {"measured": taken}, tmp_path)
    assert compared.gains(tmp_path)[1].times == 2.0


def test_a_model_file_is_held_against_the_shipped_model(tmp_path):
    for name, seconds in (("hippocampus", 1.0), ("other", 1.5)):
        result = {**averaging_result(), "subject": name, "cpu_seconds": [seconds, 2 * seconds]}
        for case in result["cases"]:
            case["averaged"][0] = {**case["averaged"][0], "dice": 0.8 + 0.1 * seconds}
        results.write(f"further/averaging/{name}", result, tmp_path)
    found = compared.gains(tmp_path)
    assert {one.against for one in found} == {"shipped model 'hippocampus'"}
    gain = next(one for one in found if one.way == "model 'other' instead")
    assert gain.against == "shipped model 'hippocampus'"
    assert gain.difference[0] == pytest.approx(0.05) and gain.times == 1.5


def test_the_shipped_model_is_held_against_the_one_that_sees_one_plane(tmp_path):
    results.write(f"further/averaging/{compared.BASE}", {**averaging_result(), "subject": compared.BASE}, tmp_path)
    shipped = {**averaging_result(), "planes": ["coronal", "sagittal"], "cpu_seconds": [2.0, 4.0]}
    for case in shipped["cases"]:
        case["averaged"][0] = {**case["averaged"][0], "dice": 0.93}
        case["by_plane"] = {plane: case["averaged"][0] | {"dice": 0.91} for plane in shipped["planes"]}
    results.write("further/averaging/hippocampus", shipped, tmp_path)
    found = compared.gains(tmp_path)
    assert list(dict.fromkeys(one.against for one in found)) == [
        "model 'hippocampus-coronal'",
        "shipped model 'hippocampus'",
    ]
    instead = next(one for one in found if one.way == "shipped model 'hippocampus' instead")
    assert instead.difference[0] == pytest.approx(0.03) and instead.times == 2.0
    own = {one.way: one for one in found if one.against == "shipped model 'hippocampus'"}
    assert own["2 runs, of coronal and sagittal slices, as it is"].dice == pytest.approx(0.93)
    assert own["sagittal slices alone"].difference[0] == pytest.approx(-0.02)
    assert own["4 runs averaged, half of them mirrored"].times == 2.0


def test_an_alarm_is_chosen_on_one_half_of_the_cases_and_checked_on_the_other():
    found = alarms.finding(quality_result())
    assert (found.failures, found.scans, found.area) == (6, 12, 1.0)
    assert found.cut_off == pytest.approx((0.05 + 0.2) / 2)
    assert found.area_in_the_middle is None and found.worst_missed is None
    for half in (found.chosen, found.checked):
        assert (half.failures, half.found, half.successes, half.false) == (3, 3, 3, 0)


def test_what_an_alarm_misses_is_said():
    result = quality_result()
    for scan in result["scans"]:
        if scan["case"] == "case_1" and scan["change"] == "bias":  # of the half that has no say in the cut-off
            scan.update(dice=0.7, quality=0.01)
    found = alarms.finding(result)
    assert (found.checked.failures, found.checked.found) == (3, 2) and found.worst_missed == 0.7
    assert found.chosen.found == 3


def test_the_document_says_what_was_gained_and_where_it_comes_from(tmp_path):
    pytest.importorskip("matplotlib")
    into, document = tmp_path / "results", tmp_path / "evidence.md"
    shutil.copy(DOCUMENT, document)
    results.write("further/averaging/hippocampus", averaging_result(), into)
    results.write("further/quality/hippocampus", quality_result(), into)
    for name, loss in ((artefacts.WITHOUT, 0.2), (artefacts.WITH, 0.05)):
        results.write(f"{curves.FOLDER}/{name}", curves_result(name, loss), into)
    drawn = draw_all(into, document, tmp_path / "evidence")
    made = ("gains", "quality-score", "model-invariance", "model-robustness")
    assert {f"{name}.svg" for name in made} == {path.name for path in drawn}
    text = document.read_text()
    assert "| model 'hippocampus-coronal' | 0.900 | 0.850 |" in text
    assert "| 2 runs averaged | 0.9100 | +0.0100 (+0.0100 to +0.0100) | 6 of 6 | 1.20 | 70,016 | 2.1 x |" in text
    assert "| 2 runs averaged, one mirrored | 0.9200" in text
    assert "| largest component | 0.9500 | +0.0500" in text
    assert "| on the other half: failures that it finds | 3 of 3 |" in text
    assert "| Bias field 1 | 0.500 | 6 of 6 | 0.225 | 6 of 6 | 0.500 |" in text
    assert "| Ghosting 1.5 | 0.700 | 0.850 | 0.200 | 75 % |" in text
    assert "| [further/quality/hippocampus](results/further/quality/hippocampus.json) | `made quality` | - |" in text
