"""Curves for TensorBoard."""

import sys
from dataclasses import replace

import pytest
from training_case import RECIPE, read_log, train, trainer_in, write_cases

from mednca.training.run_folder import RunFolder  # isort: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_cases(tmp_path_factory.mktemp("cases"))


def test_a_resumed_run_leaves_one_curve(data, tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    recipe = replace(RECIPE, iterations=40, checkpoint_every=15, validate_every=20)

    def crash(trainer):
        if trainer.iteration == 34:
            raise InterruptedError

    with RunFolder(tmp_path / "work") as folder, pytest.raises(InterruptedError):
        trainer_in(folder, data, recipe, report=crash).run()
    train(data, tmp_path / "work", recipe)
    events = accumulator.EventAccumulator(str(tmp_path / "work" / "tensorboard"))
    events.Reload()
    lines = read_log(tmp_path / "work")
    for name, wanted in (
        ("loss", [(line["iteration"], line["loss"]) for line in lines if line["validation_dice"] is None]),
        (
            "validation Dice",
            [(line["iteration"], line["validation_dice"]) for line in lines if line["validation_dice"] is not None],
        ),
    ):
        assert [(event.step, pytest.approx(event.value, rel=1e-5)) for event in events.Scalars(name)] == wanted


def test_without_tensorboard_training_goes_on(data, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    train(data, tmp_path / "work")
    assert not (tmp_path / "work" / "tensorboard").exists()
