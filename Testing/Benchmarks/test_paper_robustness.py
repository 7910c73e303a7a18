"""The paper's experiments: robustness of a trained row, and the smallest computer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchio")

from mednca.report.changes import EXPERIMENTS  # noqa: E402
from paper import results, robustness, smallest, whole_mri  # noqa: E402
from paper.table_row import make_row, trained  # noqa: E402
from paper_cases import ellipsoid_case, ellipsoid_study  # noqa: E402
from paper_row_case import QUICK, SMALL  # noqa: E402


def test_robustness_is_measured_once_a_row_is_final_and_goes_on_where_it_stopped(tmp_path, monkeypatch, capsys):
    study = ellipsoid_study(tmp_path)
    robustness.measure_row(SMALL, study, "none")
    assert "not measured" in capsys.readouterr().out
    final = make_row(SMALL, study, "none", **QUICK)

    few = EXPERIMENTS[:1] + EXPERIMENTS[-1:]
    monkeypatch.setattr(robustness, "EXPERIMENTS", few)
    done, measured = [], robustness.overlaps

    def interrupted(candidate, offset, cases, experiment, level):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append((experiment.name, level))
        return measured(candidate, offset, cases, experiment, level)

    monkeypatch.setattr(robustness, "overlaps", interrupted)
    with pytest.raises(KeyboardInterrupt):
        robustness.measure_row(SMALL, study, "none")
    monkeypatch.setattr(robustness, "overlaps", lambda *given: done.append(given[3:]) or measured(*given))
    robustness.measure_row(SMALL, study, "none")
    assert len(done) == sum(len(one.levels) for one in few)
    found = results.read("robustness/small", study.into)["experiments"]
    for one in few:
        unchanged = found[one.name]["dice"][one.levels.index(one.unchanged)]
        assert np.mean(unchanged) == pytest.approx(final["test"]["mean_dice"], abs=1e-5)


def test_a_case_that_has_left_the_image_has_no_dice(tmp_path):
    study = ellipsoid_study(tmp_path)
    make_row(SMALL, study, "none", **QUICK)
    (case,) = study.parts["test"]
    label = np.zeros_like(case.label)
    label[:, :, -1] = 1
    cases = [case, replace(case, label=label)]
    shift = next(one for one in EXPERIMENTS if one.name == "shift")
    there, gone = robustness.overlaps(*trained(SMALL, study), cases, shift, 0.5)
    assert 0 <= there <= 1 and gone is None


def test_the_smallest_computer_is_measured_in_processes_of_their_own(tmp_path):
    smallest.measure(tmp_path, "none", sides=(32,), methods=("numpy",))
    (found,) = results.read("smallest", tmp_path)["measured"]
    assert found["fits"] and 20 < found["peak_mb"] < 512 and found["seconds"] > 0


def test_a_whole_scan_is_timed_once_for_a_device(tmp_path, monkeypatch):
    monkeypatch.setattr(
        whole_mri,
        "todo",
        lambda: [("made", "small", lambda device: (SMALL.make(0).eval(), ellipsoid_case("case", 0).volume))],
    )
    for _ in range(2):
        whole_mri.measure(tmp_path, "none")
    (found,) = results.read("whole-mri", tmp_path)["measured"]
    assert found["shape"] == [15, 6, 13] and found["seconds"] > 0


def test_a_limit_that_is_too_low_is_told_from_a_failure():
    assert smallest.worker("numpy", 1024, 1, 60) is None
    with pytest.raises(RuntimeError, match="failed"):
        smallest.worker("nothing", 32, 1, 512)
