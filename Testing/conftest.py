"""What pytest hands to tests on the stand-in host; tests that also run in Slicer do without."""

import pytest


@pytest.fixture
def logic():
    """MedNCASegment's logic with an empty scene, which is emptied again; what callbacks raised meanwhile is raised."""
    import slicer
    from MedNCASegmentLib.logic import MedNCASegmentLogic
    from slicer_host import raiseErrors

    slicer.mrmlScene.Clear(0)
    yield MedNCASegmentLogic()
    slicer.mrmlScene.Clear(0)
    raiseErrors()
