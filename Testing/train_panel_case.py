"""Slicer with both modules in it, and MedNCATrain's panel as a person has it in front of them.

A test file imports this before anything of Slicer: where there is no Slicer, it starts the stand-in host.
"""

import shutil
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from panel_case import loadOnHost  # noqa: E402  (it has loaded MedNCASegment)

loadOnHost("MedNCATrain")

import slicer  # noqa: E402


def library(name):
    """A module of the panel's library; looked up anew, because reloading replaces it."""
    return sys.modules[f"MedNCATrainLib.{name}"]


class TrainPanelCase(unittest.TestCase):
    """Each test starts with an empty scene, the panel open and a folder of its own."""

    maxDiff = None

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="MedNCATrain"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        slicer.mrmlScene.Clear(0)
        slicer.util.selectModule("MedNCATrain")
        slicer.app.processEvents()

    def tearDown(self):
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()

    @property
    def panel(self):
        return slicer.modules.MedNCATrainWidget

    @property
    def parameters(self):
        return self.panel.logic.getParameterNode()

    def waitUntil(self, condition, seconds=120):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "waited in vain")
            slicer.app.processEvents()
            # Processes that are waited for have a lower priority.
            time.sleep(0.005)
