"""What is wrong with files is said before the work starts."""

import os
import re
import sys
from contextlib import nullcontext

import numpy as np
import pytest
from core_cases import random_volume, small_model, write_bright_case
from mednca import MedNCAError, Volume, cli, commands, save_model, write_volume
from mednca.arguments import labelled_cases, need_folder, need_usable
from mednca.files import read_volume
from mednca.segmenter import Segmenter
from mednca.training import plan_command, starting
from mednca.training.plan import GIVEN


@pytest.fixture
def place(tmp_path):
    """A model and two labelled cases, `a` and `b`."""
    save_model(small_model(), tmp_path / "small.npz")
    for name in "ab":
        write_bright_case(tmp_path, f"{name}.nii.gz", random_volume())
    return tmp_path


def spoil(place):
    """One voxel of the second image is not finite."""
    volume = random_volume()
    array = volume.array.astype(np.float32)
    array[0, 0, 0] = np.nan
    write_volume(place / "images" / "b.nii.gz", Volume(array, volume.affine))


def crop(place):
    """The second label has lost a slice."""
    label = read_volume(place / "labels" / "b.nii.gz")
    write_volume(place / "labels" / "b.nii.gz", Volume(label.array[:, :, 1:], label.affine))


def cut(place):
    """The second image is damaged."""
    content = (place / "images" / "b.nii.gz").read_bytes()
    (place / "images" / "b.nii.gz").write_bytes(content[: len(content) // 2])


def shrink(place):
    """The second case is far too small in mm."""
    for part in ("images", "labels"):
        volume = read_volume(place / part / "b.nii.gz")
        write_volume(place / part / "b.nii.gz", Volume(volume.array, np.diag([1e-5] * 3 + [1])))


def blur(place):
    """The second label was resampled with linear interpolation."""
    label = read_volume(place / "labels" / "b.nii.gz")
    write_volume(place / "labels" / "b.nii.gz", Volume(label.array * np.float32(0.5), label.affine))


def number(value):
    """The second label has another value."""

    def harm(place):
        label = read_volume(place / "labels" / "b.nii.gz")
        write_volume(place / "labels" / "b.nii.gz", Volume((label.array > 0) * np.int16(value), label.affine))

    return harm


def test_good_cases_are_usable(place):
    need_usable(labelled_cases(place / "images", place / "labels"), Segmenter(small_model()))


def test_labels_of_which_the_model_has_none_are_refused_and_empty_ones_are_not(place):
    cases = labelled_cases(place / "images", place / "labels")
    parts = Segmenter(small_model(labels=[{"value": 1, "name": "a"}, {"value": 2, "name": "b"}]))
    for value, refused in ((2, False), (17, True), (0, False)):
        number(value)(place)
        with pytest.raises(MedNCAError, match=r"none of the model's values \(1, 2\)") if refused else nullcontext():
            need_usable(cases, parts)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (spoil, "'b' has voxels"),
        (crop, "'b' do not fit"),
        (cut, "b.nii.gz"),
        (shrink, "'b': A coronal slice"),
        (blur, "'b' has values that are not whole numbers"),
        (number(-1), "'b' has values below 0"),
    ],
)
@pytest.mark.parametrize("command", ["evaluate", "report"])
def test_a_bad_case_is_named_before_any_is_measured(place, capsys, command, harm, words):
    harm(place)
    arguments = [command, "--model", "small.npz", "--images", "images", "--labels", "labels"]
    paths = [str(place / one) if (place / one).exists() else one for one in arguments]
    output = ["-o", str(place / "report")] if command == "report" else []
    assert cli.main([*paths, *output]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert "case 1 of 2" not in said.err  # no bar was drawn
    assert not (place / "report" / "report.md").exists()


@pytest.mark.parametrize("command", ["evaluate", "report", "plan"])
def test_a_missing_library_is_said_once_and_not_of_every_case(place, capsys, monkeypatch, command):
    for library in ("nibabel", "SimpleITK"):
        monkeypatch.setitem(sys.modules, library, None)
    arguments = ["--data", str(place)]
    if command != "plan":
        folders = [str(place / part) for part in ("images", "labels")]
        arguments = ["--model", str(place / "small.npz"), "--images", folders[0], "--labels", folders[1]]
    output = ["-o", str(place / "report")] if command == "report" else []
    assert cli.main([command, *arguments, *output]) == 2
    said = capsys.readouterr()
    assert said.err == (
        "mednca: Reading and writing 'a.nii.gz' needs nibabel or SimpleITK; install one (pip install nibabel).\n"
    )
    assert said.out == ""


def test_a_dicom_series_is_told_how_it_becomes_a_file(tmp_path):
    (tmp_path / "IM0001.dcm").write_bytes(bytes(200))
    for path in (tmp_path, tmp_path / "IM0001.dcm"):
        with pytest.raises(MedNCAError, match="dcm2niix"):
            read_volume(path)


def test_a_folder_to_write_to_may_have_to_be_made_but_must_be_writable(tmp_path, monkeypatch):
    folder = tmp_path / "new" / "steps"
    need_folder(folder)
    assert not folder.parent.exists()
    file = tmp_path / "file"
    file.touch()
    for one in (file, file / "steps"):
        with pytest.raises(MedNCAError, match="file' is a file; give a folder"):
            need_folder(one)
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)
    for one in (folder, tmp_path):
        with pytest.raises(MedNCAError) as refused:
            need_folder(one)
        assert str(refused.value) == f"The folder '{tmp_path}' cannot be written to; give another."


def test_steps_that_cannot_be_written_are_refused_before_anything_is_segmented(place, capsys, monkeypatch):
    steps = place / "steps"
    steps.mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: path != steps)
    monkeypatch.setattr(commands, "read_volume", None)
    assert cli.main(["segment", "scan.nii.gz", "-o", str(place / "s.nii.gz"), "--steps-to", str(steps)]) == 2
    assert f"The folder '{steps}' cannot be written to" in capsys.readouterr().err


def test_a_volume_of_colours_is_called_so():
    array = np.zeros((2, 2, 2), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    with pytest.raises(MedNCAError, match="holds colours"):
        Volume(array, np.eye(4))


def test_every_option_says_what_it_does(capsys):
    for command in ("segment", "models", "info", "evaluate", "report", "convert", "plan", "train"):
        with pytest.raises(SystemExit):
            cli.main([command, "--help"])
        options = capsys.readouterr().out.split("options:")[1].splitlines()
        for line, following in zip(options, [*options[1:], ""], strict=True):
            alone = line.startswith("  -") and len(line.strip().split("  ")) == 1
            assert not alone or following.startswith("      "), f"{command}: {line}"


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("mednca ")


def test_wrong_arguments_of_train_are_said_without_waiting_for_pytorch(place, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    start = ["train", "--data", str(place), "-o"]
    for arguments, words in (
        (["model.npy"], "ends in .npz"),
        ([str(place / "no" / "model.npz")], "does not exist"),
        ([str(place / "model.npz"), "--fold", "3/2"], "no fold 3 of 2"),
        ([str(place / "model.npz"), "--preset", "foo"], "no preset 'foo'"),
    ):
        assert cli.main([*start, *arguments]) == 2
        assert words in capsys.readouterr().err
    assert cli.main([*start, str(place / "model.npz")]) == 2
    assert "needs PyTorch" in capsys.readouterr().err


def test_a_number_of_iterations_that_was_given_has_no_reason_of_the_plan_s(place, capsys, monkeypatch):
    monkeypatch.setattr(plan_command, "machine_speed", lambda: 1e9)
    arguments = ["train", "--data", str(place), "-o", "model.npz", "--iterations", "12"]
    job = starting.new_job(cli._parser().parse_args(arguments))
    assert job.plan.recipe.iterations == 12
    assert job.plan.why["iterations"] == GIVEN
    assert f"iterations         {GIVEN}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "every", "reason"),
    [
        (["--iterations", "300"], 20, "Every 20 iterations, so that .* about 15 times"),
        (["--iterations", "5"], 10, "Every 10 iterations, so that .* once"),
        (["--iterations", "20000"], 1000, "Every 1,000 iterations, so that .* about 20 times"),
        (["--iterations", "300", "--preset", "hippocampus"], 20, "Every 20 iterations, so that .* about 15 times"),
        (["--iterations", "20000", "--preset", "hippocampus"], 2000, "Every 2,000 iterations"),
        ([], 1000, "Every 1,000 iterations, so that .* about 20 times"),
    ],
)
def test_a_shorter_training_is_validated_as_often_as_a_long_one(place, monkeypatch, arguments, every, reason):
    monkeypatch.setattr(plan_command, "machine_speed", lambda: 1e9)
    options = cli._parser().parse_args(["train", "--data", str(place), "-o", "model.npz", *arguments])
    made = starting.new_job(options).plan
    assert made.recipe.validate_every == every
    assert re.match(reason, made.why["validate_every"])


def test_a_plan_that_was_given_says_itself_how_often_to_validate(place, tmp_path, monkeypatch):
    monkeypatch.setattr(plan_command, "machine_speed", lambda: 1e9)
    path = tmp_path / "plan.json"
    arguments = ["--data", str(place)]
    assert cli.main(["plan", *arguments, "-o", str(path)]) == 0
    arguments += ["-o", "model.npz", "--plan", str(path), "--iterations", "300"]
    made = starting.new_job(cli._parser().parse_args(["train", *arguments])).plan
    assert (made.recipe.iterations, made.recipe.validate_every) == (300, 1000)
