"""Starts a real Slicer with this checkout's modules, runs their self-tests in it, and exits as the verdict says.

    python Testing/launch_slicer.py /path/to/Slicer [--module NAME ...] [--timeout SECONDS]

Works alike on Linux, macOS and Windows, with any Python 3.10 or newer and nothing else. The user's settings are not
touched. On Linux without a screen, put ``xvfb-run -a`` in front.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERDICT = re.compile(r"^MEDNCA VERDICT: (PASSED|FAILED).*$", re.MULTILINE)
# Slicer has been seen to hang while it shuts down its graphics, long after the tests had ended.
SECONDS_TO_QUIT = 60


def module_folders() -> list[str]:
    """Folders of this checkout that hold a Slicer module."""
    return sorted(str(script.parent) for script in ROOT.glob("*/*.py") if script.stem == script.parent.name)


def command(slicer: str) -> list[str]:
    """Command line that runs the self-tests, with the main window, since the panels are tested too."""
    return [
        slicer,
        "--no-splash",
        "--testing",
        "--disable-settings",
        "--ignore-slicerrc",
        "--additional-module-paths",
        *module_folders(),
        "--python-script",
        str(ROOT / "Testing" / "run_in_slicer.py"),
    ]


def verdict_in(log: Path) -> re.Match | None:
    """The verdict line, as soon as it has been written."""
    return VERDICT.search(log.read_text(encoding="utf-8", errors="replace")) if log.is_file() else None


def stop(process: subprocess.Popen) -> None:
    """Ends Slicer: the launcher that was started and the application that the launcher started."""
    if os.name == "nt":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], check=False, capture_output=True)
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait(process: subprocess.Popen, log: Path, timeout: float) -> None:
    """Waits until Slicer has ended; ends it when it is late, or when it lingers after its verdict."""
    latest = time.monotonic() + timeout
    judged = False
    while process.poll() is None:
        if not judged and verdict_in(log):
            judged = True
            latest = time.monotonic() + SECONDS_TO_QUIT
        if time.monotonic() > latest:
            print("Slicer did not quit after its verdict" if judged else f"Slicer took longer than {timeout:g} s")
            stop(process)
            return
        time.sleep(0.5)
    print(f"Slicer ended with exit code {process.returncode}")


def main() -> int:
    """Runs Slicer; returns 0 only when its verdict says that all tests passed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("slicer", help="Slicer's executable")
    names = [Path(folder).name for folder in module_folders()]
    parser.add_argument("--module", nargs="+", choices=names, default=names, metavar="NAME", help="modules to test")
    parser.add_argument("--timeout", type=float, default=1200, metavar="SECONDS", help="end Slicer after this time")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "slicer.log"
        wanted = {"MEDNCA_TEST_LOG": str(log), "MEDNCA_TEST_MODULES": " ".join(options.module)}
        environment = {**os.environ, **wanted}
        try:
            # A group of its own, so that ending it ends the application behind the launcher as well.
            process = subprocess.Popen(command(options.slicer), env=environment, start_new_session=os.name != "nt")
        except OSError as error:
            print(f"Slicer could not be started: {error}")
            return 2
        try:
            wait(process, log, options.timeout)
        finally:
            if process.poll() is None:
                stop(process)
        verdict = verdict_in(log)
        if os.name == "nt" and log.is_file():
            print(log.read_text(encoding="utf-8", errors="replace"))
    print(verdict[0] if verdict else "MEDNCA VERDICT: FAILED, Slicer ended without one")
    return 0 if verdict and verdict[1] == "PASSED" else 1


if __name__ == "__main__":
    sys.exit(main())
