"""The work folder: who may write in it, and that what is in it is always whole."""

import errno
import json
import os
import socket
import subprocess
import sys
import time

import pytest
from core_cases import require_torch
from mednca import MedNCAError, writing
from mednca.errors import DiskFullError
from mednca.process import started_at
from mednca.training.run_folder import RunFolder

require_torch()


def line(iteration, dice=None):
    return {"iteration": iteration, "loss": 1.0, "validation_dice": dice}


def test_a_second_process_on_the_same_folder_is_refused(tmp_path):
    with (
        RunFolder(tmp_path / "work"),
        pytest.raises(MedNCAError, match=rf"process \({os.getpid()}\) trains in"),
        RunFolder(tmp_path / "work"),
    ):
        pass
    with RunFolder(tmp_path / "work"):
        pass


def test_a_refused_process_leaves_the_status_and_the_lock_to_the_other(tmp_path):
    with RunFolder(tmp_path / "work") as folder:
        folder.update(state="training")
        with pytest.raises(MedNCAError), RunFolder(tmp_path / "work"):
            pass
        assert (tmp_path / "work" / "lock").exists()
    assert json.loads((tmp_path / "work" / "status.json").read_text())["state"] == "training"


def test_the_lock_of_a_process_that_has_ended_is_taken_over(tmp_path):
    code = "import sys; from mednca.training.run_folder import RunFolder; RunFolder(sys.argv[1]).__enter__(); "
    code += "import os; os._exit(9)"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code, tmp_path / "work"], env=environment, timeout=60, check=False)
    before = json.loads((tmp_path / "work" / "lock").read_text())
    with RunFolder(tmp_path / "work"):
        now = json.loads((tmp_path / "work" / "lock").read_text())
    assert before["pid"] != now["pid"] == os.getpid()
    assert sorted(os.listdir(tmp_path / "work")) == []


def test_a_lock_whose_number_another_process_has_now_is_taken_over(tmp_path):
    lock = {"pid": os.getpid(), "process_started": started_at(os.getpid()) - 3600, "host": socket.gethostname()}
    (tmp_path / "lock").write_text(json.dumps(lock))
    with RunFolder(tmp_path):
        pass


def test_a_lock_that_was_never_written_to_its_end_is_taken_over(tmp_path):
    (tmp_path / "lock").write_text('{"pid": 1')
    os.utime(tmp_path / "lock", (time.time() - 60, time.time() - 60))
    with RunFolder(tmp_path):
        pass


def test_the_lock_of_another_computer_is_respected(tmp_path):
    (tmp_path / "lock").write_text(json.dumps({"pid": 1, "process_started": 0.0, "host": "elsewhere.example"}))
    with pytest.raises(MedNCAError, match="on the computer 'elsewhere.example'"), RunFolder(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MedNCAError, match="cannot be used"), RunFolder(tmp_path / "file" / "work"):
        pass


def test_log_lines_later_than_the_checkpoint_and_half_written_ones_are_dropped(tmp_path):
    with RunFolder(tmp_path) as folder:
        for one in (line(10), line(20), line(20, 0.5), line(30), line(40), line(40, 0.6), line(50)):
            folder.log(one)
        with open(tmp_path / "log.jsonl", "a") as file:
            file.write('{"iteration": 60, "lo')
        # A checkpoint at 40, written before the validation at 40 was done.
        folder.cut_log(40, 20)
        folder.log(line(40, 0.6))
    lines = [json.loads(text) for text in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert lines == [line(10), line(20), line(20, 0.5), line(30), line(40), line(40, 0.6)]


def test_the_status_is_written_at_a_change_of_state_and_else_once_a_second(tmp_path, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])

    def written():
        return json.loads((tmp_path / "status.json").read_text())["iteration"]

    with RunFolder(tmp_path) as folder:
        folder.update(iteration=1)
        assert written() == 1
        clock[0] += 0.9
        folder.update(iteration=2)
        assert written() == 1
        folder.update(iteration=3, state="training")
        assert written() == 3
        clock[0] += 1.1
        folder.update(iteration=4)
        assert written() == 4


def test_a_status_that_cannot_be_written_stays_as_it_was_until_it_can(tmp_path, monkeypatch, caplog):
    clock, held = [1000.0], [False]
    replace = os.replace

    def reader_holds(source, target):
        if held[0]:
            raise PermissionError(errno.EACCES, "Permission denied")
        replace(source, target)

    def written():
        return json.loads((tmp_path / "status.json").read_text())["iteration"]

    monkeypatch.setattr(writing, "READERS", 0.0)
    monkeypatch.setattr(os, "replace", reader_holds)
    with RunFolder(tmp_path) as folder:
        folder.update(iteration=1, state="training")
        monkeypatch.setattr(time, "monotonic", lambda: clock[0])
        held[0] = True
        folder.update(iteration=2, state="validating")
        folder.update(iteration=3, state="training")
        assert written() == 1
        assert [record.getMessage() for record in caplog.records] == [
            f"'{tmp_path / 'status.json'}' cannot be written (Permission denied); check the disk. Training goes on."
        ]
        held[0] = False
        clock[0] += 19
        folder.update(iteration=4)
        assert written() == 1
        clock[0] += 2
        folder.update(iteration=5)
        assert written() == 5
    assert sorted(os.listdir(tmp_path)) == ["status.json"]


def test_a_status_for_which_the_disk_is_too_full_ends_the_training(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with RunFolder(tmp_path) as folder:
        folder.update(state="training")
        monkeypatch.setattr(os, "replace", full)
        with pytest.raises(DiskFullError, match="^The disk is full"):
            folder.update(state="validating")


def test_the_status_says_that_a_run_failed_even_when_no_new_file_can_be_made(tmp_path, monkeypatch):
    with RunFolder(tmp_path) as folder:
        folder.update(state="training", message="x" * 300)

        def full(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(os, "replace", full)
            folder.fail("The disk is full.")
    status = json.loads((tmp_path / "status.json").read_text())
    assert (status["state"], status["message"]) == ("failed", "The disk is full.")


def test_what_a_killed_process_left_half_written_is_removed(tmp_path):
    for name in (".0123abcd.checkpoint.pt", ".mine", "checkpoint.pt"):
        (tmp_path / name).write_text("")
    with RunFolder(tmp_path):
        pass
    assert sorted(os.listdir(tmp_path)) == [".mine", "checkpoint.pt"]


def test_a_stop_file_from_before_does_not_count(tmp_path):
    (tmp_path / "stop").write_text("")
    os.utime(tmp_path / "stop", (1e9, 1e9))
    with RunFolder(tmp_path) as folder:
        assert not folder.stop_requested()
        (tmp_path / "stop").write_text("")
        assert folder.stop_requested()


def test_a_stop_file_that_came_while_the_process_was_starting_counts(tmp_path):
    (tmp_path / "stop").write_text("")
    with RunFolder(tmp_path) as folder:
        assert folder.stop_requested()


def test_a_process_that_does_not_write_leaves_nothing(tmp_path):
    with RunFolder(tmp_path / "work", writes=False) as folder:
        folder.update(state="training")
        folder.log(line(1))
        folder.write_json("plan.json", {})
        folder.clear_stop()
    assert not (tmp_path / "work").exists()
