"""Runs the modules' self-tests and the panels' tests inside a real Slicer and prints the verdict as its last line.

Slicer executes this file; Testing/launch_slicer.py starts Slicer so that it does::

    python Testing/launch_slicer.py /path/to/Slicer

Everything that is printed also goes into the file that MEDNCA_TEST_LOG names: on Windows, Slicer has no console.
MEDNCA_TEST_MODULES names the modules to test, separated by spaces; without it, all of them are. The verdict decides,
and neither Slicer's exit code nor the absence of an error: Slicer that crashes never prints one.
"""

import importlib
import os
import sys
import traceback
import unittest
from pathlib import Path

import slicer

ROOT = Path(__file__).resolve().parents[1]
# Files in Testing with the tests of a module's panel.
PANEL_TESTS = {
    "MedNCASegment": ("test_*_panel.py", "test_step_*.py", "test_measures.py"),
    "MedNCATrain": ("test_train_*.py",),
}


class Tee:
    """Writes to several streams at once, and at once: what a crash cuts off has at least begun."""

    def __init__(self, *streams):
        self._streams = streams

    def write(self, text):
        for stream in self._streams:
            stream.write(text)
            stream.flush()

    def flush(self):
        for stream in self._streams:
            stream.flush()


def moduleNames():
    """Names of the modules of this checkout."""
    return sorted(script.stem for script in ROOT.glob("*/*.py") if script.stem == script.parent.name)


def selfTest(name):
    """Opens one module and returns its self-test: the class that "Reload and Test" runs, as a suite."""
    loaded = getattr(slicer.modules, name.lower(), None)
    if loaded is None:
        raise RuntimeError(f"{name} was not loaded by Slicer")
    if Path(loaded.path).resolve().parent != ROOT / name:
        raise RuntimeError(f"Slicer loaded another {name}, from {loaded.path}")
    slicer.util.selectModule(name)
    slicer.app.processEvents()
    return unittest.defaultTestLoader.loadTestsFromTestCase(getattr(importlib.import_module(name), f"{name}Test"))


def panelTest(name):
    """Tests of one file in Testing, as a suite."""
    sys.path.insert(0, str(ROOT / "Testing"))
    return unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module(name))


def run(name, makeSuite, stream):
    """Runs one suite; returns (number of tests, sentences about what failed)."""
    print(f"\n{name}", file=stream)
    try:
        suite = makeSuite(name)
    except Exception:
        traceback.print_exc(file=stream)
        return 0, [f"{name} could not be started"]
    result = unittest.TextTestRunner(stream=stream, verbosity=2).run(suite)
    problems = [f"{name}: {test}" for test, _ in result.failures + result.errors]
    problems += [f"{name}: {test} succeeded though it was expected not to" for test in result.unexpectedSuccesses]
    # In a real Slicer nothing is missing that could excuse a test.
    problems += [f"{name}: {test} was skipped ({reason})" for test, reason in result.skipped]
    if not result.testsRun:
        problems.append(f"{name} has no tests")
    return result.testsRun, problems


def main(stream):
    """Tests every module and every panel; returns the exit code."""
    print(f"Slicer {slicer.app.applicationVersion} ({slicer.app.os}), Python {sys.version.split()[0]}", file=stream)
    wanted = os.environ.get("MEDNCA_TEST_MODULES", "").split()
    modules, count, problems = wanted or moduleNames(), 0, []
    if not modules:
        problems.append("no module was found in this checkout")
    patterns = [pattern for module in modules for pattern in PANEL_TESTS.get(module, ())]
    panels = sorted(path.stem for pattern in patterns for path in (ROOT / "Testing").glob(pattern))
    for name, makeSuite in [(name, selfTest) for name in modules] + [(name, panelTest) for name in panels]:
        ran, found = run(name, makeSuite, stream)
        count += ran
        problems += found
    for problem in problems:
        print(f"  {problem}", file=stream)
    verdict = f"FAILED, {len(problems)} problem(s)" if problems else f"PASSED, {count} tests"
    print(f"MEDNCA VERDICT: {verdict}", file=stream)
    return 1 if problems else 0


log = os.environ.get("MEDNCA_TEST_LOG")
if log:
    with open(log, "w", encoding="utf-8") as logFile:
        status = main(Tee(sys.stdout, logFile))
else:
    status = main(Tee(sys.stdout))
slicer.util.exit(status)
