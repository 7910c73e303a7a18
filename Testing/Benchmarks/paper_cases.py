"""Cases small enough for tests of the paper's experiments: bright ellipsoids in noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from mednca import Volume
from mednca.cases import ArrayCase
from paper.study import Study


def ellipsoid_case(name: str, seed: int, shape=(15, 6, 13)) -> ArrayCase:
    rng = np.random.default_rng(seed)
    axes = [np.linspace(-1, 1, side) - shift for side, shift in zip(shape, rng.uniform(-0.2, 0.2, 3), strict=True)]
    x, y, z = np.meshgrid(*axes, indexing="ij")
    inside = x**2 + y**2 + z**2 < 0.3
    image = rng.normal(100, 10, shape) + 100 * inside
    return ArrayCase(name, Volume(image.astype(np.float32), np.eye(4)), inside.astype(np.uint8))


def ellipsoid_parts() -> dict[str, list[ArrayCase]]:
    """Two cases to train on, one for validation and one for the test."""
    cases = [ellipsoid_case(f"case_{number}", number) for number in range(4)]
    return {"training": cases[:2], "validation": cases[2:3], "test": cases[3:]}


def ellipsoid_study(folder: Path) -> Study:
    return Study(ellipsoid_parts(), folder / "work", folder / "results")
