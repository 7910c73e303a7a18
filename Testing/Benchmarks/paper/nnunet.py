"""The nnU-Net rows: nnU-Net plans, trains and predicts (`nnunetv2`) on our split, and our code measures it.

nnU-Net ends by a rule of its own, 1,000 epochs of 250 iterations, which needs a GPU. It is trained on the training
cases as the only fold, with the validation cases as that fold's, and both labels merged into one as for every row.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from mednca import Volume, read_volume, write_volume
from mednca.card import Label
from mednca.cases import AnyCase, read_case
from mednca.errors import MedNCAError
from mednca.evaluation import evaluate_case, summary

from . import results
from .rows import Row
from .study import Study

NUMBER = 504
DATASET = f"Dataset{NUMBER}_MedNCA"
CONFIGURATIONS = {"nnunet-2d": "2d", "nnunet-3d": "3d_fullres"}
PLANS, CHECKPOINT = "nnUNetPlans", "checkpoint_final.pth"
ITERATIONS_AN_EPOCH = 250
FOLDERS = ("raw", "preprocessed", "results")


def make_nnunet_row(
    row: Row, study: Study, command: str, trainer: str = "nnUNetTrainer", epochs: int = 1000
) -> dict[str, Any]:
    """Plan, train, predict and measure; every stage that is done already is left out.

    Args:
        row: "nnunet-2d" or "nnunet-3d".
        study, command: as for :func:`paper.table_row.make_row`; the device is "cuda" or "cpu".
        trainer, epochs: nnU-Net's class, and how many epochs that one trains.

    Raises:
        MedNCAError: nnU-Net is not installed, or one of its commands fails.
    """
    found = results.read(row.name, study.into)
    if found is not None:
        return found
    base, configuration = study.work / "nnunet", CONFIGURATIONS[row.name]
    prepare(study.parts, base, study.task.label)
    model = base / "results" / DATASET / f"{trainer}__{PLANS}__{configuration}"
    if not (model / "fold_0" / CHECKPOINT).exists():
        chosen = [str(NUMBER), configuration, "0", "-tr", trainer, "-device", study.device, "--c"]
        _timed(base / f"{configuration}-seconds.json", lambda: call(base, "nnUNetv2_train", *chosen))
    figures = {}
    for part in ("validation", "test"):
        target = base / "predicted" / configuration / part
        chosen = ["-d", str(NUMBER), "-c", configuration, "-f", "0", "-tr", trainer, "-device", study.device]
        call(base, "nnUNetv2_predict", "-i", base / "raw" / DATASET / f"images-{part}", "-o", target, *chosen)
        figures[part] = summary(
            [
                measured(case, read_volume(target / f"{case.name}.nii.gz").array, study.task.label)
                for case in study.parts[part]
            ]
        )
    result = {
        "row": row.name,
        "title": row.title,
        "parameters": parameter_count(base / "preprocessed" / DATASET, configuration),
        "training": {
            "device": study.device,
            "hours": json.loads((base / f"{configuration}-seconds.json").read_text()) / 3600,
            "iterations": epochs * ITERATIONS_AN_EPOCH,
            "stopped": results.OWN_RULE,
            "trainer": trainer,
        },
        **figures,
        **study.provenance(command),
    }
    results.write(row.name, result, study.into)
    return results.read(row.name, study.into)


def prepare(parts: dict[str, list[AnyCase]], base: Path, label: str) -> None:
    """Write the cases as nnU-Net wants them, plan and preprocess, and set the split."""
    raw, planned = base / "raw" / DATASET, base / "preprocessed" / DATASET
    if (planned / "splits_final.json").exists():
        return
    for folder in FOLDERS:
        (base / folder).mkdir(parents=True, exist_ok=True)
    export(parts, raw, label)
    call(base, "nnUNetv2_plan_and_preprocess", "-d", str(NUMBER), "-c", *CONFIGURATIONS.values(), "-np", "1", "1")
    split = {"train": [case.name for case in parts["training"]], "val": [case.name for case in parts["validation"]]}
    (planned / "splits_final.json").write_text(json.dumps([split], indent=1), encoding="utf-8")


def export(parts: dict[str, list[AnyCase]], raw: Path, label: str) -> None:
    """A raw data set of nnU-Net; validation images lie once more, and test images only, in folders to predict from."""
    for part, cases in parts.items():
        for case in cases:
            volume, truth = read_case(case)
            image = f"{case.name}_0000.nii.gz"
            if part != "test":
                _write(raw / "imagesTr" / image, volume)
                _write(raw / "labelsTr" / f"{case.name}.nii.gz", Volume((truth > 0).astype(np.uint8), volume.affine))
            if part != "training":
                _write(raw / f"images-{part}" / image, volume)
    description = {
        "channel_names": {"0": "MRI"},
        "labels": {"background": 0, label: 1},
        "numTraining": len(parts["training"]) + len(parts["validation"]),
        "file_ending": ".nii.gz",
    }
    (raw / "dataset.json").write_text(json.dumps(description, indent=1), encoding="utf-8")


def _write(path: Path, volume: Volume) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_volume(path, volume)


def measured(case: AnyCase, found: np.ndarray, label: str) -> dict:
    """A row of :func:`mednca.evaluation.evaluate_case`."""
    volume, truth = read_case(case)
    return evaluate_case(case.name, (found > 0).astype(np.uint8), truth, volume, [Label(1, label)])


def parameter_count(planned: Path, configuration: str) -> int:
    """Parameters of the network that nnU-Net has planned, those of its auxiliary outputs included."""
    from nnunetv2.utilities.get_network_from_plans import get_network_from_plans
    from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

    plan = PlansManager(str(planned / f"{PLANS}.json")).get_configuration(configuration)
    network = get_network_from_plans(
        plan.network_arch_class_name,
        plan.network_arch_init_kwargs,
        plan.network_arch_init_kwargs_req_import,
        input_channels=1,
        output_channels=2,
        allow_init=False,
        deep_supervision=True,
    )
    return sum(parameter.numel() for parameter in network.parameters())


def call(base: Path, program: str, *arguments: str | Path) -> None:
    """Run one of nnU-Net's programs, of this Python's environment, with its folders below `base`."""
    path = Path(sys.executable).with_name(program)
    if not path.exists():
        raise MedNCAError(f"'{program}' is not installed beside this Python; install it (pip install nnunetv2).")
    environment = os.environ | {f"nnUNet_{name}": str(base / name) for name in FOLDERS}
    done = subprocess.run([str(path), *map(str, arguments)], env=environment)
    if done.returncode:
        raise MedNCAError(f"'{program}' has failed with exit code {done.returncode}; its output says why.")


def _timed(path: Path, work) -> None:
    """Do the work and add its seconds to those in a file, also when it is interrupted."""
    before = json.loads(path.read_text()) if path.exists() else 0.0
    started = time.perf_counter()
    try:
        work()
    finally:
        path.write_text(json.dumps(before + time.perf_counter() - started))
