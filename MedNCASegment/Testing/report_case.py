"""Cases to make a report of, and a result of one experiment, for its tests."""

import numpy as np
from core_cases import random_volume, small_model
from mednca import Options
from mednca.cases import ArrayCase
from mednca.report.changes import EXPERIMENTS
from mednca.report.result import make_result

TWO_LABELS = [{"value": 1, "name": "Front | A"}, {"value": 4, "name": "Back"}]


def cases(count: int = 2) -> list[ArrayCase]:
    made = []
    for number in range(count):
        volume = random_volume(seed=number)
        label = (volume.array > 400).astype(np.uint8)
        label[:, :4][label[:, :4] > 0] = 4
        made.append(ArrayCase(f"case_{number}", volume, label))
    return made


def result_of(dice: dict[str, list[float]], labels=("Blob",), experiment=EXPERIMENTS[0], names=("a", "b")) -> dict:
    """A result of one experiment with the same Dice for all cases, by label."""
    model = small_model(labels=[{"value": number, "name": name} for number, name in enumerate(labels, 1)])
    keys = [
        "unchanged" if level == experiment.unchanged else f"{experiment.name} {level:g}" for level in experiment.levels
    ]
    found = {name: dict(zip(keys, zip(*dice.values(), strict=True), strict=True)) for name in names}
    return make_result(model, "m.npz", Options(), names, [experiment], [], found, "mednca report")
