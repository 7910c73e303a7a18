"""The command line, run as its users run it."""

import json
import locale
import os
import signal
import subprocess
import sys
import time

import nibabel
import numpy as np
import pytest
from core_cases import MODULE, SAMPLE, random_volume, require_torch, small_model
from mednca import cli, read_volume, save_model, write_volume

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


def command(*arguments, env=None, **more):
    environment = os.environ | {"PYTHONPATH": str(MODULE)} | (env or {})
    return [sys.executable, "-m", "mednca", *map(str, arguments)], {"env": environment, **more}


def run(*arguments, **more):
    line, options = command(*arguments, **more)
    return subprocess.run(line, capture_output=True, text=True, timeout=120, **options)


def answers(*arguments, **more):
    """Standard output of a command that must succeed."""
    done = run(*arguments, **more)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def refuses(*arguments, words, **more):
    """A command must end with code 2 and one sentence that has the words."""
    done = run(*arguments, **more)
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stderr.startswith("mednca: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.endswith(".\n")
    assert words in done.stderr
    assert done.stdout == ""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a small model, a scan, and labelled cases."""
    folder = tmp_path_factory.mktemp("cli")
    save_model(small_model(), folder / "small.npz")
    write_volume(folder / "scan.nii.gz", random_volume())
    for name in ("images", "labels"):
        (folder / name).mkdir()
    for number in range(3):
        volume = random_volume(seed=number)
        write_volume(folder / "images" / f"case_{number}.nii.gz", volume)
        label = (volume.array > 400).astype(np.uint8)
        write_volume(folder / "labels" / f"case_{number}.nii.gz", type(volume)(label, volume.affine))
    return folder


@pytest.fixture
def out(tmp_path):
    """An empty folder for results."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_segment_writes_everything_it_is_asked_for_on_the_grid_of_the_scan(place, out):
    said = answers(
        *("segment", place / "scan.nii.gz", "-o", out / "seg.nii.gz", "--model", place / "small.npz"),
        *("--engine", "numpy", "--device", "cpu", "--seed", "3", "--runs", "2"),
        *("--probability", out / "p.nii.gz", "--steps-to", out / "steps", "--json", out / "facts.json"),
    )
    assert "mL" in said
    scan = nibabel.load(place / "scan.nii.gz")
    seg, chance = nibabel.load(out / "seg.nii.gz"), nibabel.load(out / "p.nii.gz")
    for image in (seg, chance):
        assert image.shape == scan.shape
        np.testing.assert_allclose(image.affine, scan.affine)
    labels, chances = np.asarray(seg.dataobj), np.asarray(chance.dataobj)
    assert labels.dtype == np.uint8
    assert set(np.unique(labels)) == {0, 1}
    np.testing.assert_array_equal(labels == 1, chances > 0.5)
    steps = sorted(path.name for path in (out / "steps").iterdir())
    assert steps == [f"level{level}_step{step:03d}.nii.gz" for level, n in ((1, 3), (2, 4)) for step in range(1, n + 1)]
    facts = json.loads((out / "facts.json").read_text())
    assert facts["volume_ml"]["Blob"] == pytest.approx(labels.sum() * 1.0 * 1.5 * 1.25 / 1000)
    assert (facts["seed"], facts["runs"], facts["engine"]) == (3, 2, "numpy")
    assert facts["quality"] > 0


def test_the_same_seed_writes_the_same_segmentation_and_another_seed_another(place, out):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        answers(
            "segment", place / "scan.nii.gz", "-o", out / f"{name}.nii", "--model", place / "small.npz", "--seed", seed
        )
    a, b, c = (np.asarray(nibabel.load(out / f"{name}.nii").dataobj) for name in "abc")
    np.testing.assert_array_equal(a, b)
    assert (a != c).any()


def test_an_existing_output_is_replaced(place, out):
    (out / "seg.nii.gz").write_bytes(b"old")
    answers("segment", place / "scan.nii.gz", "-o", out / "seg.nii.gz", "--model", place / "small.npz")
    assert read_volume(out / "seg.nii.gz").array.shape == random_volume().array.shape
    assert [path.name for path in out.iterdir()] == ["seg.nii.gz"]


def test_info_shows_the_card_in_words(place):
    said = answers("info", place / "small.npz")
    for words in ("A small model", "coronal", "1/2 of the size, 3 steps", "fire rate 0.5", "Dice not measured"):
        assert words in said


def test_info_says_which_neighbouring_slices_a_model_sees(tmp_path):
    source = {"plane": "coronal", "spacing": [1.0, 1.0], "channels": 5, "neighbour_mm": 1.5}
    save_model(small_model(input=source), tmp_path / "m.npz")
    said = answers("info", tmp_path / "m.npz")
    assert "coronal, 1 x 1 mm a cell, seen with 2 on either side, 1.5 mm from one to the next" in said


def test_models_lists_the_shipped_models():
    said = answers("models")
    for line in said.splitlines():
        assert "Dice" in line


def test_evaluate_gives_the_figures_of_every_case(place, out):
    arguments = ("evaluate", "--model", place / "small.npz", "--images", place / "images", "--labels", place / "labels")
    said = answers(*arguments, "--json", out / "figures.json", "--runs", "2", "--seed", "4")
    figures = json.loads((out / "figures.json").read_text())
    dice = [row["dice"] for row in figures["cases"]]
    assert [row["case"] for row in figures["cases"]] == ["case_0", "case_1", "case_2"]
    assert figures["mean_dice"] == pytest.approx(np.mean(dice))
    assert figures["std_dice"] == pytest.approx(np.std(dice, ddof=1))
    assert f"{dice[1]:.4f}" in said
    assert f"mean Dice {figures['mean_dice']:.4f}" in said
    for row in figures["cases"]:
        assert row["dice_by_label"] == {"Blob": row["dice"]}
        assert f"{row['hausdorff95_mm']['Blob']:.2f}" in said
    # Dice again, from the written segmentation.
    answers(
        *("segment", place / "images" / "case_1.nii.gz", "-o", out / "seg.nii.gz", "--model", place / "small.npz"),
        *("--runs", "2", "--seed", "4"),
    )
    found = np.asarray(nibabel.load(out / "seg.nii.gz").dataobj) > 0
    truth = np.asarray(nibabel.load(place / "labels" / "case_1.nii.gz").dataobj) > 0
    assert dice[1] == pytest.approx(2 * (found & truth).sum() / (found.sum() + truth.sum()))
    voxel = np.prod(random_volume().spacing) / 1000
    assert figures["cases"][1]["volume_ml"]["Blob"] == pytest.approx(found.sum() * voxel)
    assert figures["cases"][1]["reference_ml"]["Blob"] == pytest.approx(truth.sum() * voxel)
    chosen = out / "chosen.txt"
    chosen.write_text("case_2\n")
    assert "cases 1" in answers(*arguments, "--cases", chosen)


def test_a_converted_checkpoint_segments(place, out):
    torch = require_torch()
    from test_conversion import state_dict

    for level in range(2):
        torch.save(state_dict(seed=level), out / f"level{level}.pth")
    said = answers("convert", out / "level0.pth", out / "level1.pth", "-o", out / "model.npz")
    assert "parameters" in said
    answers("segment", place / "scan.nii.gz", "-o", out / "seg.nii.gz", "--model", out / "model.npz")
    assert read_volume(out / "seg.nii.gz").array.shape == random_volume().array.shape


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


def write_bad_scans(folder):
    rng = np.random.default_rng(0)
    (folder / "noise.nii.gz").write_bytes(rng.bytes(2000))
    (folder / "empty.nii").write_bytes(b"")
    content = SAMPLE.read_bytes()
    (folder / "cut.nii.gz").write_bytes(content[: len(content) // 2])
    (folder / "text.nii").write_text("hello" * 200)
    (folder / "scan.png").write_bytes(b"x")
    images = {
        "flat.nii": np.zeros((5, 5), np.int16),
        "time.nii": np.zeros((5, 5, 5, 3), np.int16),
        "complex.nii": np.zeros((5, 5, 5), np.complex64),
        "color.nii": np.zeros((5, 5, 5), [("R", "u1"), ("G", "u1"), ("B", "u1")]),
        "nan.nii": np.full((5, 5, 5), np.nan, np.float32),
    }
    for name, array in images.items():
        nibabel.save(nibabel.Nifti1Image(array, np.eye(4)), folder / name)
    for name, spacing in (("huge.nii", 9e5), ("tiny.nii", 1e-5)):
        nibabel.save(nibabel.Nifti1Image(np.zeros((5, 5, 5), np.int16), np.diag([spacing] * 3 + [1])), folder / name)


@pytest.mark.parametrize(
    ("scan", "words"),
    [
        ("missing.nii.gz", "no file"),
        (".", "is a folder"),
        ("scan.png", "no known image ending"),
        ("noise.nii.gz", "cannot be read"),
        ("empty.nii", "cannot be read"),
        ("cut.nii.gz", "cannot be read"),
        ("text.nii", "cannot be read"),
        ("flat.nii", "2 dimensions"),
        ("time.nii", "4 dimensions"),
        ("complex.nii", "complex64"),
        ("color.nii", "real numbers"),
        ("nan.nii", "not finite"),
        ("huge.nii", "far more than the model is made for"),
        ("tiny.nii", "far less than the model is made for"),
        ("a" * 300 + ".nii", "cannot be used"),
    ],
)
def test_a_bad_scan_is_refused_with_one_sentence_and_nothing_is_written(place, out, tmp_path, scan, words):
    write_bad_scans(tmp_path)
    refuses("segment", tmp_path / scan, "-o", out / "seg.nii.gz", "--model", place / "small.npz", words=words)
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "required"),
        (("paint",), "invalid choice"),
        (("segment",), "required"),
        (("segment", "SCAN"), "--output"),
        (("segment", "SCAN", "-o", "OUT/s.txt"), "no known image ending"),
        (("segment", "SCAN", "-o", "OUT/s.mhd"), "no known image ending"),
        (("segment", "SCAN", "-o", "OUT/no/s.nii"), "does not exist"),
        (("segment", "SCAN", "-o", "OUT/s.nii", "--json", "OUT/no/s.json"), "does not exist"),
        (("segment", "SCAN", "-o", "OUT/s.nii", "--probability", "OUT/p.jpg"), "no known image ending"),
        (("segment", "SCAN", "-o", "OUT/s.nii", "--probability", "OUT/s.nii"), "must all be different"),
        (("segment", "SCAN", "-o", "SCAN"), "must all be different"),
        (("segment", "SCAN", "-o", "OUT/s.nii", "--json", "OUT"), "is a folder"),
        (("segment", "SCAN", "-o", "OUT/s.nii", "--steps-to", "SCAN"), "is a file"),
        (("segment", "SCAN", "-o", "OUT/s.nii", "--model", "brain"), "no model 'brain'"),
        (("segment", "SCAN", "-o", "OUT/s.nii", "--model", "SCAN"), "cannot be used as a model"),
        (("segment", "SCAN", "-o", "OUT/s.nii", "--seed", "-1"), "seed"),
        (("segment", "SCAN", "-o", "OUT/s.nii", "--seed", "1.5"), "invalid int"),
        (("segment", "SCAN", "-o", "OUT/s.nii", "--seed", str(2**63)), "seed"),
        (("segment", "SCAN", "-o", "OUT/s.nii", "--runs", "0"), "runs"),
        (("segment", "SCAN", "-o", "OUT/s.nii", "--engine", "tpu"), "invalid choice"),
        (("segment", "SCAN", "-o", "OUT/s.nii", "--engine", "numpy", "--device", "cuda"), "CPU only"),
        (("info",), "required"),
        (("info", "nothing"), "no model"),
        (("evaluate", "--images", "OUT", "--labels", "OUT"), "--model"),
        (("evaluate", "--images", "OUT", "--labels", "OUT", "--model", "MODEL"), "no images"),
        (("evaluate", "--images", "OUT/no", "--labels", "LABELS", "--model", "MODEL"), "no folder"),
        (("evaluate", "--images", "IMAGES", "--labels", "LABELS", "--model", "MODEL", "--cases", "CARD"), "no case"),
        (("convert", "-o", "OUT/m.npz"), "required"),
        (("convert", "SCAN", "-o", "OUT/m.bin"), "ends in .npz"),
        (("train", "--data", "OUT"), "--output"),
    ],
)
def test_bad_arguments_are_refused_with_one_sentence_and_nothing_is_written(place, out, tmp_path, arguments, words):
    (tmp_path / "card.json").write_text("{}")
    names = {
        "SCAN": place / "scan.nii.gz",
        "MODEL": place / "small.npz",
        "CARD": tmp_path / "card.json",
        "IMAGES": place / "images",
        "LABELS": place / "labels",
    }
    named = [str(names.get(one, one)).replace("OUT", str(out), 1) for one in arguments]
    if arguments[:1] == ("segment",) and len(arguments) > 2 and "--model" not in arguments:
        named += ["--model", str(names["MODEL"])]
    before = (place / "scan.nii.gz").read_bytes()
    refuses(*named, words=words)
    assert list(out.iterdir()) == []
    assert (place / "scan.nii.gz").read_bytes() == before


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
