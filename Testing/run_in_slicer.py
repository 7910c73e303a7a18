"""Runs the modules' self-tests inside a real Slicer and prints the verdict as its last line.

Slicer executes this file; Testing/launch_slicer.py starts Slicer so that it does::

    python Testing/launch_slicer.py /path/to/Slicer

Everything that is printed also goes into the file that MEDNCA_TEST_LOG names: on Windows, Slicer has no console. The
verdict decides, and neither Slicer's exit code nor the absence of an error: Slicer that crashes never prints one.
"""

import importlib
import os
import sys
import traceback
import unittest
from pathlib import Path

import slicer

ROOT = Path(__file__).resolve().parents[1]


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


def testModule(name, stream):
    """Opens one module, runs its self-test; returns (number of tests, sentences about what failed)."""
    loaded = getattr(slicer.modules, name.lower(), None)
    if loaded is None:
        return 0, [f"{name} was not loaded by Slicer"]
    if Path(loaded.path).resolve().parent != ROOT / name:
        return 0, [f"Slicer loaded another {name}, from {loaded.path}"]
    if slicer.util.mainWindow() is not None:
        slicer.util.selectModule(name)
        slicer.app.processEvents()

    # The class that "Reload and Test" runs, test by test, so that each has a line of its own.
    testCase = getattr(importlib.import_module(name), f"{name}Test")
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(testCase)
    result = unittest.TextTestRunner(stream=stream, verbosity=2).run(suite)
    problems = [f"{name}: {test}" for test, _ in result.failures + result.errors]
    problems += [f"{name}: {test} succeeded though it was expected not to" for test in result.unexpectedSuccesses]
    # In a real Slicer nothing is missing that could excuse a test.
    problems += [f"{name}: {test} was skipped ({reason})" for test, reason in result.skipped]
    if not result.testsRun:
        problems.append(f"{name} has no tests")
    return result.testsRun, problems


def main(stream):
    """Tests every module; returns the exit code."""
    print(f"Slicer {slicer.app.applicationVersion} ({slicer.app.os}), Python {sys.version.split()[0]}", file=stream)
    names, count, problems = moduleNames(), 0, []
    for name in names:
        try:
            ran, found = testModule(name, stream)
        except Exception:
            traceback.print_exc(file=stream)
            ran, found = 0, [f"{name}: stopped by the exception above"]
        count += ran
        problems += found
    if not names:
        problems.append("no module was found in this checkout")
    for problem in problems:
        print(f"  {problem}", file=stream)
    verdict = f"FAILED, {len(problems)} problem(s)" if problems else f"PASSED, {count} tests in {', '.join(names)}"
    print(f"MEDNCA VERDICT: {verdict}", file=stream)
    return 1 if problems else 0


log = os.environ.get("MEDNCA_TEST_LOG")
if log:
    with open(log, "w", encoding="utf-8") as logFile:
        status = main(Tee(sys.stdout, logFile))
else:
    status = main(Tee(sys.stdout))
slicer.util.exit(status)
