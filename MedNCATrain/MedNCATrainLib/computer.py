"""What the computer has: memory, speed and space on its disks."""

import ctypes
import os
import shutil
import sys
from functools import cache
from pathlib import Path

from mednca.training.duration import machine_speed

UNKNOWN_MEMORY = 8.0  # GB, where the system does not tell


def memoryGB() -> float:
    """Physical memory in gigabytes (1e9 bytes)."""
    if sys.platform == "win32":
        return _windowsMemory() / 1e9
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (ValueError, OSError):
        return UNKNOWN_MEMORY


@cache  # it takes a moment to find out
def speed() -> float:
    """Floating-point operations a second."""
    return machine_speed()


def freeBytes(folder: Path) -> int:
    """Free space on the disk where a folder is or will be.

    Raises:
        OSError: there is no such disk.
    """
    return shutil.disk_usage(existing(folder)).free


def existing(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    return next((one for one in (folder, *folder.parents) if one.is_dir()), folder)


def _windowsMemory() -> int:
    class MemoryStatus(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
            (name, ctypes.c_ulonglong)
            for name in ("total", "free", "pageTotal", "pageFree", "virtualTotal", "virtualFree", "extended")
        ]

    status = MemoryStatus()
    status.length = ctypes.sizeof(status)
    ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return status.total
