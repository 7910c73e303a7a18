"""`mednca report`, as its users and the panel in Slicer run it."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from core_cases import MODULE, random_volume, small_model, write_bright_case
from mednca import cli, save_model, write_volume
from mednca.process import started_at
from mednca.report import changes, measuring, progress
from mednca.report.result import read_result

SCANS = 2 * 12  # cases, and what is done to each by ONLY
ONLY = ("--only", "stretch", "shift")


@pytest.fixture
def place(tmp_path):
    """A folder with a small model and two labelled cases."""
    save_model(small_model(), tmp_path / "small.npz")
    for number in range(2):
        write_bright_case(tmp_path, f"case_{number}.nii", random_volume(seed=number))
    return tmp_path


@pytest.fixture(autouse=True)
def without_figures(monkeypatch):
    """Drawing takes longer than the measuring here."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)


def words(place, *more):
    line = ("report", "--model", place / "small.npz", "--images", place / "images", "--labels", place / "labels")
    return [str(word) for word in (*line, "-o", place / "out", *(more or ONLY))]


def progress_of(place) -> dict:
    return json.loads((place / "out" / "progress.json").read_text())


@pytest.fixture
def count(monkeypatch):
    """Counts the scans that are measured; `count.at[n]` is done before the n-th."""

    class Count:
        done, at = 0, {}

        def __call__(self, *given):
            self.done += 1
            self.at.pop(self.done, lambda: None)()
            return measure(*given)

    measure = measuring.label_dice
    counting = Count()
    monkeypatch.setattr(measuring, "label_dice", counting)
    return counting


def interrupt():
    raise KeyboardInterrupt


def test_a_report_is_files_to_read_and_a_result_that_says_how_it_was_made(place, capsys):
    assert cli.main(words(place)) == 0
    said = capsys.readouterr().out
    assert "The mean Dice" in said
    assert str(place / "out" / "report.md") in said
    assert "pip install matplotlib" in said
    names = {path.name for path in (place / "out").iterdir()}
    assert names == {"report.json", "report.csv", "report.md", "progress.json", "partial.json"}
    result = read_result(place / "out")
    assert result["model"] == {
        "name": "small",
        "title": "A small model",
        "file": str(place / "small.npz"),
        "parameters": small_model().parameters,
        "plane": "coronal",
    }
    assert (result["seed"], result["runs"], result["cases"]) == (0, 1, ["case_0", "case_1"])
    assert {one["why"] for one in result["left_out"]} == {"It was not asked for."}
    assert [one["name"] for one in result["left_out"]] == ["scale", "ghosting", "anisotropy", "bias"]
    assert result["versions"]["numpy"] == np.__version__
    assert set(result) >= {"command", "date", "machine"}
    done = progress_of(place)
    assert (done["state"], done["done"], done["total"], done["message"]) == ("finished", SCANS, SCANS, "")


def test_figures_are_part_of_the_text_where_matplotlib_is_and_added_when_it_comes(place, monkeypatch, count):
    assert cli.main(words(place)) == 0
    monkeypatch.delitem(sys.modules, "matplotlib")
    pytest.importorskip("matplotlib")
    assert cli.main(words(place)) == 0
    assert count.done == SCANS
    assert (place / "out" / "input-invariance.svg").exists()
    assert "](input-invariance.svg)" in (place / "out" / "report.md").read_text(encoding="utf-8")


def test_artefacts_are_measured_where_torchio_is(place):
    pytest.importorskip("torchio")
    assert cli.main(words(place, "--only", "bias", "--seed", "2", "--runs", "2")) == 0
    result = read_result(place / "out")
    assert (result["seed"], result["runs"]) == (2, 2)
    (bias,) = result["experiments"]
    assert bias["figure"] == 6
    assert bias["dice"]["Blob"][0] != bias["dice"]["Blob"][-1]


def test_without_torchio_the_artefacts_are_left_out_and_said_to_be(place, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "torchio", None)
    changes.artefacts_missing.cache_clear()
    try:
        assert cli.main(words(place, "--only", "bias")) == 2
        assert capsys.readouterr().err.count("pip install torchio") == 1
        assert not (place / "out").exists()
        assert cli.main(words(place, "--only", "shift", "bias", "ghosting")) == 0
    finally:
        changes.artefacts_missing.cache_clear()
    assert "Left out: Ghosting, Bias field. " in capsys.readouterr().out
    result = read_result(place / "out")
    assert [one["name"] for one in result["experiments"]] == ["shift"]
    whys = {one["name"]: one["why"] for one in result["left_out"]}
    assert "pip install torchio" in whys["bias"]
    assert whys["anisotropy"] == "It was not asked for."


def test_an_interrupted_report_goes_on_where_it_was(place, capsys, count):
    count.at[6] = interrupt
    with pytest.raises(SystemExit) as end:
        cli.main(words(place))
    assert end.value.code == 130
    assert "goes on" in capsys.readouterr().out
    stopped = progress_of(place)
    assert (stopped["state"], stopped["total"]) == ("stopped", SCANS)
    assert "goes on" in stopped["message"]
    assert not (place / "out" / "report.json").exists()
    assert cli.main(words(place)) == 0
    assert count.done == SCANS + 1
    assert progress_of(place)["state"] == "finished"


def test_a_file_named_stop_stops_it_and_is_gone_then(place, count, monkeypatch):
    monkeypatch.setattr(progress, "EVERY", 0.0)
    count.at[3] = (place / "out" / "stop").touch
    with pytest.raises(SystemExit):
        cli.main(words(place))
    assert count.done == 3
    assert (progress_of(place)["state"], progress_of(place)["done"]) == ("stopped", 3)
    assert not (place / "out" / "stop").exists()
    (place / "out" / "stop").touch()  # meant for the process before
    assert cli.main(words(place)) == 0
    assert count.done == SCANS


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
def test_the_signal_to_end_keeps_what_was_measured(place):
    line = [sys.executable, "-m", "mednca", *words(place, "--only", "scale", "--runs", "300")]
    environment = os.environ | {"PYTHONPATH": str(MODULE)}
    process = subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (place / "out" / "progress.json").exists():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.01)
    running = progress_of(place)
    assert abs(time.time() - running["updated"]) < 60
    assert (running["state"], running["pid"]) == ("running", process.pid)
    assert running["text"] == "Unchanged: case case_0"
    process.send_signal(signal.SIGTERM)
    said, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "goes on" in said
    assert "Traceback" not in errors
    assert progress_of(place)["state"] == "stopped"
    assert (place / "out" / "partial.json").exists()


def test_another_model_begins_anew_and_says_so(place, capsys, count):
    assert cli.main(words(place)) == 0
    save_model(small_model(seed=1), place / "small.npz")
    capsys.readouterr()
    assert cli.main(words(place)) == 0
    assert "begins anew" in capsys.readouterr().out
    assert count.done == 2 * SCANS


def test_a_case_that_cannot_be_used_ends_it_with_one_sentence_that_the_folder_has_too(place, capsys, count):
    good = (place / "labels" / "case_1.nii").read_bytes()
    write_volume(place / "labels" / "case_1.nii", random_volume((9, 9, 9)))
    assert cli.main(words(place)) == 2
    (line,) = (one for one in capsys.readouterr().err.splitlines() if one.startswith("mednca: "))
    assert "'case_1'" in line
    failed = progress_of(place)
    assert (failed["state"], f"mednca: {failed['message']}") == ("failed", line)
    (place / "labels" / "case_1.nii").write_bytes(good)
    assert cli.main(words(place)) == 0
    assert count.done == SCANS
    assert progress_of(place)["message"] == ""


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("--only", "rotation"), "There is no experiment 'rotation'"),
        (("--model", "brain"), "no model 'brain'"),
        (("--images", "nowhere"), "no folder"),
        (("--runs", "0"), "runs"),
        (("--device", "cuda", "--engine", "numpy"), "CPU only"),
        (("-o", "FILE"), "is a file"),
        (("-o", "FILE/out"), "cannot be made"),
    ],
)
def test_bad_arguments_are_refused_with_one_sentence_and_nothing_is_written(place, capsys, more, sentence):
    before = {path.name for path in place.iterdir()}
    named = [word.replace("FILE", str(place / "small.npz")) for word in more]
    assert cli.main([*words(place, *ONLY), *named]) == 2
    said = capsys.readouterr().err
    assert said.startswith("mednca: ")
    assert said.count("\n") == 1
    assert sentence in said
    assert {path.name for path in place.iterdir()} == before


def test_cases_are_chosen_by_their_names_which_may_have_spaces(place):
    for name in ("images", "labels"):
        (place / name / "case_1.nii").rename(place / name / "case 1 b.nii")
    (place / "chosen.txt").write_text("\n  case 1 b\n\n")
    assert cli.main(words(place, "--only", "shift", "--cases", str(place / "chosen.txt"))) == 0
    assert read_result(place / "out")["cases"] == ["case 1 b"]


def test_a_folder_in_which_another_process_works_is_left_to_it(place, capsys):
    assert cli.main(words(place)) == 0
    other = os.getppid()
    content = progress_of(place) | {"state": "running", "pid": other, "process_started": started_at(other)}
    path = place / "out" / "progress.json"
    path.write_text(json.dumps(content))
    assert cli.main(words(place)) == 2
    assert f"Another process ({other})" in capsys.readouterr().err
    assert json.loads(path.read_text()) == content
    # One that was killed left the same file.
    path.write_text(json.dumps(content | {"process_started": content["process_started"] - 1000}))
    assert cli.main(words(place)) == 0
    assert progress_of(place)["state"] == "finished"
