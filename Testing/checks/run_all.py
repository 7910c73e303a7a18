"""Runs every check of this folder; exits with 1 if one of them failed."""

from __future__ import annotations

import sys

import cmake_lists
import core_imports
import extension
import slicer_names


def main() -> int:
    """Runs the checks one after the other, and all of them even if one fails."""
    failed = False
    for check in (cmake_lists, core_imports, extension, slicer_names):
        print(f"{check.__name__}: {check.__doc__.splitlines()[0]}")
        failed |= check.main() != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
