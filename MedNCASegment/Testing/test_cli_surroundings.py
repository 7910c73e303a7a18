"""The command line where things are missing, full or interrupted around it."""

import locale
import os
import shlex
import signal
import subprocess
import sys
import time

import pytest
from command_line import answers, command, refuses
from core_cases import MODULE, SAMPLE, small_model
from mednca import cli, save_model

# As sitecustomize.py on the path, this keeps libraries from being imported.
BLOCK = """
import sys

class Only:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
        return None

sys.meta_path.insert(0, Only())
"""
OTHERS = ("torch", "SimpleITK", "scipy", "skimage", "PIL", "matplotlib", "slicer", "vtk", "qt", "ctk", "imageio")


def test_segmenting_needs_numpy_and_nibabel_alone(place, out, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(BLOCK.format(blocked=OTHERS))
    env = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{MODULE}"}
    blocked = subprocess.run([sys.executable, "-c", "import SimpleITK"], env=os.environ | env, capture_output=True)
    assert blocked.returncode != 0  # so the block works
    answers("segment", place / "scan.nii.gz", "-o", out / "seg.nii.gz", "--model", place / "small.npz", env=env)
    answers("info", place / "small.npz", env=env)
    assert (out / "seg.nii.gz").exists()
    refuses("segment", SAMPLE, "-o", out / "s.nrrd", "--model", place / "small.npz", env=env, words="SimpleITK")
    refuses(
        *("segment", SAMPLE, "-o", out / "s.nii.gz", "--model", place / "small.npz", "--engine", "torch"),
        env=env,
        words="PyTorch",
    )
    refuses("convert", "a.pth", "-o", out / "m.npz", env=env, words="PyTorch")
    refuses("train", "--data", place, "-o", out / "m.npz", "--iterations", "1", env=env, words="PyTorch")
    assert [path.name for path in out.iterdir()] == ["seg.nii.gz"]


@pytest.mark.skipif(os.name == "nt", reason="streams are closed here as shells of Unix do")
@pytest.mark.parametrize("how", ["2>&-", ">&-", ">&- 2>&-", "2>/dev/full", "2>&1 | true"])
def test_output_that_nobody_takes_does_not_end_the_work(place, out, how):
    if how.endswith("full") and not os.path.exists("/dev/full"):
        pytest.skip("there is no device that is full")
    line, options = command("segment", place / "scan.nii.gz", "-o", out / "seg.nii.gz", "--model", place / "small.npz")
    done = subprocess.run(
        f"{shlex.join(line)} {how}", shell=True, capture_output=True, text=True, timeout=120, **options
    )
    assert done.returncode == 0, done.stderr
    assert "mednca:" not in done.stderr and "Error" not in done.stderr
    assert (out / "seg.nii.gz").exists()


def test_a_failing_write_leaves_the_earlier_file_as_it_was(place, out):
    if not os.path.exists("/proc/self/limits"):
        pytest.skip("limits on the size of files are set here as on Linux")
    (out / "seg.nii").write_bytes(b"earlier")
    line, options = command("segment", place / "scan.nii.gz", "-o", out / "seg.nii", "--model", place / "small.npz")

    def limit():
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (400, 400))

    done = subprocess.run(line, capture_output=True, text=True, preexec_fn=limit, timeout=60, **options)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "cannot be written" in done.stderr
    assert [path.name for path in out.iterdir()] == ["seg.nii"]
    assert (out / "seg.nii").read_bytes() == b"earlier"


def test_a_reader_that_goes_away_is_no_error(place):
    line, options = command("info", place / "small.npz")
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(60) == 0
    assert said == ""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_interrupting_leaves_nothing_behind_and_says_so_in_one_sentence(place, out):
    line, options = command(
        *("segment", place / "scan.nii.gz", "-o", out / "seg.nii.gz", "--model", place / "small.npz", "--runs", "1000")
    )
    # Whoever runs the tests in the background may have its children ignore the signal.
    options["preexec_fn"] = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    assert process.stderr.readline().startswith("[")  # the work has begun
    process.send_signal(signal.SIGINT)
    started = time.monotonic()
    said = process.communicate(timeout=60)[1]
    assert time.monotonic() - started < 10
    assert process.returncode == 130
    assert "Interrupted" in said.splitlines()[-1]
    assert "Traceback" not in said
    assert list(out.iterdir()) == []


def test_a_terminal_that_cannot_show_a_letter_is_no_error(out, tmp_path):
    save_model(small_model(title="海馬 – Größe"), tmp_path / "m.npz")
    said = answers("info", tmp_path / "m.npz", env={"PYTHONIOENCODING": "ascii"})
    assert "\\u6d77" in said


def test_on_windows_names_of_files_are_utf8_for_c_libraries_too(monkeypatch):
    asked = []

    def setlocale(category, name):
        asked.append((category, name))
        if len(asked) > 1:
            raise locale.Error("unsupported locale setting")

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(locale, "setlocale", setlocale)
    cli._names_in_utf8()
    cli._names_in_utf8()  # as on an old Windows
    assert asked == [(locale.LC_CTYPE, ".UTF8")] * 2
