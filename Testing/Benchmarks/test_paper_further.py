"""What goes further than the paper: how it is measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from further_case import subject  # noqa: E402
from mednca.metrics import dice  # noqa: E402
from mednca.report.changes import EXPERIMENTS  # noqa: E402
from paper import results  # noqa: E402
from paper.further import averaging, curves, planes, quality  # noqa: E402
from paper_cases import ellipsoid_study  # noqa: E402


class Interrupted(Exception):
    pass


def interrupting(measured, after: int, calls: list):
    def of_case(*given):
        if len(calls) == after:
            raise Interrupted
        calls.append(given)
        return measured(*given)

    return of_case


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


def test_of_a_model_of_two_planes_a_run_of_each_is_averaged_and_each_is_measured_alone(tmp_path, monkeypatch):
    study = ellipsoid_study(tmp_path)
    monkeypatch.setattr(averaging, "RUNS", (1, 2))
    both, coronal = subject(further=("sagittal",)), subject()
    averaging.measure(both, study, "none")
    found = results.read("further/averaging/made", study.into)
    case = study.parts["validation"][0]
    assert found["planes"] == ["coronal", "sagittal"]
    chance = both.run(case.volume, runs=2).probability[0]
    assert found["cases"][0]["averaged"][0]["dice"] == pytest.approx(dice(chance > 0.5, case.label > 0), abs=1e-6)
    alone = coronal.run(case.volume).labels
    by_plane = found["cases"][0]["by_plane"]
    assert by_plane["coronal"]["dice"] == pytest.approx(dice(alone > 0, case.label > 0), abs=1e-6)
    assert by_plane["sagittal"] != by_plane["coronal"]
    assert len(found["cpu_seconds"]) == 2


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


def test_the_quality_score_is_that_of_the_cards_runs_and_measured_anew_for_others(tmp_path, monkeypatch):
    study, calls, measured = ellipsoid_study(tmp_path), [], quality.of_case
    monkeypatch.setattr(quality, "conditions", lambda: iter([("none", 0.0, None)]))
    monkeypatch.setattr(quality, "of_case", lambda *given, **how: calls.append(how) or measured(*given, **how))
    single = subject()
    card = replace(single.model.card, runs=2, mirrored=True)
    mirrored = replace(single, model=replace(single.model, card=card))
    for one in (single, single, mirrored, mirrored):
        quality.measure(one, study, "none")
    assert calls == [{"runs": quality.RUNS, "mirrored": False}, {"runs": 2, "mirrored": True}]
    found = results.read("further/quality/made", study.into)
    assert (found["runs"], found["mirrored"]) == (2, True)
    case = study.parts["validation"][0]
    assert found["scans"][0]["quality"] == pytest.approx(
        mirrored.run(case.volume, runs=2, mirrored=True).quality, abs=1e-6
    )


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
