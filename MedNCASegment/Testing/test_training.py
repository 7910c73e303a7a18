"""Training, on cases small enough for a test."""

import json
import math
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from core_cases import MODULE, card_fields, random_volume, require_torch, small_card
from mednca import MedNCAError, Segmenter, Volume, load_model, save_model, write_volume
from mednca.cases import find_cases, split_cases

torch = require_torch()

from mednca.training.augment import Ranges, draw, sample  # noqa: E402
from mednca.training.network import TrainableCascade, dice_cross_entropy  # noqa: E402
from mednca.training.trainer import CHECKPOINT, Recipe, Trainer  # noqa: E402

RECIPE = Recipe(iterations=8, batch=2, patch=6, precision="float32", checkpoint_every=4, validate_every=100)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Five cases with a bright box as their label."""
    folder = tmp_path_factory.mktemp("cases")
    for name in ("imagesTr", "labelsTr"):
        (folder / name).mkdir()
    for number in range(5):
        volume = random_volume(shape=(14 - number % 2, 9, 11), seed=number)
        write_volume(folder / "imagesTr" / f"case_{number}.nii.gz", volume)
        label = Volume((volume.array > 400).astype(np.uint8), volume.affine)
        write_volume(folder / "labelsTr" / f"case_{number}.nii.gz", label)
    return folder


def trainer_for(data, workdir, recipe=RECIPE, validation=0.2, card=None):
    return Trainer(card or small_card(), recipe, *split_cases(find_cases(data), validation, 0), workdir)


def weights(model):
    return [array for rule in model.rules for array in rule.arrays().values()]


def test_a_trained_model_is_saved_loaded_and_segments(data, tmp_path):
    reports = []
    trainer = trainer_for(data, tmp_path / "work")
    model = trainer.run(reports.append)
    # The last report is the figure of the finished model.
    assert [report.iteration for report in reports] == [*range(1, 9), 8]
    assert all(math.isfinite(report.loss) for report in reports)
    assert 0 <= reports[-1].validation_dice <= 1
    save_model(model, tmp_path / "model.npz")
    loaded = load_model(tmp_path / "model.npz")
    assert loaded.card.training["cases"] == 4
    assert loaded.card.training["iterations"] == 8
    assert Segmenter(loaded).run(random_volume()).labels.shape == (14, 9, 11)


def test_the_loss_falls(data, tmp_path):
    recipe = replace(RECIPE, iterations=120, batch=4, patch=12, learning_rate=1e-2)
    losses = []
    trainer = trainer_for(data, tmp_path / "work", recipe, validation=0.0)
    iterate = trainer._iterate

    def noted():
        losses.append(iterate())
        return losses[-1]

    trainer._iterate = noted
    trainer.run()
    assert np.mean(losses[-20:]) < 0.75 * np.mean(losses[:20])


def test_a_run_that_was_stopped_and_resumed_equals_one_that_was_not(data, tmp_path):
    whole = trainer_for(data, tmp_path / "whole").run()

    class Stop(Exception):
        pass

    def stop(report):
        if report.iteration == 6:  # after the checkpoint at 4
            raise Stop

    with pytest.raises(Stop):
        trainer_for(data, tmp_path / "parts").run(stop)
    reports = []
    parts = trainer_for(data, tmp_path / "parts").run(reports.append)
    assert [report.iteration for report in reports] == [5, 6, 7, 8, 8]
    for one, other in zip(weights(parts), weights(whole), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_run_resumed_after_its_end_gives_the_same_model_and_its_figure(data, tmp_path):
    first, last = [], []
    whole = trainer_for(data, tmp_path / "work").run(first.append)
    again = trainer_for(data, tmp_path / "work").run(last.append)
    assert [report.validation_dice for report in last] == [first[-1].validation_dice]
    for one, other in zip(weights(again), weights(whole), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_same_seed_gives_the_same_model_and_another_seed_another(data, tmp_path):
    one, same, other = (
        weights(trainer_for(data, tmp_path / str(place), replace(RECIPE, iterations=3, seed=seed)).run())
        for place, seed in enumerate((1, 1, 2))
    )
    assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_a_checkpoint_of_other_settings_is_refused(data, tmp_path):
    trainer_for(data, tmp_path / "work").run()
    with pytest.raises(MedNCAError, match="other settings"):
        trainer_for(data, tmp_path / "work", replace(RECIPE, batch=3)).run()


@pytest.mark.parametrize("content", [b"", b"hello", b"\x80\x02c__main__\nTrap\n.", bytes(500)])
def test_a_damaged_checkpoint_is_refused(data, tmp_path, content):
    trainer = trainer_for(data, tmp_path / "work")
    (tmp_path / "work" / CHECKPOINT).write_bytes(content)
    with pytest.raises(MedNCAError, match="cannot be read"):
        trainer.run()


def test_cases_without_any_label_are_refused(data, tmp_path):
    labels = tmp_path / "labelsTr"
    labels.mkdir()
    (tmp_path / "imagesTr").symlink_to(data / "imagesTr")
    for path in (data / "imagesTr").iterdir():
        shape = (14 - int(path.name[5]) % 2, 9, 11)
        write_volume(labels / path.name, Volume(np.zeros(shape, np.uint8), random_volume().affine))
    with pytest.raises(MedNCAError, match="labelled voxel"):
        trainer_for(tmp_path, tmp_path / "work")


def test_a_card_that_training_cannot_follow_is_refused(data, tmp_path):
    card = small_card(input={"plane": "axial", "size": [16, 16]})
    with pytest.raises(MedNCAError, match="input.spacing"):
        trainer_for(data, tmp_path / "work", card=card)


def test_changes_of_zero_size_leave_a_slice_as_it_is():
    generator = torch.Generator().manual_seed(0)
    still = Ranges(0.0, 1.0, 1.0, 0.0, False, False, 1.0, 0.0, 0.0, 0.0, 0.0)
    images = torch.rand((3, 1, 12, 16), generator=generator).clamp(1e-4, 1)
    targets = (images > 0.5).float()
    pixel_mm = torch.tensor([[1.0, 1.0]] * 3)
    image, target = sample(images, targets, pixel_mm, (12, 16), pixel_mm, draw(3, still, generator), generator)
    torch.testing.assert_close(image, images, atol=1e-4, rtol=0)
    torch.testing.assert_close(target, targets, atol=1e-4, rtol=0)


def test_image_and_target_are_moved_together():
    generator = torch.Generator().manual_seed(1)
    images = torch.zeros((8, 1, 32, 32))
    images[:, :, 10:22, 12:20] = 1
    ranges = replace(Ranges(mirror_rows=True), gamma=1.0, contrast=0.0, brightness=0.0, bias_field=0.0, noise=0.0)
    pixel_mm = torch.ones((8, 2))
    image, target = sample(
        images, images.clone(), pixel_mm, (32, 32), pixel_mm, draw(8, ranges, generator), generator
    )
    torch.testing.assert_close(image, target, atol=2e-4, rtol=0)
    assert (image - images).abs().max() > 0.5


def test_the_loss_is_small_where_the_logits_are_right_and_large_where_they_are_wrong():
    target = torch.zeros((2, 1, 8, 8))
    target[:, :, 2:6, 2:6] = 1
    right, wrong = (20 * (2 * target - 1) * sign for sign in (1, -1))
    assert float(dice_cross_entropy(right, target)) < 0.01
    assert float(dice_cross_entropy(wrong, target)) > 10


def test_a_gradient_reaches_every_weight_of_both_levels():
    generator = torch.Generator().manual_seed(2)
    network = TrainableCascade(small_card(), generator)
    with torch.no_grad():
        for rule in network.rules:  # the last layer starts at zero, which would hide the others
            rule.dense1_weight.uniform_(-0.1, 0.1, generator=generator)
    image, target = torch.rand((2, 1, 16, 16), generator=generator), torch.ones((2, 1, 16, 16))
    outputs = network(image, target, 6, generator, torch.float32)
    sum(dice_cross_entropy(*output) for output in outputs).backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name
    assert [tuple(logits.shape[2:]) for logits, _ in outputs] == [(8, 8), (6, 6)]


def test_the_command_line_trains_and_an_excluded_case_takes_no_part(data, tmp_path):
    (tmp_path / "card.json").write_text(json.dumps(card_fields()))
    line = [sys.executable, "-m", "mednca", "train", "--data", data, "--card", "card.json", "-o", "model.npz"]
    line += ["--exclude", "case_2", "--validation", "0.25", "--iterations", "3", "--batch", "2", "--threads", "1"]
    environment = os.environ | {"PYTHONPATH": str(MODULE)}
    done = subprocess.run(map(str, line), cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    split = json.loads((tmp_path / "model.npz.work" / "split.json").read_text())
    names = split["training"] + split["validation"]
    assert sorted(names) == ["case_0", "case_1", "case_3", "case_4"]
    assert len(split["validation"]) == 1
    card = load_model(tmp_path / "model.npz").card
    assert card.training["validation_cases"] == split["validation"]
    assert "--exclude case_2" in card.training["command"]
    assert card.evaluation["cases"] == 1
    again = subprocess.run(map(str, line), cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert again.returncode == 2
    assert "--resume" in again.stderr
