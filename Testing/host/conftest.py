"""Tests of the stand-in host: each starts with an empty scene and ends without an exception hidden in a callback."""

import sys
from pathlib import Path

import pytest

TESTING = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTING))

from slicer_host import raiseErrors, start  # noqa: E402

start()

SAMPLE_DATA = TESTING.parent / "MedNCASegment" / "Resources" / "SampleData"


@pytest.fixture
def scene():
    """The empty ``slicer.mrmlScene``."""
    import slicer

    slicer.mrmlScene.Clear(0)
    yield slicer.mrmlScene
    slicer.mrmlScene.Clear(0)
    raiseErrors()


@pytest.fixture
def scanFile() -> str:
    """Path of the sample scan."""
    return str(SAMPLE_DATA / "MedNCA_Hippocampus_T1.nii.gz")


@pytest.fixture
def labelFile() -> str:
    """Path of the sample's label."""
    return str(SAMPLE_DATA / "MedNCA_Hippocampus_Label.nii.gz")
