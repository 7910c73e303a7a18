"""`mednca train` as it is called: what it writes, and one sentence for each mistake."""

import json
import os
import sys
from dataclasses import replace

import numpy as np
import pytest
from core_cases import random_volume, small_card, small_model
from mednca import Volume, load_model, save_model, write_volume
from mednca.cli import main
from mednca.joining import join
from training_case import RECIPE, same_weights, status_of, weights, write_cases, write_plan

from mednca.training.artefacts import transforms  # isort: skip
from mednca.training.learner import Learner  # isort: skip
from mednca.training.plan import Plan  # isort: skip
from mednca.training.recipe import Recipe  # isort: skip
from mednca.training.starting import start_of  # isort: skip
from mednca.training.trainer import Trainer  # isort: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_cases(tmp_path_factory.mktemp("cases"))


@pytest.fixture
def train(data, tmp_path, capsys):
    """Runs the command; returns its exit code, output and errors."""
    plan = write_plan(tmp_path / "plan.json", replace(RECIPE, iterations=3))

    def run(*words, data=data, plan=plan, output=tmp_path / "model.npz"):
        given = ["--plan", plan] if plan else []
        code = main([str(word) for word in ("train", "--data", data, "-o", output, "--device", "cpu", *given, *words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def assert_one_sentence(outcome, words):
    code, _, errors = outcome
    assert code == 2
    last = errors.splitlines()[-1]
    assert last.startswith("mednca: ")
    assert words in last, last
    assert "Traceback" not in errors


def test_it_trains_and_an_excluded_case_takes_no_part(train, tmp_path):
    code, output, errors = train("--exclude", "case_2", "--validation", "0.25")
    assert code == 0, errors
    assert "3 cases to train on, 1 to validate, 1 left out" in output
    split = json.loads((tmp_path / "model.npz.work" / "split.json").read_text())
    assert sorted(split["training"] + split["validation"]) == ["case_0", "case_1", "case_3", "case_4"]
    assert split["left_out"] == ["case_2"]
    card = load_model(tmp_path / "model.npz").card
    assert card.training["validation_cases"] == split["validation"]
    assert card.training["recipe"]["iterations"] == 3
    assert card.evaluation["cases"] == 1
    status = status_of(tmp_path / "model.npz.work")
    assert (status["state"], status["model"]) == ("finished", str(tmp_path / "model.npz"))
    plan = json.loads((tmp_path / "model.npz.work" / "plan.json").read_text())
    assert plan["fingerprint"]["cases"] == 4


def test_a_plan_is_proposed_where_none_is_given(train, tmp_path):
    code, _, errors = train("--iterations", "2", "--seed", "7", plan=None)
    assert code == 0, errors
    training = load_model(tmp_path / "model.npz").card.training
    assert training["recipe"]["seed"] == 7
    assert "input.plane" in training["why"]


def test_arguments_go_before_the_plan(train, tmp_path):
    code, _, errors = train("--minutes", "0.02", "--seed", "9", "--fold", "2/5")
    assert code == 0, errors
    recipe = load_model(tmp_path / "model.npz").card.training["recipe"]
    assert (recipe["minutes"], recipe["seed"]) == (0.02, 9)
    assert recipe["iterations"] >= 20


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--iterations", "0"], "--iterations must be above 0"),
        (["--minutes", "-1"], "--minutes must be above 0"),
        (["--threads", "0"], "--threads must be above 0"),
        (["--seed", "-1"], "--seed must be from 0"),
        (["--validation", "1"], "--validation must be from 0 to below 1"),
        (["--fold", "half"], "--fold must be such as 1/5"),
        (["--fold", "6/5"], "no fold 6 of 5"),
        (["--memory", "0"], "--memory must be from"),
        (["--exclude", "nobody"], "no case 'nobody' to exclude"),
        (["--device", "abacus"], "PyTorch cannot use the device 'abacus'"),
    ],
)
def test_wrong_arguments_get_one_sentence(train, words, sentence):
    assert_one_sentence(train(*words), sentence)


def test_wrong_files_get_one_sentence(train, tmp_path):
    assert_one_sentence(train(data=tmp_path / "nowhere"), "no folder")
    assert_one_sentence(train(plan=tmp_path / "nowhere.json"), "cannot be read")
    (tmp_path / "bad.json").write_text("{")
    assert_one_sentence(train(plan=tmp_path / "bad.json"), "cannot be used as a plan")
    assert_one_sentence(train(output=tmp_path / "model.txt"), "ends in .npz")
    assert_one_sentence(train(output=tmp_path / "nowhere" / "model.npz"), "create it first")
    assert_one_sentence(train("--preset", "nothing", plan=None), "no preset 'nothing'")


@pytest.mark.parametrize("words", [["--preset", "nothing"], ["--fold", "6/5"]])
def test_what_no_case_can_change_is_said_before_the_cases_are_looked_at(train, words, tmp_path):
    code, _, errors = train(*words, data=tmp_path / "nowhere", plan=None)
    assert (code, errors.count("\n")) == (2, 1)
    assert words[1] in errors or "fold 6 of 5" in errors


def test_a_folder_that_cannot_be_written_to_is_said_before_training(train, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert_one_sentence(train(), "cannot be written to")


def test_resuming_what_has_not_begun_says_so(train):
    code, output, errors = train("--resume")
    assert code == 0, errors
    assert "has no checkpoint yet; the run starts at its beginning" in output


def test_a_label_of_the_plan_that_no_case_has_is_named(train, tmp_path):
    labels = [{"value": 1, "name": "Blob"}, {"value": 2, "name": "Ghost"}]
    plan = write_plan(tmp_path / "two.json", RECIPE, small_card(labels=labels))
    assert_one_sentence(train(plan=plan), "label 2 ('Ghost'), which no case has")


def test_bad_cases_are_named_before_anything_starts_and_left_out_only_when_asked(train, tmp_path):
    folder = write_cases(tmp_path)
    (tmp_path / "imagesTr" / "case_1.nii.gz").write_bytes(b"nothing")
    outcome = train(data=folder)
    assert_one_sentence(outcome, "'case_1'")
    assert "BAD   case_1" in outcome[2]
    status = status_of(tmp_path / "model.npz.work")
    assert status["state"] == "failed"
    assert "'case_1'" in status["message"]
    code, _, errors = train("--skip-bad", data=folder)
    assert code == 0, errors
    assert json.loads((tmp_path / "model.npz.work" / "split.json").read_text())["left_out"] == ["case_1"]


def test_one_case_alone_gets_one_sentence(train, tmp_path):
    assert_one_sentence(train(data=write_cases(tmp_path, count=1)), "one case only")


def test_cases_without_a_label_get_one_sentence(train, tmp_path):
    for name in ("images", "labels"):
        (tmp_path / name).mkdir()
    for number in range(2):
        volume = random_volume(seed=number)
        write_volume(tmp_path / "images" / f"{number}.nii.gz", volume)
        empty = Volume(np.zeros(volume.array.shape, np.uint8), volume.affine)
        write_volume(tmp_path / "labels" / f"{number}.nii.gz", empty)
    assert_one_sentence(train(data=tmp_path), "None of the 2 cases can be used")


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory: you tried"),
    ],
)
def test_a_full_memory_gets_a_sentence_with_a_plan_that_fits(train, tmp_path, monkeypatch, error):
    def full(self, iterations):
        raise error

    monkeypatch.setattr(Learner, "step", full)
    plan = write_plan(tmp_path / "large.json", replace(RECIPE, iterations=3, batch=256, patch=64))
    outcome = train(plan=plan)
    assert_one_sentence(outcome, "The memory is full")
    status = status_of(tmp_path / "model.npz.work")
    assert (status["state"], status["message"]) == ("failed", outcome[2].splitlines()[-1].removeprefix("mednca: "))


def test_artefacts_without_torchio_get_one_sentence(train, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torchio", None)
    transforms.cache_clear()
    plan = write_plan(tmp_path / "artefacts.json", replace(RECIPE, artefacts=0.2))
    assert_one_sentence(train(plan=plan), "pip install torchio")


def test_an_error_of_the_program_is_in_the_status_too(train, tmp_path, monkeypatch):
    def broken(self):
        raise ZeroDivisionError("halving nothing")

    monkeypatch.setattr(Trainer, "run", broken)
    with pytest.raises(ZeroDivisionError):
        train()
    status = status_of(tmp_path / "model.npz.work")
    assert status["state"] == "failed"
    assert "halving nothing" in status["message"]
    assert not (tmp_path / "model.npz.work" / "lock").exists()


def test_a_training_can_begin_with_the_weights_of_a_model(train, tmp_path):
    save_model(small_model(), tmp_path / "start.npz")
    code, _, errors = train("--start", tmp_path / "start.npz", "--iterations", "1")
    assert code == 0, errors
    assert "has learnt from case_" in errors, "nobody knows which cases a model without training facts has seen"
    begun = load_model(tmp_path / "model.npz")
    for one, other in zip(weights(begun), weights(small_model()), strict=True):
        # One iteration in which the learning rate has only begun to rise.
        np.testing.assert_allclose(one, other, atol=1e-4)
    assert begun.card.training["start"] == {"model": "small", "version": "", "validation_cases_it_may_know": 1}
    assert not same_weights(begun, small_model())

    code, _, errors = train("--start", tmp_path / "model.npz", "--iterations", "1", output=tmp_path / "next.npz")
    assert code == 0 and "has learnt from" not in errors, "its card says that it has not"
    assert load_model(tmp_path / "next.npz").card.training["start"]["validation_cases_it_may_know"] == 0
    outcome = train("--resume", "--start", tmp_path / "start.npz", output=tmp_path / "next.npz")
    assert_one_sentence(outcome, "started with another --start")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"channels": 9}, "has 9 channels a cell, the plan 8; start from a model that fits"),
        ({"hidden": 8}, "has 8 values in its hidden layer, the plan 16"),
        ({"levels": [{"scale": 1, "steps": 3}]}, "has 1 levels, the plan 2"),
        ({"labels": [{"value": 1, "name": "a"}, {"value": 2, "name": "b"}]}, "has 2 labels, the plan 1"),
    ],
    ids=str,
)
def test_weights_that_do_not_fit_are_refused(train, tmp_path, changes, words):
    save_model(small_model(**changes), tmp_path / "start.npz")
    assert_one_sentence(train("--start", tmp_path / "start.npz"), words)
    assert_one_sentence(train("--start", tmp_path / "nowhere.npz"), "There is no model file")


def test_a_training_begins_with_the_rule_of_a_joined_model_for_its_plane(train, tmp_path):
    axial, sagittal = (small_model(1, input={"plane": plane, "spacing": [1.0, 1.0]}) for plane in ("axial", "sagittal"))
    save_model(join([axial, small_model()]), tmp_path / "joined.npz")
    save_model(join([axial, sagittal]), tmp_path / "others.npz")
    assert_one_sentence(train("--start", tmp_path / "others.npz"), "has no rule for coronal slices, which the plan has")
    plan = Plan(small_card(), Recipe(iterations=1))
    begun = start_of(str(tmp_path / "joined.npz"), plan)
    for found, wanted in zip(begun.rules, small_model().rules, strict=True):
        for name, array in wanted.arrays().items():
            np.testing.assert_array_equal(found.arrays()[name], array)


def test_a_model_that_is_no_run_of_the_work_folder_is_not_overwritten(train, tmp_path):
    (tmp_path / "model.npz").write_text("precious")
    assert_one_sentence(train(), "exists already, and not from a run in")
    assert train(output=tmp_path / "other.npz")[0] == 0
    assert_one_sentence(train("--workdir", tmp_path / "other.npz.work", "--resume"), "exists already, and not from")
    assert (tmp_path / "model.npz").read_text() == "precious"
