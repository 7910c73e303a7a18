"""Nothing is lost: a training that was stopped, killed or met a full disk goes on as if nothing had happened."""

import errno
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from core_cases import small_card
from mednca import MedNCAError, load_model
from mednca.cli import main
from training_case import (
    RECIPE,
    command,
    read_log,
    run,
    same_weights,
    start,
    status_of,
    train,
    trainer_in,
    wait_for_iteration,
    wait_for_state,
    write_cases,
    write_plan,
)

from mednca.training.finishing import finish  # isort: skip
from mednca.training.interruption import Paused  # isort: skip
from mednca.training.run_folder import RunFolder  # isort: skip

LONG = replace(RECIPE, iterations=120, checkpoint_every=7, validate_every=40, patch=8)
KILLS = 2  # once training goes on; PyTorch takes seconds to import, so that each costs as much as a run
TMPFS = sys.platform.startswith("linux") and os.geteuid() == 0


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_cases(tmp_path_factory.mktemp("cases"))


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    # With neighbouring slices, some of them interpolated.
    card = small_card(input={"plane": "coronal", "spacing": [1.0, 1.0], "channels": 3, "neighbour_mm": 1.0})
    return write_plan(tmp_path_factory.mktemp("plan") / "plan.json", LONG, card)


@pytest.fixture(scope="module")
def whole(data, plan, tmp_path_factory):
    """A run that was never stopped: its folder, with model.npz and model.npz.work."""
    folder = tmp_path_factory.mktemp("whole")
    assert here(data, folder / "model.npz", "--plan", plan, "--threads", "1") == 0
    return folder


def here(data, model, *arguments):
    """The command in this process, which has PyTorch imported already; its exit code."""
    return main(command(data, model, *arguments)[3:])


def assert_as_if_never_stopped(folder, whole):
    one, other = load_model(folder / "model.npz"), load_model(whole / "model.npz")
    assert same_weights(one, other)
    assert one.card.labels == other.card.labels
    for name in ("command", "minutes"):
        one.card.training.pop(name), other.card.training.pop(name)
    assert one.card.training == other.card.training
    assert one.card.evaluation == other.card.evaluation
    assert read_log(folder / "model.npz.work") == read_log(whole / "model.npz.work")


def test_killed_at_random_moments_and_resumed_a_run_ends_in_the_same_weights(data, plan, whole, tmp_path):
    seed = random.randrange(10**6)
    print(f"seed of the moments: {seed}")
    moments = random.Random(seed)
    model, workdir = tmp_path / "model.npz", tmp_path / "model.npz.work"
    targets = sorted(moments.randrange(1, LONG.iterations) for _ in range(KILLS))
    # The first anywhere, the import of PyTorch included; the others from an iteration on.
    for target in (None, *targets):
        process = start(data, model, "--plan", plan, "--threads", "1", "--resume")
        if target is None:
            time.sleep(moments.uniform(0, 3.0))
        else:
            wait_for_iteration(process, workdir, target)
            time.sleep(moments.uniform(0, 0.1))
        process.kill()
        process.communicate()
        assert not model.exists()
    print(f"killed from the iterations {targets} on")
    # Threads are not given any more: the checkpoint knows.
    done = run(data, model, "--resume")
    assert done.returncode == 0, done.stderr
    assert status_of(workdir)["state"] == "finished"
    assert [path.name for path in workdir.iterdir() if path.name.startswith(".") or path.name == "lock"] == []
    assert_as_if_never_stopped(tmp_path, whole)


@pytest.mark.parametrize("how", ["file", "interrupt", "terminate"])
def test_a_run_that_is_asked_to_stop_writes_a_checkpoint_and_goes_on_later(data, plan, whole, tmp_path, how, capsys):
    if how != "file" and os.name == "nt":
        pytest.skip("Windows has no such signals for other processes")
    model, workdir = tmp_path / "model.npz", tmp_path / "model.npz.work"
    process = start(data, model, "--plan", plan, "--threads", "1")
    wait_for_state(process, workdir, "training")
    if how == "file":
        (workdir / "stop").write_text("")
    else:
        process.send_signal(signal.SIGINT if how == "interrupt" else signal.SIGTERM)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == {"file": 0, "interrupt": 130, "terminate": 143}[how], errors
    assert "Traceback" not in errors
    status = status_of(workdir)
    assert status["state"] == "paused"
    assert 0 < status["iteration"] < LONG.iterations
    assert f"paused at iteration {status['iteration']}" in output
    assert not (workdir / "stop").exists()
    assert not model.exists()
    assert load_model(workdir / "best.npz").card.training["iterations"] <= status["iteration"]
    assert here(data, model, "--resume") == 0
    assert f"going on at iteration {status['iteration']}" in capsys.readouterr().out
    assert_as_if_never_stopped(tmp_path, whole)


def test_a_stop_while_validating_does_that_validation_anew(data, tmp_path):
    recipe = replace(RECIPE, iterations=12, validate_every=6)
    reference = train(data, tmp_path / "whole", recipe)

    def stop(trainer):
        if (trainer.iteration, trainer.folder.state) == (6, "validating"):
            (tmp_path / "parts" / "stop").write_text("")

    with RunFolder(tmp_path / "parts") as folder, pytest.raises(Paused):
        trainer_in(folder, data, recipe, report=stop).run()
    assert status_of(tmp_path / "parts")["validation_dice"] is None
    assert same_weights(train(data, tmp_path / "parts", recipe), reference)
    assert read_log(tmp_path / "parts") == read_log(tmp_path / "whole")


def test_a_stop_while_the_figures_are_made_does_them_anew(data, tmp_path):
    reference = train(data, tmp_path / "whole")

    def stop(trainer):
        if trainer.folder.state == "calibrating":
            (tmp_path / "parts" / "stop").write_text("")

    with RunFolder(tmp_path / "parts") as folder:
        trainer = trainer_in(folder, data, report=stop)
        with pytest.raises(Paused):
            finish(trainer, trainer.run())
    again = train(data, tmp_path / "parts")
    assert same_weights(again, reference)
    assert again.card.labels == reference.card.labels


def test_a_run_resumed_after_its_end_gives_the_same_model_and_its_figures(data, tmp_path):
    first = train(data, tmp_path / "work")
    again = train(data, tmp_path / "work")
    assert same_weights(again, first)
    assert again.card.evaluation == first.card.evaluation


def test_minutes_once_fixed_to_iterations_stay_as_they_are(data, tmp_path):
    recipe = replace(RECIPE, iterations=None, minutes=0.05, checkpoint_every=10**6, validate_every=10**6)
    fixed = []

    def crash(trainer):
        if trainer.iterations is not None:
            fixed.append(trainer.iterations)
            raise InterruptedError

    with RunFolder(tmp_path / "work") as folder, pytest.raises(InterruptedError):
        trainer_in(folder, data, recipe, report=crash).run()
    with RunFolder(tmp_path / "work") as folder:
        trainer = trainer_in(folder, data, recipe)
    assert (trainer.iteration, trainer.iterations) == (20, fixed[0])


def test_a_full_disk_ends_with_one_sentence_and_the_old_checkpoint(data, tmp_path, monkeypatch):
    reference = train(data, tmp_path / "whole")

    def full(trainer):
        if trainer.iteration == 6:  # after the checkpoint at 4
            monkeypatch.setattr(os, "fsync", no_space)

    def no_space(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with RunFolder(tmp_path / "work") as folder, pytest.raises(MedNCAError, match=r"^The disk is full: .* free some"):
        trainer_in(folder, data, report=full).run()
    monkeypatch.undo()
    assert sorted(path.name for path in (tmp_path / "work").glob(".*")) == []
    with RunFolder(tmp_path / "work") as folder:
        assert trainer_in(folder, data).iteration == 4
    assert same_weights(train(data, tmp_path / "work"), reference)


@pytest.mark.skipif(not TMPFS, reason="only root on Linux can make a small disk")
def test_a_really_full_disk(data, plan, whole, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        model, workdir = tmp_path / "model.npz", disk / "work"
        arguments = ("--plan", plan, "--threads", "1", "--workdir", workdir)
        process = start(data, model, *arguments)
        wait_for_state(process, workdir, "training")
        filler = disk / "filler"
        with open(filler, "wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
            while True:
                file.write(bytes(1024))
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 2, errors
        assert "The disk is full" in errors.splitlines()[-1]
        assert "Traceback" not in errors
        status = status_of(workdir)
        assert status["state"] == "failed"
        assert status["message"].startswith("The disk is full")
        filler.unlink()
        assert here(data, model, *arguments, "--resume") == 0
        (tmp_path / "model.npz.work").symlink_to(workdir)
        assert_as_if_never_stopped(tmp_path, whole)
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x80\x02c__main__\nTrap\n.", bytes(500)])
def test_a_damaged_checkpoint_is_refused(data, tmp_path, content):
    with RunFolder(tmp_path / "work") as folder:
        (folder / "checkpoint.pt").write_bytes(content)
        with pytest.raises(MedNCAError, match="cannot be read"):
            trainer_in(folder, data)


def test_other_arguments_than_at_the_start_are_refused_and_a_run_is_not_overwritten(data, tmp_path, capsys):
    plan = write_plan(tmp_path / "plan.json", replace(RECIPE, iterations=3))
    other = write_plan(tmp_path / "other.json", replace(RECIPE, iterations=3, batch=3))
    model = tmp_path / "model.npz"
    line = command(data, model)[3:]
    assert main([*line, "--plan", str(plan), "--exclude", "case_2", "--threads", "1"]) == 0
    content = model.read_bytes()
    for arguments, words in (
        (["--plan", plan, "--exclude", "case_2"], "add --resume"),
        (["--resume", "--seed", "5"], "another --seed"),
        (["--resume", "--validation", "0"], "another --validation"),
        (["--resume", "--plan", other], "another --plan"),
        (["--resume", "--exclude", "case_1"], "another --exclude"),
        (["--resume", "--threads", "2"], "another --threads"),
    ):
        capsys.readouterr()
        assert main([*line, *map(str, arguments)]) == 2
        assert words in capsys.readouterr().err
    assert model.read_bytes() == content
    # The plan as it was given, and as the work folder has it.
    for same in (plan, tmp_path / "model.npz.work" / "plan.json"):
        assert main([*line, "--resume", "--plan", str(same)]) == 0
