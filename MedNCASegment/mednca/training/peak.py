"""The most memory that this process has held."""

from __future__ import annotations

import sys
from pathlib import Path


def peak_memory_gb() -> float:
    """Peak resident memory of this process so far, in GB (10**9 bytes)."""
    return round(_peak_bytes() / 1e9, 3)


def _peak_bytes() -> int:
    if sys.platform.startswith("linux"):
        # Not getrusage, whose peak a process inherits from the one that started it.
        return 1024 * int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
    if sys.platform == "win32":
        return _peak_on_windows()
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # bytes there, KiB elsewhere


def _peak_on_windows() -> int:
    import ctypes
    from ctypes import wintypes

    sizes = ("peak", "now", "peak_paged", "paged", "peak_nonpaged", "nonpaged", "pagefile", "peak_pagefile")

    class Counters(ctypes.Structure):
        _fields_ = [("cb", wintypes.DWORD), ("faults", wintypes.DWORD), *((name, ctypes.c_size_t) for name in sizes)]

    counters = Counters(cb=ctypes.sizeof(Counters))
    kernel = ctypes.WinDLL("kernel32")
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    query = kernel.K32GetProcessMemoryInfo
    query.argtypes = [wintypes.HANDLE, ctypes.POINTER(Counters), wintypes.DWORD]
    return counters.peak if query(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.cb) else 0
