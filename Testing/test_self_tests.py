"""The modules' own self-tests, those that "Reload and Test" runs in Slicer, on the stand-in host.

That of MedNCATrain trains for about a minute, and fails where PyTorch is missing.
"""

import train_panel_case  # noqa: F401  (it starts the host)

# isort: split
from MedNCASegmentLib import MedNCASegmentTest  # noqa: F401  (pytest collects them from here)
from MedNCATrainLib import MedNCATrainTest  # noqa: F401
