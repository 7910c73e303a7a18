"""The paper's experiments: what goes further than the paper."""

from __future__ import annotations

import shutil
from dataclasses import asdict, replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mednca import MedNCAError, save_model  # noqa: E402
from mednca.metrics import dice  # noqa: E402
from mednca.model import Model  # noqa: E402
from mednca.report.changes import EXPERIMENTS  # noqa: E402
from mednca.rule import Rule  # noqa: E402
from paper import results  # noqa: E402
from paper.draw import DOCUMENT, draw_all  # noqa: E402
from paper.further import alarms, artefacts, averaging, compared, curves, planes, quality, statistics, times  # noqa: E402
from paper.further.kept import Kept  # noqa: E402
from paper.further.subject import Subject, from_file, from_row, with_offset  # noqa: E402
from paper.rows import BY_NAME, card_of, one_mm_row  # noqa: E402
from paper.table_row import make_row  # noqa: E402
from paper.tasks import HIPPOCAMPUS  # noqa: E402
from paper.training import Training  # noqa: E402
from paper_cases import ellipsoid_study  # noqa: E402
from test_paper_rows import QUICK, SMALL  # noqa: E402


def model(plane: str = "coronal", **facts) -> Model:
    """Untrained, with rules that do something; of its Dice nothing is expected."""
    card = card_of("made", HIPPOCAMPUS, channels=8, hidden=8, spacing=1.0, plane=plane)
    card = replace(card, levels=[replace(level, steps=3) for level in card.levels], training=facts)
    rng = np.random.default_rng(len(plane))
    shapes = Rule.shapes(card.channels, card.hidden)
    rules = [Rule(**{name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()})]
    return Model(card, rules)


def subject(name: str = "made", plane: str = "coronal") -> Subject:
    return Subject(name, name, model(plane))


class Interrupted(Exception):
    pass


def interrupting(measured, after: int, calls: list):
    def of_case(*given):
        if len(calls) == after:
            raise Interrupted
        calls.append(given)
        return measured(*given)

    return of_case


def test_rank_correlation_shares_the_ranks_of_ties():
    assert statistics.ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1.0, 3.5, 2.0]
    rising = np.arange(5.0)
    assert statistics.rank_correlation(rising, np.exp(rising)) == pytest.approx(1)
    assert statistics.rank_correlation(rising, -(rising**3)) == pytest.approx(-1)
    assert statistics.rank_correlation(rising, np.ones(5)) is None


def test_the_area_under_the_curve_is_the_share_of_pairs_in_the_right_order():
    rng = np.random.default_rng(0)
    scores, failed = rng.integers(0, 10, 50).astype(float), rng.random(50) < 0.3
    pairs = [(bad > good) + 0.5 * (bad == good) for bad in scores[failed] for good in scores[~failed]]
    assert statistics.area_under_curve(scores, failed) == pytest.approx(np.mean(pairs))
    assert statistics.area_under_curve(scores, np.zeros(50, bool)) is None


def test_the_cut_off_lies_between_successes_and_failures():
    scores = np.array([0.1, 0.2, 0.3, 0.7, 0.9, 0.05])
    failed = np.array([False, False, False, True, True, True])
    cut_off = statistics.best_cut_off(scores, failed)
    assert cut_off == pytest.approx(0.5)
    found = statistics.alarm(scores, failed, cut_off)
    assert (found.failures, found.found, found.successes, found.false) == (3, 2, 3, 0)
    assert statistics.best_cut_off(scores, ~np.ones(6, bool)) is None


def test_the_interval_of_a_difference_is_that_of_pairs():
    plain = np.random.default_rng(0).normal(0.8, 0.1, 30)
    mean, low, high = statistics.mean_difference(plain + 0.01, plain)
    assert mean == pytest.approx(0.01) and high - low < 1e-9
    mean, low, high = statistics.mean_difference(plain[::-1], plain)
    assert low < mean < high and abs(mean) < 1e-9


def test_kept_figures_are_those_of_the_same_weights(tmp_path):
    path = tmp_path / "folder" / "kept.json"
    assert Kept(path, "first").get("one", lambda: 1) == 1
    assert Kept(path, "first").get("one", lambda: 2) == 1
    assert Kept(path, "second").get("one", lambda: 2) == 2


def test_models_are_told_apart_by_what_they_do():
    one = subject()
    card = one.model.card
    assert replace(one, model=replace(one.model, card=replace(card, version="2"))).sha256 == one.sha256
    assert replace(one, model=with_offset(one.model, 0.5)).sha256 != one.sha256
    assert subject(plane="axial").sha256 != one.sha256


def test_a_model_that_may_have_seen_the_validation_cases_is_refused(tmp_path):
    study = ellipsoid_study(tmp_path)
    for number, facts in enumerate(({}, {"validation_cases": ["case_3"]})):
        path = tmp_path / f"model_{number}.npz"
        save_model(model(**facts), path)
        with pytest.raises(MedNCAError, match="case_2"):
            from_file(path, study)
    save_model(model(validation_cases=["case_2"]), path)
    assert from_file(path, study).name == "model_1"


def test_a_final_row_is_measured_with_its_offset_and_no_other_row_is(tmp_path, capsys):
    study = ellipsoid_study(tmp_path)
    row = one_mm_row("small", "small", "", channels=8, hidden=8)
    assert from_row(row, study) is None and "not trained to its end" in capsys.readouterr().out
    result = make_row(row, study, "none", **QUICK)
    found = from_row(row, study)
    case = study.parts["validation"][0]
    overlap = dice(found.run(case.volume).labels > 0, case.label > 0)
    assert overlap == pytest.approx(result["validation"]["mean_dice"], abs=1e-6)
    assert found.model.card.labels[0].offset == pytest.approx(result["offset"])


def test_a_final_row_that_is_no_automaton_is_left_out(tmp_path, capsys):
    study = ellipsoid_study(tmp_path)
    make_row(SMALL, study, "none", **QUICK)
    assert from_row(SMALL, study) is None and "no automaton" in capsys.readouterr().out


def test_a_row_with_artefacts_is_trained_with_them():
    pytest.importorskip("torchio")
    rows = [BY_NAME[name] for name in (artefacts.PLAIN, artefacts.WITH)]
    assert [row.artefacts for row in rows] == [0.0, 0.5]
    assert asdict(rows[0].make(0).card.input) == asdict(rows[1].make(0).card.input)


def test_the_share_of_artefacts_reaches_the_batches(tmp_path):
    pytest.importorskip("torchio")
    training = Training(replace(BY_NAME["med-nca-c16"], artefacts=1.0), ellipsoid_study(tmp_path), **QUICK)
    assert training.batches.recipe.artefacts == 1.0 and training.facts()["artefacts"] == 1.0


def test_directions_are_those_of_the_rows_that_are_fused():
    for plane, name in planes.ROWS.items():
        card = BY_NAME[name].make(0).card
        assert card.input.plane == plane and card.input.spacing == (1.0, 1.0)


def test_rows_with_neighbours_are_as_large_as_the_plain_one_and_see_more_slices(tmp_path):
    for count in (1, 2):
        row = BY_NAME[f"med-nca-1mm-neighbours-{count}"]
        assert row.make(0).card.input.channels == 1 + 2 * count
        training = Training(row, ellipsoid_study(tmp_path), **QUICK)
        training.step()
        case = training.validation[0]
        assert training.averaged.probability(case.volume).shape == case.label.shape


def test_averaging_goes_on_where_it_stopped_and_is_measured_once(tmp_path, monkeypatch):
    study = ellipsoid_study(tmp_path)
    study = replace(study, parts={"validation": study.parts["training"]})
    calls, measured = [], averaging.of_case
    monkeypatch.setattr(averaging, "RUNS", (1, 2))
    monkeypatch.setattr(averaging, "of_case", interrupting(measured, 1, calls))
    with pytest.raises(Interrupted):
        averaging.measure(subject(), study, "none")
    monkeypatch.setattr(averaging, "of_case", interrupting(measured, 2, calls))
    for _ in range(2):
        averaging.measure(subject(), study, "none")
    found = results.read("further/averaging/made", study.into)
    assert [row["case"] for row in found["cases"]] == ["case_0", "case_1"] and len(found["cpu_seconds"]) == 2
    for row in found["cases"]:
        assert len(row["averaged"]) == len(row["alone"]) == 2
        assert row["averaged"][0]["dice"] == row["alone"][0]
        assert 0 <= row["mirrored"]["dice"] <= 1


def test_a_mirrored_run_is_turned_back(tmp_path):
    """A model that finds what is bright finds the same in a scan and in its mirror image."""
    case = ellipsoid_study(tmp_path).parts["validation"][0]

    class Threshold:
        def run(self, volume, device, seed):
            bright = (volume.array > 150).astype(np.float32)
            return type("Result", (), {"probability": bright[None]})

    assert averaging.of_mirrored(Threshold(), case, "cpu")["dice"] == dice(case.volume.array > 150, case.label > 0)


def test_the_mean_of_several_runs_is_that_of_their_probabilities(tmp_path, monkeypatch):
    monkeypatch.setattr(averaging, "RUNS", (1, 3))
    case = ellipsoid_study(tmp_path).parts["validation"][0]
    one = subject()
    mean = np.mean([one.run(case.volume, seed=seed).probability[0] for seed in range(3)], axis=0)
    found = averaging.of_case(one, case, "cpu")["averaged"][1]
    assert found["dice"] == pytest.approx(dice(mean > 0.5, case.label > 0), abs=0.01)


def test_the_quality_score_is_measured_on_scans_as_they_are_and_changed(tmp_path, monkeypatch):
    pytest.importorskip("torchio")
    study = ellipsoid_study(tmp_path)
    quality.measure(subject(), study, "none")
    scans = results.read("further/quality/made", study.into)["scans"]
    done = [(scan["change"], scan["level"]) for scan in scans]
    assert done[0] == ("none", 0.0) and len(done) == len(set(done)) == 1 + 2 * len(quality.CHANGES)
    for one in EXPERIMENTS:
        levels = [level for change, level in done if change == one.name]
        assert set(levels) <= set(one.levels) - {one.unchanged}
    assert all(scan["quality"] > 0 for scan in scans)
    assert len({scan["quality"] for scan in scans}) == len(scans)


def test_fusions_are_those_of_all_directions_and_wait_for_their_rows(tmp_path, monkeypatch):
    study = ellipsoid_study(tmp_path)
    planes.measure(study, "none")
    assert results.read(planes.NAME, study.into) is None
    by_name = {name: subject(name, plane) for plane, name in planes.ROWS.items()}
    monkeypatch.setattr(planes, "from_row", lambda row, study: by_name[row.name])
    planes.measure(study, "none")
    fused = results.read(planes.NAME, study.into)["fused"]
    assert sorted(len(one["planes"]) for one in fused) == [1, 1, 1, 2, 2, 2, 3]
    assert fused[-1]["parameters"] == 3 * fused[0]["parameters"]
    case = study.parts["validation"][0]
    chances = [one.run(case.volume).probability[0] for one in by_name.values()]
    assert fused[0]["mean_dice"] == pytest.approx(dice(chances[0] > 0.5, case.label > 0), abs=1e-6)
    assert fused[-1]["mean_dice"] == pytest.approx(dice(np.mean(chances, axis=0) > 0.5, case.label > 0), abs=1e-6)


def test_curves_are_those_of_the_rows_with_the_unchanged_scan_measured_once(tmp_path, monkeypatch):
    pytest.importorskip("torchio")
    study, calls, measured = ellipsoid_study(tmp_path), [], curves.dice_of
    monkeypatch.setattr(curves, "dice_of", lambda *given: calls.append(given) or measured(*given))
    one = subject()
    for _ in range(2):
        curves.measure(one, study, "none")
    assert len(calls) == sum(len(experiment.levels) - 1 for experiment in EXPERIMENTS) + 1
    found = results.read("further/robustness/made", study.into)["experiments"]
    case = study.parts["validation"][0]
    plain = dice(one.run(case.volume).labels > 0, case.label > 0)
    for experiment in EXPERIMENTS:
        curve = found[experiment.name]
        assert curve["dice"][curve["levels"].index(experiment.unchanged)] == [pytest.approx(plain, abs=1e-6)]
    assert len({str(values) for values in found["scale"]["dice"]}) > 1


def test_artefacts_in_training_are_held_against_the_plain_row(tmp_path, monkeypatch):
    pytest.importorskip("torchio")
    study = ellipsoid_study(tmp_path)
    artefacts.measure(study, "none")
    assert results.read(artefacts.NAME, study.into) is None
    monkeypatch.setattr(artefacts, "from_row", lambda row, study: subject(row.name))
    artefacts.measure(study, "none")
    rows = results.read(artefacts.NAME, study.into)["rows"]
    assert list(rows) == [artefacts.PLAIN, artefacts.WITH]
    assert set(rows[artefacts.PLAIN]["experiments"]) == {one.name for one in artefacts.SHOWN}


# What is drawn and said, from results that are made up.


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


def artefacts_result() -> dict:
    def curves(loss: float) -> dict:
        return {
            one.name: {
                "levels": list(one.levels),
                "dice": [[0.9 - loss * (level != one.unchanged)] * 6 for level in one.levels],
            }
            for one in artefacts.SHOWN
        }

    rows = {artefacts.PLAIN: 0.2, artefacts.WITH: 0.05}
    found = {name: {"title": name, "experiments": curves(loss)} for name, loss in rows.items()}
    return {"rows": found, **results.provenance("made artefacts")}


def test_only_rows_that_were_trained_to_their_end_gain_anything(tmp_path):
    results.write(compared.PLAIN, row_result(compared.PLAIN, 0.90), tmp_path)
    assert [one.way for one in compared.gains(tmp_path)] == ["one run, as it is"]
    name = compared.OTHERWISE[0]
    results.write(name, row_result(name, 0.92, stopped="early"), tmp_path)
    assert len(compared.gains(tmp_path)) == 1
    results.write(name, row_result(name, 0.92), tmp_path)
    gain = compared.gains(tmp_path)[1]
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
    gain = next(one for one in compared.gains(tmp_path) if one.way == "model 'other' instead")
    assert gain.against == "shipped model 'hippocampus'"
    assert gain.difference[0] == pytest.approx(0.05) and gain.times == 1.5


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
    results.write(artefacts.NAME, artefacts_result(), into)
    shown = {one.name: {"levels": list(one.levels), "dice": [[0.9]] * len(one.levels)} for one in EXPERIMENTS}
    robust = {"subject": "hippocampus", "experiments": shown, **results.provenance("made curves")}
    results.write("further/robustness/hippocampus", robust, into)
    drawn = draw_all(into, document, tmp_path / "evidence")
    made = ("gains", "quality-score", "artefacts-in-training", "model-invariance", "model-robustness")
    assert {f"{name}.svg" for name in made} == {path.name for path in drawn}
    text = document.read_text()
    assert "| shipped model 'hippocampus' | 0.900 | 0.900 |" in text
    assert "| 2 runs averaged | 0.9100 | +0.0100 (+0.0100 to +0.0100) | 6 of 6 | 1.20 | 70,016 | 2.1 x |" in text
    assert "| 2 runs averaged, one mirrored | 0.9200" in text
    assert "| largest component | 0.9500 | +0.0500" in text
    assert "| on the other half: failures that it finds | 3 of 3 |" in text
    assert "| Bias field 1 | 0.500 | 6 of 6 | 0.225 | 6 of 6 | 0.500 |" in text
    assert "| Ghosting 1.5 | 0.700 | 0.850 | 0.200 | 75 % |" in text
    assert "| [further/quality/hippocampus](results/further/quality/hippocampus.json) | `made quality` | - |" in text
