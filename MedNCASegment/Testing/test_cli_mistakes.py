"""Scans and arguments that the command line refuses, with one sentence each."""

import nibabel
import numpy as np
import pytest
from command_line import refuses
from core_cases import SAMPLE


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
        (("segment", "SCAN", "-o", "OUT/s.nii", "--device", "gpu"), "no device 'gpu'; choose cpu or cuda"),
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
