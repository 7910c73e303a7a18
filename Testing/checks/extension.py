"""The extension's description is complete, as the Extensions Index wants it."""

from __future__ import annotations

import re
import struct
import sys
from pathlib import Path

from repository import ROOT, files, modules, report

FIELDS = ("HOMEPAGE", "CONTRIBUTORS", "DESCRIPTION", "ICONURL", "SCREENSHOTURLS", "DEPENDS")
PREFIX = "https://raw.githubusercontent.com/MedNCA/SlicerMedNCA/main/"
LARGEST_REPOSITORY = 100e6  # bytes; the Extensions Index asks for clones below 100 MB


def png_size(path: Path) -> tuple[int, int] | None:
    """Width and height of a PNG file in pixels; None when it is not one."""
    head = path.read_bytes()[:24]
    return struct.unpack(">II", head[16:24]) if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) == 24 else None


def description_problems(text: str) -> list[str]:
    """What is wrong with the root CMakeLists.txt, given as text."""
    problems = []
    if not re.search(r"^project\(MedNCA\)$", text, re.MULTILINE):
        problems.append("CMakeLists.txt has no project(MedNCA)")
    for field in FIELDS:
        found = re.search(rf'^set\(EXTENSION_{field} "([^"]+)"\)', text, re.MULTILINE)
        if not found:
            problems.append(f'CMakeLists.txt has no quoted set(EXTENSION_{field} "...")')
            continue
        for url in found[1].split():
            if url.startswith(PREFIX) and not (ROOT / url.removeprefix(PREFIX)).is_file():
                problems.append(f"EXTENSION_{field} points at {url.removeprefix(PREFIX)}, which does not exist")
    ends = ["find_package(Slicer REQUIRED)", "${Slicer_EXTENSION_GENERATE_CONFIG}", "${Slicer_EXTENSION_CPACK}"]
    return problems + [f"CMakeLists.txt lacks {line}" for line in ends if line not in text]


def main() -> int:
    """Checks the root CMakeLists.txt, the licence, the icons and the size of the repository."""
    problems = description_problems((ROOT / "CMakeLists.txt").read_text())
    for name in ("LICENSE.txt", "README.md", "MedNCA.png"):
        if not (ROOT / name).is_file():
            problems.append(f"{name} is missing")
    for icon in [ROOT / "MedNCA.png", *(module / f"Resources/Icons/{module.name}.png" for module in modules())]:
        if icon.is_file() and (size := png_size(icon)) != (128, 128):
            problems.append(f"{icon.relative_to(ROOT)} is {size or 'no PNG'} where 128x128 is asked for")
    size = sum(path.stat().st_size for path in files(ROOT))
    if size > LARGEST_REPOSITORY:
        problems.append(f"the files of the repository take {size / 1e6:.0f} MB")
    return report(problems, f"the extension's description is complete ({size / 1e6:.1f} MB in all)")


if __name__ == "__main__":
    sys.exit(main())
