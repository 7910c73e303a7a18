"""Real processes, started as the panel starts a training: recognised, outliving their starter, ended with children."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mednca import MedNCAError, process

PATIENCE = 20.0  # seconds
CORE = str(Path(process.__file__).resolve().parent.parent)

# A process with a child and a grandchild, as a launcher with a program that has workers; tells their ids and waits.
FAMILY = """
import os, subprocess, sys, time
depth = int(sys.argv[1])
child = subprocess.Popen([sys.executable, __file__, str(depth - 1), sys.argv[2]]) if depth else None
with open(os.path.join(sys.argv[2], f"pid{depth}"), "w") as stream:
    stream.write(str(os.getpid()))
print("depth", depth, "on standard output", flush=True)
time.sleep(600)
"""


def wait_until(condition):
    deadline = time.monotonic() + PATIENCE
    while not (result := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return result


def pid_of(folder, depth):
    path = folder / f"pid{depth}"
    return wait_until(lambda: path.exists() and int(path.read_text() or 0))


@pytest.fixture
def family(tmp_path):
    """(Popen, ids of the process, its child and its grandchild), all ended afterwards."""
    program = tmp_path / "family.py"
    program.write_text(FAMILY)
    command = [sys.executable, program, "2", tmp_path]
    child = process.start_detached(command, tmp_path, tmp_path / "output.txt", os.environ)
    pids = [pid_of(tmp_path, depth) for depth in (2, 1, 0)]
    yield child, pids
    for pid in pids:
        if process.started_at(pid) is not None:
            os.kill(pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
    child.wait()


def test_the_start_of_this_process_is_known_and_does_not_change():
    started = process.started_at(os.getpid())
    assert time.time() - 3600 * 24 < started <= time.time() + 2
    assert process.started_at(os.getpid()) == pytest.approx(started, abs=1.1)
    assert process.alive(os.getpid(), started)


def test_an_id_that_another_process_has_got_since_is_not_taken_for_the_first():
    started = process.started_at(os.getpid())
    assert not process.alive(os.getpid(), started - 2 * process.SAME_START)


@pytest.mark.parametrize("pid", [0, -1, 2**22 + 12345])
def test_ids_of_nobody_are_not_alive(pid):
    assert process.started_at(pid) is None
    assert not process.alive(pid, time.time())


@pytest.mark.skipif(os.name == "nt", reason="no such thing as a zombie")
def test_a_process_of_which_only_the_exit_code_is_left_is_not_alive():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    started = process.started_at(child.pid)
    child.kill()
    # Nobody has asked for its exit code yet.
    wait_until(lambda: process.started_at(child.pid) is None)
    assert not process.alive(child.pid, started)
    child.wait()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has both")
def test_ps_and_proc_tell_the_same(family):
    _, pids = family
    for pid in pids:
        assert process._started_by_ps(pid) == pytest.approx(process._started_by_proc(pid), abs=2.1)
        assert process._by_ps()[pid] == process._by_proc()[pid]
    assert process._started_by_ps(2**22 + 12345) is None


def test_output_goes_to_the_file_and_is_appended_to_what_is_there(tmp_path):
    output = tmp_path / "output.txt"
    output.write_text("before\n")
    code = "import sys; print('out'); print('err', file=sys.stderr); print(repr(sys.stdin.read()))"
    child = process.start_detached([sys.executable, "-u", "-c", code], tmp_path, output, os.environ)
    assert child.wait(PATIENCE) == 0
    assert output.read_text().split() == ["before", "out", "err", "''"]


def test_what_cannot_be_started_is_said_in_one_sentence(tmp_path):
    for command, folder in ((["no-such-program"], tmp_path), ([sys.executable], tmp_path / "missing")):
        with pytest.raises(MedNCAError, match="cannot be started"):
            process.start_detached(command, folder, tmp_path / "output.txt", os.environ)


@pytest.mark.skipif(os.name == "nt", reason="sessions are of POSIX")
def test_it_is_in_a_session_of_its_own(family):
    child, pids = family
    assert {os.getsid(pid) for pid in pids} == {child.pid}
    assert os.getsid(0) != child.pid


@pytest.mark.skipif(os.name == "nt", reason="priorities have other numbers")
def test_it_and_what_it_starts_give_way_to_others(family):
    _, pids = family
    assert all(os.getpriority(os.PRIO_PROCESS, pid) >= process.NICENESS for pid in pids)


def test_it_goes_on_after_its_starter_was_killed_and_is_found_again(tmp_path):
    program = tmp_path / "family.py"
    program.write_text(FAMILY)
    starter = f"""
import os, sys, time
sys.path.insert(0, {CORE!r})
from mednca import process
child = process.start_detached([sys.executable, {str(program)!r}, "0", {str(tmp_path)!r}], {str(tmp_path)!r},
                               {str(tmp_path / "output.txt")!r}, os.environ)
print(child.pid, process.started_at(child.pid), flush=True)
time.sleep(600)
"""
    slicer = subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True)
    pid, started = slicer.stdout.readline().split()
    pid, started = int(pid), float(started)
    slicer.kill()
    slicer.wait()
    slicer.stdout.close()
    try:
        assert pid_of(tmp_path, 0)
        assert process.alive(pid, started)
        assert "depth 0 on standard output" in (tmp_path / "output.txt").read_text()
    finally:
        assert process.end_with_children(pid, started)
    assert not process.alive(pid, started)


@pytest.fixture(params=["proc", "ps"])
def source(request, monkeypatch):
    """Where the system is asked: on Linux also as on macOS."""
    if request.param == "ps":
        if not sys.platform.startswith("linux"):
            pytest.skip("only Linux has both")
        monkeypatch.setattr(process, "_by_proc", process._by_ps)
        monkeypatch.setattr(process, "_started_by_proc", process._started_by_ps)


def test_ending_ends_children_and_grandchildren(family, source):
    child, pids = family
    assert process.end_with_children(child.pid, process.started_at(child.pid))
    assert [process.started_at(pid) for pid in pids] == [None, None, None]


@pytest.mark.skipif(os.name == "nt", reason="Windows finds children by their parent only")
def test_ending_ends_those_too_whose_own_parent_has_ended(family):
    child, (_, middle, last) = family
    os.kill(middle, signal.SIGKILL)
    wait_until(lambda: process.started_at(middle) is None)
    assert process.end_with_children(child.pid, process.started_at(child.pid))
    assert process.started_at(last) is None


def test_ending_a_child_leaves_its_parent(family):
    child, (_, middle, last) = family
    assert process.end_with_children(middle, process.started_at(middle))
    assert process.started_at(last) is None
    assert process.started_at(child.pid) is not None


def test_ending_what_has_got_the_id_since_does_nothing(family):
    child, pids = family
    assert process.end_with_children(child.pid, process.started_at(child.pid) - 2 * process.SAME_START)
    assert all(process.started_at(pid) is not None for pid in pids)
