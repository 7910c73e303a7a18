"""The modules' own self-tests, those that "Reload and Test" runs in Slicer, on the stand-in host."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from slicer_host import loadModule, start  # noqa: E402

start()
loadModule(str(HERE.parent / "MedNCASegment" / "MedNCASegment.py"))

from MedNCASegmentLib import MedNCASegmentTest  # noqa: E402, F401  (pytest collects it from here)
