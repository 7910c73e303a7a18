"""Training as a whole, on cases small enough for a test."""

import errno
import json
import math
import os
from dataclasses import replace

import numpy as np
import pytest
from core_cases import random_volume, small_card
from mednca import MedNCAError, Options, Segmenter, Volume, load_model, save_model, write_volume, writing
from mednca.evaluation import evaluate_case
from training_case import RECIPE, read_log, same_weights, status_of, train, trainer_in, write_cases

from mednca.training.finishing import finish  # isort: skip
from mednca.training.learner import rate  # isort: skip
from mednca.training.run_folder import RunFolder  # isort: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_cases(tmp_path_factory.mktemp("cases"))


def test_a_trained_model_is_saved_loaded_and_segments(data, tmp_path):
    losses = []
    with RunFolder(tmp_path / "work") as folder:
        trainer = trainer_in(folder, data, report=lambda trainer: losses.append(trainer.learner.loss))
        model = finish(trainer, trainer.run())
    assert all(math.isfinite(loss) for loss in losses)
    save_model(model, tmp_path / "model.npz")
    loaded = load_model(tmp_path / "model.npz")
    assert loaded.card.training["cases"] == 4
    assert loaded.card.training["iterations"] == 8
    assert 0 <= loaded.card.evaluation["mean_dice"] <= 1
    assert Segmenter(loaded).run(random_volume()).labels.shape == (14, 9, 11)


def test_the_loss_falls_and_the_model_gets_better(data, tmp_path):
    recipe = replace(RECIPE, iterations=150, batch=4, patch=12, learning_rate=1e-2, validate_every=50)
    model = train(data, tmp_path / "work", recipe)
    lines = read_log(tmp_path / "work")
    losses = [line["loss"] for line in lines if line["validation_dice"] is None]
    assert losses[-1] < 0.75 * losses[0]
    assert model.card.evaluation["mean_dice"] > 0.5


def test_the_same_seed_gives_the_same_model_and_another_seed_another(data, tmp_path):
    one, same, other = (
        train(data, tmp_path / str(place), replace(RECIPE, iterations=3, seed=seed))
        for place, seed in enumerate((1, 1, 2))
    )
    assert same_weights(one, same)
    assert not same_weights(one, other)


def test_the_work_folder_holds_the_figures_of_the_validation_cases(data, tmp_path):
    model = train(data, tmp_path / "work", validation=0.4)
    results = json.loads((tmp_path / "work" / "results.json").read_text())
    assert [row["case"] for row in results["cases"]] == model.card.training["validation_cases"]
    assert len(results["cases"]) == 2
    assert results["mean_dice"] == pytest.approx(np.mean([row["dice"] for row in results["cases"]]))
    assert model.card.evaluation["mean_dice"] == pytest.approx(results["mean_dice"], abs=1e-4)
    assert model.card.evaluation["cases"] == 2


def test_for_the_figures_every_case_is_segmented_once_and_they_are_those_of_the_model(data, tmp_path, monkeypatch):
    with RunFolder(tmp_path / "work") as folder:
        trainer = trainer_in(folder, data, validation=0.4)
        model, events, segmented = trainer.run(), Segmenter.events, []

        def counted(segmenter, volume, *arguments):
            segmented.append(volume)
            return events(segmenter, volume, *arguments)

        monkeypatch.setattr(Segmenter, "events", counted)
        model = finish(trainer, model)
    # Three to calibrate on, two for post-processing and figures.
    assert len(segmented) == 3 + 2
    segmenter, labels = Segmenter(model, options=Options(seed=0)), model.card.labels
    rows = [
        evaluate_case(name, segmenter.run(volume).labels, truth, volume, labels)
        for name, (volume, truth) in zip(trainer.validation.names, trainer.validation.cases, strict=True)
    ]
    assert json.loads((tmp_path / "work" / "results.json").read_text())["cases"] == rows
    assert model.card.training["postprocessing"]["cases"] == 2


def test_the_figures_are_those_of_the_cards_runs_and_all_else_takes_one_run(data, tmp_path, monkeypatch):
    begun, events = [], Segmenter.events

    def noted(segmenter, *arguments):
        begun.append(segmenter.runs)
        return events(segmenter, *arguments)

    card = small_card(runs=2, mirrored=True)
    monkeypatch.setattr(Segmenter, "events", noted)
    with RunFolder(tmp_path / "work") as folder:
        trainer = trainer_in(folder, data, replace(RECIPE, validate_every=8), validation=0.4, card=card)
        model = trainer.run()
        assert set(begun) == {1}
        begun.clear()
        model = finish(trainer, model)
    monkeypatch.undo()
    assert begun == [1] * 3 + [2] * 2, "three cases to calibrate on, two for the figures"
    means = [
        evaluate_case(name, Segmenter(model).run(volume).labels, truth, volume, model.card.labels)["dice"]
        for name, (volume, truth) in zip(trainer.validation.names, trainer.validation.cases, strict=True)
    ]
    assert model.card.evaluation["mean_dice"] == pytest.approx(np.mean(means), abs=1e-4)
    assert "2 runs, the second of mirrored slices" in model.card.evaluation["how"]


def test_the_status_and_the_log_follow_the_run(data, tmp_path):
    states = []
    with RunFolder(tmp_path / "work") as folder:
        train_states = lambda trainer: states.append((trainer.iteration, folder.state))  # noqa: E731
        trainer = trainer_in(folder, data, replace(RECIPE, iterations=20, validate_every=10), report=train_states)
        finish(trainer, trainer.run())
    assert [iteration for iteration, state in states if state == "training"] == list(range(1, 21))
    assert {iteration for iteration, state in states if state == "validating"} == {10, 20}
    status = status_of(tmp_path / "work")
    assert (status["iteration"], status["iterations"]) == (20, 20)
    assert 0 < status["memory_gb"] < 100
    lines = read_log(tmp_path / "work")
    assert [(line["iteration"], line["validation_dice"] is None) for line in lines] == [
        (10, True),
        (10, False),
        (20, True),
        (20, False),
    ]
    assert lines[-1]["dice_by_label"] == {"Blob": lines[-1]["validation_dice"]}
    assert status["validation_dice"] == lines[-1]["validation_dice"]


def test_the_preview_shows_the_steps_on_a_slice_of_a_validation_case(data, tmp_path):
    model = train(data, tmp_path / "work")
    with np.load(tmp_path / "work" / "preview.npz") as preview:
        facts = json.loads(str(preview["facts"]))
        image, truth, labels = preview["image"], preview["truth"], preview["labels"]
        assert [(int(a), int(b)) for a, b in zip(preview["level"], preview["step"], strict=True)] == [
            *((1, step) for step in (1, 2, 3)),
            *((2, step) for step in (1, 2, 3, 4)),
        ]
    assert facts["case"] in model.card.training["validation_cases"]
    assert (facts["iteration"], facts["plane"]) == (8, "coronal")
    assert image.shape == truth.shape == labels.shape[1:]
    assert image.dtype == np.float32
    assert 0 <= image.min() < image.max() <= 1
    # The label is the bright part of the image.
    assert image[truth > 0].mean() > image[truth == 0].mean() + 0.3


def test_a_status_and_a_preview_that_cannot_be_written_do_not_end_the_training(data, tmp_path, monkeypatch, caplog):
    recipe = replace(RECIPE, validate_every=4)
    reference = train(data, tmp_path / "whole", recipe)
    move = os.replace

    def readers_hold(source, target):
        if os.path.basename(target) in ("status.json", "preview.npz"):
            raise PermissionError(errno.EACCES, "Permission denied")
        move(source, target)

    monkeypatch.setattr(writing, "READERS", 0.0)
    monkeypatch.setattr(os, "replace", readers_hold)
    assert same_weights(train(data, tmp_path / "work", recipe), reference)
    assert read_log(tmp_path / "work") == read_log(tmp_path / "whole")
    assert not (tmp_path / "work" / "preview.npz").exists()
    # Each is told once, however often it was tried.
    assert sorted(record.getMessage().split("'")[1] for record in caplog.records) == [
        str(tmp_path / "work" / name) for name in ("preview.npz", "status.json")
    ]


def test_the_preview_ends_in_what_the_model_finds_in_that_slice(data, tmp_path):
    recipe = replace(RECIPE, iterations=30, batch=4, patch=12, learning_rate=1e-2)
    # Cells that lie on the voxels, so that nothing is resampled.
    card = small_card(input={"plane": "axial", "spacing": [1.0, 1.5]}, levels=[{"scale": 1, "steps": 4}])
    with RunFolder(tmp_path / "work") as folder:
        trainer = trainer_in(folder, data, recipe, card=card)
        model = trainer.run()
    with np.load(tmp_path / "work" / "preview.npz") as preview:
        last, place = preview["labels"][-1], json.loads(str(preview["facts"]))["slice"]
    found = Segmenter(model).run(trainer.validation.cases[0][0]).labels[:, :, place]
    assert last.any()
    np.testing.assert_array_equal(last, found)


def test_the_best_weights_by_validation_dice_become_the_model(data, tmp_path):
    with RunFolder(tmp_path / "work") as folder:
        trainer = trainer_in(folder, data, replace(RECIPE, iterations=9, validate_every=3))
        score, seen = trainer.validation.score, []

        def better_in_between(model):
            seen.append(model)
            return replace(score(model), dice=(0.2, 0.6, 0.4)[len(seen) - 1])

        trainer.validation.score = better_in_between
        model = trainer.run()
    assert same_weights(model, seen[1])
    assert not same_weights(model, seen[2])
    assert (model.card.training["weights_of_iteration"], model.card.training["iterations"]) == (6, 9)
    assert same_weights(load_model(tmp_path / "work" / "best.npz"), model)
    assert status_of(tmp_path / "work")["best_iteration"] == 6


def test_training_ends_early_when_nothing_gets_better(data, tmp_path):
    with RunFolder(tmp_path / "work") as folder:
        trainer = trainer_in(folder, data, replace(RECIPE, iterations=100, validate_every=2, patience=2))
        score, dice = trainer.validation.score, iter((0.3, 0.5, 0.4, 0.5, 0.9))
        trainer.validation.score = lambda model: replace(score(model), dice=next(dice))
        model = trainer.run()
    assert model.card.training["iterations"] == 8
    assert model.card.training["weights_of_iteration"] == 4


def test_without_validation_cases_the_last_weights_are_the_model(data, tmp_path):
    with RunFolder(tmp_path / "work") as folder:
        trainer = trainer_in(folder, data, validation=0.0)
        model = finish(trainer, trainer.run())
    assert same_weights(model, trainer.model())
    assert model.card.evaluation == {}
    assert not (tmp_path / "work" / "results.json").exists()


def test_minutes_become_a_number_of_iterations(data, tmp_path):
    recipe = replace(RECIPE, iterations=None, minutes=0.05)
    with RunFolder(tmp_path / "work") as folder:
        fixed = []
        trainer = trainer_in(folder, data, recipe, report=lambda trainer: fixed.append(trainer.iterations))
        model = trainer.run()
    assert fixed[:19] == [None] * 19
    assert len(set(fixed[19:])) == 1
    assert trainer.iteration == trainer.iterations > 20
    assert model.card.training["recipe"]["iterations"] == trainer.iterations


def test_neither_iterations_nor_minutes_is_refused(data, tmp_path):
    with RunFolder(tmp_path / "work") as folder, pytest.raises(MedNCAError, match="neither"):
        trainer_in(folder, data, replace(RECIPE, iterations=None))


def test_cases_without_any_label_are_refused(data, tmp_path):
    labels = tmp_path / "labelsTr"
    labels.mkdir()
    (tmp_path / "imagesTr").symlink_to(data / "imagesTr")
    for path in (data / "imagesTr").iterdir():
        shape = (14 - int(path.name[5]) % 2, 9, 11)
        write_volume(labels / path.name, Volume(np.zeros(shape, np.uint8), random_volume().affine))
    with RunFolder(tmp_path / "work") as folder, pytest.raises(MedNCAError, match="labelled voxel"):
        trainer_in(folder, tmp_path)


def test_the_authors_way_to_feed_slices_is_trained_too(data, tmp_path):
    source = {"plane": "axial", "size": [16, 16], "per": "slice", "downsample": "linear"}
    model = train(data, tmp_path / "work", replace(RECIPE, iterations=2), card=small_card(input=source))
    assert model.card.input.size == (16, 16)
    with np.load(tmp_path / "work" / "preview.npz") as preview:
        assert preview["image"].shape == (16, 16)


def test_the_learning_rate_rises_and_falls_to_a_hundredth():
    rates = [rate(iteration, 1000) for iteration in range(1000)]
    assert rates[0] == pytest.approx(1 / 200)
    assert np.argmax(rates) == 199
    assert rates[-1] == pytest.approx(0.01, abs=1e-3)
    assert rate(500, None) == 1.0
