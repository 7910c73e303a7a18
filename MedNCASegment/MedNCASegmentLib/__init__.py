"""What talks to Slicer: logic, panel, parameters, and how results become nodes."""

from .logic import MedNCASegmentLogic, RunOptions, SegmentationRun
from .selftest import MedNCASegmentTest
from .widget import MedNCASegmentWidget

__all__ = ["MedNCASegmentLogic", "MedNCASegmentTest", "MedNCASegmentWidget", "RunOptions", "SegmentationRun"]
