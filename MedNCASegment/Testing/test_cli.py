"""The commands do what their users ask of them."""

import json

import nibabel
import numpy as np
import pytest
from command_line import answers
from core_cases import random_volume, require_torch, small_model
from mednca import read_volume, save_model, shipped_models


def test_segment_writes_everything_it_is_asked_for_on_the_grid_of_the_scan(place, out):
    (out / "steps").mkdir()
    (out / "steps" / "level2_step099.nii.gz").write_text("of a run with more steps")
    (out / "steps" / "level2_step099_corrected.nii.gz").write_text("of somebody")
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
    assert (out / "steps" / "level2_step099_corrected.nii.gz").read_text() == "of somebody"
    (out / "steps" / "level2_step099_corrected.nii.gz").unlink()
    steps = sorted(path.name for path in (out / "steps").iterdir())
    assert steps == [f"level{level}_step{step:03d}.nii.gz" for level, n in ((1, 3), (2, 4)) for step in range(1, n + 1)]
    facts = json.loads((out / "facts.json").read_text())
    assert facts["volume_ml"]["Blob"] == pytest.approx(labels.sum() * 1.0 * 1.5 * 1.25 / 1000)
    assert (facts["seed"], facts["runs"], facts["engine"]) == (3, 2, "numpy")
    assert facts["quality"] > 0
    assert facts["doubtful"] is False


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
    lines = answers("models").splitlines()
    assert [line.split()[0] for line in lines] == list(shipped_models())
    assert all("Dice" in line for line in lines)


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
