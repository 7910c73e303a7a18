"""The host works without PySide6, as `make demo` needs it."""

import subprocess
import sys
from pathlib import Path

TESTING = Path(__file__).resolve().parent.parent

SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
sys.modules["PySide6"] = None  # makes its import fail
from slicer_host import loadModule, start
start(gui=False)
import slicer, qt
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleLogic
from slicer.parameterNodeWrapper import parameterNodeWrapper
fired = []
timer = qt.QTimer()
timer.connect("timeout()", lambda: fired.append("timer"))
timer.start(0)
qt.QTimer.singleShot(0, lambda: fired.append("once"))
slicer.app.processEvents()
timer.stop()
slicer.app.processEvents()
assert fired == ["timer", "once"], fired
for wrong in (lambda: timer.connect("tick()", print), lambda: setattr(timer, "intervall", 3)):
    try:
        wrong()
    except AttributeError:
        continue
    raise AssertionError("a mistake passed")
timer.timeout.connect(lambda: 1 / 0)
timer.start(0)
try:
    slicer.app.processEvents()
except ZeroDivisionError:
    print("done")
assert slicer.util.mainWindow() is None
"""


def test_scene_modules_and_timers_work_without_widgets():
    command = [sys.executable, "-c", SCRIPT, str(TESTING)]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.strip().endswith("done")
