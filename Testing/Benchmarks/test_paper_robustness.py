"""The paper's experiments: what is done to scans, robustness of a trained row, and the smallest computer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchio")

from mednca import Volume  # noqa: E402
from paper import changes, results, robustness, smallest, whole_mri  # noqa: E402
from paper.changes import EXPERIMENTS, Scan  # noqa: E402
from paper.table_row import make_row  # noqa: E402
from paper_cases import ellipsoid_case, ellipsoid_study  # noqa: E402
from test_paper_rows import QUICK, SMALL  # noqa: E402


def scan(affine=None) -> Scan:
    case = ellipsoid_case("case", 0)
    return Scan("case", replace(case.volume, affine=np.eye(4) if affine is None else affine), case.label)


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda one: one.name)
def test_the_unchanged_level_changes_nothing_and_every_other_one_does(experiment):
    given = scan()
    assert experiment.unchanged in experiment.levels
    for level in experiment.levels:
        changed = experiment.apply(given, level)
        same = changed.zoom == given.zoom and np.array_equal(changed.volume.array, given.volume.array)
        assert same == (level == experiment.unchanged)
        assert changed.volume.array.shape == changed.truth.shape == given.truth.shape


@pytest.mark.parametrize("change", [changes.ghosting, changes.anisotropy, changes.bias_field])
def test_artefacts_are_the_same_every_time_and_leave_the_global_generator_alone(change):
    state = torch.random.get_rng_state()
    once, again = change(scan(), 2.0), change(scan(), 2.0)
    assert np.array_equal(once.volume.array, again.volume.array)
    assert torch.equal(torch.random.get_rng_state(), state)
    others = [change(replace(scan(), name=f"case {number}"), 2.0) for number in range(8)]
    assert not all(np.array_equal(once.volume.array, other.volume.array) for other in others)


def test_a_stronger_bias_field_is_the_same_field_grown():
    given = scan()
    fields = [np.log(changes.bias_field(given, level).volume.array / given.volume.array) for level in (0.4, 0.8)]
    assert np.allclose(2 * fields[0], fields[1], atol=1e-4)


def test_a_shift_moves_scan_and_truth_up_whichever_way_the_volume_is_stored():
    up = scan()
    down = Scan("case", Volume(up.volume.array[:, :, ::-1], np.diag([1.0, 1, -1, 1])), up.truth[:, :, ::-1])
    moved, mirrored = changes.shift(up, 0.5), changes.shift(down, 0.5)
    count = round(0.5 * up.truth.shape[2])
    assert np.array_equal(moved.truth[:, :, count:], up.truth[:, :, :-count])
    assert not moved.truth[:, :, :count].any()
    assert (moved.volume.array[:, :, :count] == up.volume.array.min()).all()
    assert np.array_equal(mirrored.truth[:, :, ::-1], moved.truth)
    assert np.array_equal(mirrored.volume.array[:, :, ::-1], moved.volume.array)


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


def test_the_smallest_computer_is_measured_in_processes_of_their_own(tmp_path):
    smallest.measure(tmp_path, "none", sides=(32,), methods=("numpy",))
    (found,) = results.read("smallest", tmp_path)["measured"]
    assert found["fits"] and 20 < found["peak_mb"] < 512 and found["seconds"] > 0


def test_a_whole_scan_is_timed_once_for_a_device(tmp_path, monkeypatch):
    monkeypatch.setattr(
        whole_mri, "todo", lambda: [("made", "small", lambda device: (SMALL.make(0).eval(), scan().volume))]
    )
    for _ in range(2):
        whole_mri.measure(tmp_path, "none")
    (found,) = results.read("whole-mri", tmp_path)["measured"]
    assert found["shape"] == [15, 6, 13] and found["seconds"] > 0


def test_a_limit_that_is_too_low_is_told_from_a_failure():
    assert smallest.worker("numpy", 1024, 1, 60) is None
    with pytest.raises(RuntimeError, match="failed"):
        smallest.worker("nothing", 32, 1, 512)
