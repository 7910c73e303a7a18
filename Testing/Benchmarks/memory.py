"""Peak memory of a fresh process that reads, segments and writes a volume of 384 x 384 x 19 voxels.

The target is 250 MB for the whole process, libraries included.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from common import REPOSITORY, arguments, clinical_volume, finish, set_threads

THREADS = set_threads()
TARGET_MB = 250
# Run as a program of its own, so that nothing of this one is counted; the peak is the kernel's own figure, which in
# getrusage() would start at the size of the process that starts it, so Linux is asked for the program's.
CHILD = """
import pathlib, resource, sys
from mednca.cli import main
code = main(sys.argv[1:])
status = pathlib.Path("/proc/self/status")
if status.exists():
    peak = 1024 * int(status.read_text().split("VmHWM:")[1].split()[0])
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print("peak", peak)
sys.exit(code)
"""


def peak_mb(arguments: list[str]) -> float:
    """Peak resident memory in MB (10**6 bytes) of a command line of mednca in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *arguments],
        cwd=REPOSITORY / "MedNCASegment",
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return int(done.stdout.rsplit("peak", 1)[1]) / 1e6


def main() -> None:
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--model", default="hippocampus", metavar="NAME|FILE")
    options = parser.parse_args()
    from mednca import write_volume

    volume, name = clinical_volume()
    with tempfile.TemporaryDirectory() as folder:
        scan, seg = Path(folder) / "scan.nii.gz", Path(folder) / "seg.nii.gz"
        write_volume(scan, volume)
        command = ["segment", str(scan), "-o", str(seg), "--model", options.model]
        idle, found = peak_mb(["models"]), peak_mb(command)
    figures = {"volume": name, "threads": THREADS, "idle_mb": idle, "peak_mb": found, "target_mb": TARGET_MB}
    rows = [
        ("volume", f"384 x 384 x 19 ({name})"),
        ("libraries alone", f"{idle:.0f} MB"),
        ("peak", f"{found:.0f} MB (target {TARGET_MB})"),
    ]
    finish(rows, figures, options.json)


if __name__ == "__main__":
    main()
