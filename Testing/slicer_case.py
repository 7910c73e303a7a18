"""A Slicer with this checkout's modules in it, and what every test in front of one has in common.

Everything that tests something in Slicer imports this first, most by way of `panel_case`, `train_panel_case` or
`step_case`: where there is no Slicer, it starts the stand-in host. It needs Testing on Python's path, which is so
wherever tests are started: by pytest, as a script, or by run_in_slicer.py.
"""

import contextlib
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def loadOnHost(name: str) -> None:
    """Where this is no real Slicer, which has its modules: start the stand-in host and load one of this checkout."""
    if hasattr(sys.modules.get("slicer"), "app") and "slicer_host" not in sys.modules:
        return
    import slicer_host

    slicer_host.start()
    slicer_host.loadModule(str(ROOT / name / f"{name}.py"))


loadOnHost("MedNCASegment")

import slicer  # noqa: E402


class SlicerCase(unittest.TestCase):
    """Each test starts with an empty scene and leaves one behind."""

    maxDiff = None
    PAUSE = 0.0  # seconds of rest between two looks, for the sake of other processes that are waited for

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()

    def tearDown(self):
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()

    def waitUntil(self, condition, seconds=120):
        """Let Slicer go on until this is so, and fail when it never is."""
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "waited in vain")
            slicer.app.processEvents()
            time.sleep(self.PAUSE)

    def waitFor(self, seconds):
        """Let Slicer go on for so long: for what must not happen meanwhile."""
        end = time.monotonic() + seconds
        self.waitUntil(lambda: time.monotonic() >= end)

    @contextlib.contextmanager
    def closedScene(self):
        """Save the scene as an .mrb file and close it; after what is done meanwhile, open it again."""
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "scene.mrb")
            self.assertTrue(slicer.util.saveScene(path))
            slicer.mrmlScene.Clear(0)
            yield
            slicer.util.loadScene(path)
        slicer.app.processEvents()

    def saveAndOpenAgain(self):
        with self.closedScene():
            pass


class ModuleCase(SlicerCase):
    """Each test starts with an empty scene and the panel of a module open."""

    MODULE = ""

    def setUp(self):
        super().setUp()
        slicer.util.selectModule(self.MODULE)
        slicer.app.processEvents()

    @property
    def panel(self):
        return getattr(slicer.modules, f"{self.MODULE}Widget")

    @property
    def parameters(self):
        return self.panel.logic.getParameterNode()
