"""The modules' own self-tests, those that "Reload and Test" runs in Slicer, on the stand-in host."""

import panel_case  # noqa: F401  (it starts the host)

# isort: split
from MedNCASegmentLib import MedNCASegmentTest  # noqa: F401  (pytest collects it from here)
