"""Processes that train together, started as torchrun starts them."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import parallel_worker
import pytest
from core_cases import MODULE
from mednca import MedNCAError, load_model
from training_case import RECIPE, environment, read_log, status_of, train, write_cases, write_plan

from mednca.training.parallel import World  # isort: skip

WORKER = Path(parallel_worker.__file__)
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="PyTorch for Windows has no torchrun with gloo")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_cases(tmp_path_factory.mktemp("cases"))


def torchrun(*words) -> subprocess.CompletedProcess:
    line = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", *map(str, words)]
    return subprocess.run(line, env=environment(), cwd=MODULE, capture_output=True, text=True, timeout=300)


def test_two_processes_give_the_gradients_of_one_with_the_joint_batch(data, tmp_path):
    batch = 5  # two slices for one, three for the other
    done = torchrun(WORKER, data, tmp_path, batch)
    assert done.returncode == 0, done.stderr
    parallel_worker.main(str(data), str(tmp_path), batch)
    first, second, one = (np.load(tmp_path / f"{name}.npz") for name in ("2-0", "2-1", "1-0"))
    assert float(first["loss"]) == pytest.approx(float(one["loss"]), rel=1e-5)
    for name in one.files:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)
        # Gradients are as close as sums in another order are.
        if name.startswith("rules"):
            scale = np.abs(one[name]).max()
            assert scale > 0, name
            np.testing.assert_allclose(first[name], one[name], rtol=0, atol=1e-5 * scale, err_msg=name)


def test_torchrun_trains_one_model_which_the_first_process_writes(data, tmp_path):
    recipe = replace(RECIPE, iterations=20, batch=4, validate_every=10)
    plan, model = write_plan(tmp_path / "plan.json", recipe), tmp_path / "two.npz"
    arguments = ("--plan", plan, "--threads", "1", "--device", "cpu")
    done = torchrun("-m", "mednca", "train", "--data", data, "-o", model, *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("written to") == 1
    assert status_of(tmp_path / "two.npz.work")["state"] == "finished"
    train(data, tmp_path / "one", recipe)
    two, one = read_log(tmp_path / "two.npz.work"), read_log(tmp_path / "one")
    assert [line["iteration"] for line in two] == [line["iteration"] for line in one]
    for a, b in zip(two, one, strict=True):
        assert a["loss"] == pytest.approx(b["loss"], rel=1e-3)
    card = load_model(model).card
    assert card.training["processes"] == 2
    assert json.loads((tmp_path / "two.npz.work" / "split.json").read_text())["training"]


def test_more_processes_than_slices_are_refused(monkeypatch):
    world = World("cpu")
    world.size, world.rank = 3, 1
    assert world.share(7) == slice(2, 4)
    with pytest.raises(MedNCAError, match="2 slices cannot be shared by 3"):
        world.share(2)


def test_a_device_that_is_not_there_is_refused():
    with pytest.raises(MedNCAError, match="choose --device cpu"):
        World("nonsense")
