"""Lets the core's tests import the core from the source tree, installed or not; what the command line's tests find."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core_cases import random_volume, small_model, write_bright_case  # noqa: E402
from mednca import save_model, write_volume  # noqa: E402


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a small model, a scan, and labelled cases."""
    folder = tmp_path_factory.mktemp("place")
    save_model(small_model(), folder / "small.npz")
    write_volume(folder / "scan.nii.gz", random_volume())
    for number in range(3):
        write_bright_case(folder, f"case_{number}.nii.gz", random_volume(seed=number))
    return folder


@pytest.fixture
def out(tmp_path):
    """An empty folder for results."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder
