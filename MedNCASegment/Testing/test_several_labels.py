"""Models with several labels: engines, steps, post-processing, calibration, training data and command line."""

import json
from dataclasses import replace

import nibabel
import numpy as np
import pytest
from core_cases import random_volume, require_torch, small_model
from mednca import Model, Options, Segmenter, Volume, make_engine, save_model, write_volume
from mednca.cli import main
from mednca.metrics import dice

LABELS = [{"value": 3, "name": "Front", "color": [1, 0, 0]}, {"value": 1, "name": "Back"}]


@pytest.fixture
def model():
    """A model of which each label takes scattered voxels, two fifths of the volume where no other is stronger."""
    plain = small_model(labels=LABELS)
    chance = Segmenter(plain).run(random_volume()).probability
    limits = [np.quantile(one, 0.6) for one in chance]
    labels = [
        replace(label, offset=label.offset + float(np.log(limit / (1 - limit))))
        for label, limit in zip(plain.card.labels, limits, strict=True)
    ]
    return Model(replace(plain.card, labels=labels), plain.rules)


@pytest.fixture
def place(model, tmp_path):
    save_model(model, tmp_path / "two.npz")
    write_volume(tmp_path / "scan.nii.gz", random_volume())
    return tmp_path


def command(*words) -> int:
    return main([str(word) for word in words])


def array_of(path):
    return np.asarray(nibabel.load(path).dataobj)


def test_both_engines_find_the_same_labels(model):
    require_torch()
    one, other = (Segmenter(model, make_engine(name)).run(random_volume()) for name in ("numpy", "torch"))
    np.testing.assert_allclose(one.probability, other.probability, atol=1e-5)
    assert np.count_nonzero(one.labels != other.labels) <= 2
    assert set(np.unique(one.labels)) == {0, 1, 3}


def test_steps_and_live_view_show_every_label_as_the_result_does(model):
    shown, result = None, None
    for event in Segmenter(model, options=Options(record=True, live=True)).events(random_volume()):
        shown, result = event.live, event.result
    np.testing.assert_array_equal(result.steps[-1].labels, result.labels)
    np.testing.assert_array_equal(shown, result.labels)
    found = {value for step in result.steps for value in np.unique(step.labels)}
    assert found == {0, 1, 3}


def test_each_label_keeps_its_largest_component_and_its_volume_is_that(model):
    pytest.importorskip("SimpleITK")
    volume = random_volume()
    loose = Segmenter(model).run(volume)
    kept = Segmenter(model, options=Options(largest_component=True)).run(volume)
    for label in model.card.labels:
        mask, before = kept.labels == label.value, loose.labels == label.value
        assert mask.any() and not (mask & ~before).any()
        assert mask.sum() < before.sum()
        assert kept.volume_ml[label.name] == pytest.approx(mask.sum() * volume.voxel_volume_ml)


def test_each_label_is_calibrated_by_itself(model):
    require_torch()
    from mednca.training.calibration import OFFSETS, calibrate

    volume, truth = random_volume(), np.zeros(random_volume().array.shape, np.uint8)
    truth[3:7, 2:7, 2:8], truth[7:11, 2:7, 2:8] = 3, 1
    plain = Model(replace(model.card, labels=[replace(one, offset=0.0) for one in model.card.labels]), model.rules)
    chance = Segmenter(plain).run(volume).probability
    offsets = [label.offset for label in calibrate(model, [(volume, truth)]).card.labels]
    for one, value, offset in zip(chance, (3, 1), offsets, strict=True):
        overlaps = {float(each): dice(one > 1 / (1 + np.exp(-each)), truth == value) for each in OFFSETS}
        assert overlaps[offset] == max(overlaps.values())
    assert offsets[0] != offsets[1]


def test_training_sees_a_target_for_each_label(model, tmp_path):
    require_torch()
    from mednca.cases import Case
    from mednca.training.slices import load_slices

    volume = random_volume()
    truth = np.zeros(volume.array.shape, np.uint8)
    truth[3:7, 2:5, 2:6], truth[8:11, 2:5, 2:6], truth[0, 0, 0] = 3, 1, 2  # 2 is none of the model's labels
    write_volume(tmp_path / "image.nii.gz", volume)
    write_volume(tmp_path / "label.nii.gz", Volume(truth, volume.affine))
    case = Case("case", tmp_path / "image.nii.gz", tmp_path / "label.nii.gz")
    targets = load_slices([case], model.card).targets
    assert targets.shape[1] == 2
    assert targets.sum(axis=(0, 2, 3)).tolist() == [(truth == 3).sum(), (truth == 1).sum()]
    assert targets.sum(axis=1).max() == 1


def test_the_command_line_writes_one_probability_map_a_label(place):
    wanted = ("segment", place / "scan.nii.gz", "-o", place / "seg.nii.gz", "--model", place / "two.npz")
    assert command(*wanted, "--probability", place / "p.nii.gz", "--json", place / "facts.json") == 0
    assert not (place / "p.nii.gz").exists()
    front, back = (array_of(place / f"p_label{value}.nii.gz") for value in (3, 1))
    labels = array_of(place / "seg.nii.gz")
    np.testing.assert_array_equal(labels == 3, (front > 0.5) & (front >= back))
    np.testing.assert_array_equal(labels == 1, (back > 0.5) & (back > front))
    volumes = json.loads((place / "facts.json").read_text())["volume_ml"]
    assert volumes["Front"] == pytest.approx((labels == 3).sum() * random_volume().voxel_volume_ml)


def test_a_probability_map_never_overwrites_another_output(place, capsys):
    wanted = ("segment", place / "scan.nii.gz", "-o", place / "p_label1.nii.gz", "--model", place / "two.npz")
    assert command(*wanted, "--probability", place / "p.nii.gz") == 2
    assert "must all be different" in capsys.readouterr().err
    assert not (place / "p_label1.nii.gz").exists()


def test_the_command_line_evaluates_each_label(place, model, capsys):
    pytest.importorskip("SimpleITK")
    for folder in ("images", "labels"):
        (place / folder).mkdir()
    for seed in range(2):
        volume = random_volume(seed=seed)
        truth = np.zeros(volume.array.shape, np.uint8)
        truth[3:7, 2:7, 2:8], truth[7:11, 2:7, 2:8] = 3, 1
        write_volume(place / "images" / f"{seed}.nii.gz", volume)
        write_volume(place / "labels" / f"{seed}.nii.gz", Volume(truth, volume.affine))
    wanted = ("evaluate", "--model", place / "two.npz", "--images", place / "images", "--labels", place / "labels")
    assert command(*wanted, "--json", place / "figures.json") == 0
    figures = json.loads((place / "figures.json").read_text())
    found = Segmenter(model).run(volume).labels
    row = figures["cases"][1]
    expected = {"Front": dice(found == 3, truth == 3), "Back": dice(found == 1, truth == 1)}
    assert row["dice_by_label"] == pytest.approx(expected)
    assert row["dice"] == pytest.approx(np.mean(list(expected.values())))
    assert set(row["hausdorff95_mm"]) == set(row["reference_ml"]) == {"Front", "Back"}
    assert figures["by_label"]["Front"]["mean_dice"] == pytest.approx(
        np.mean([one["dice_by_label"]["Front"] for one in figures["cases"]])
    )
    said = capsys.readouterr().out
    assert sum(line.startswith("mean") and "Front" in line for line in said.splitlines()) == 1
