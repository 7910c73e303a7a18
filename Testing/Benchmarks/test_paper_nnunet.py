"""The paper's experiments: nnU-Net gets our cases and our split."""

from __future__ import annotations

import json

import numpy as np
import pytest
from mednca import MedNCAError, read_volume
from paper import __main__ as command_line
from paper import nnunet
from paper_cases import ellipsoid_parts

pytest.importorskip("torch")


def test_the_raw_data_set_has_every_part_where_it_belongs_and_no_test_label(tmp_path):
    parts = ellipsoid_parts()
    nnunet.export(parts, tmp_path, "Ellipsoid")
    listed = {folder.name: sorted(path.name for path in folder.iterdir()) for folder in tmp_path.glob("*/")}
    assert listed == {
        "imagesTr": ["case_0_0000.nii.gz", "case_1_0000.nii.gz", "case_2_0000.nii.gz"],
        "labelsTr": ["case_0.nii.gz", "case_1.nii.gz", "case_2.nii.gz"],
        "images-validation": ["case_2_0000.nii.gz"],
        "images-test": ["case_3_0000.nii.gz"],
    }
    description = json.loads((tmp_path / "dataset.json").read_text())
    assert description["numTraining"] == 3 and description["labels"]["Ellipsoid"] == 1
    assert np.array_equal(read_volume(tmp_path / "labelsTr" / "case_0.nii.gz").array, parts["training"][0].label)


def test_planning_is_followed_by_our_split(tmp_path, monkeypatch):
    called = []

    def plan(base, program, *arguments):
        called.append((program, *arguments))
        (base / "preprocessed" / nnunet.DATASET).mkdir()

    monkeypatch.setattr(nnunet, "call", plan)
    for _ in range(2):
        nnunet.prepare(ellipsoid_parts(), tmp_path, "Ellipsoid")
    assert len(called) == 1 and {"2d", "3d_fullres"} <= set(called[0])
    (split,) = json.loads((tmp_path / "preprocessed" / nnunet.DATASET / "splits_final.json").read_text())
    assert split == {"train": ["case_0", "case_1"], "val": ["case_2"]}


def test_without_nnunet_one_sentence_says_what_to_install(tmp_path):
    with pytest.raises(MedNCAError, match="pip install nnunetv2"):
        nnunet.call(tmp_path, "nnUNetv2_no_such_program")


def test_without_a_gpu_the_row_is_not_run_and_its_command_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("paper.study.find_parts", lambda *_: ellipsoid_parts())
    assert command_line.main(["train", "--only", "nnunet-2d", "--results", str(tmp_path)]) == 0
    assert "--only nnunet-2d --data hippocampus/ --device cuda" in capsys.readouterr().out
    assert not any(tmp_path.iterdir())
