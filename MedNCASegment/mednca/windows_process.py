"""What Windows tells of a process."""

from __future__ import annotations

import ctypes
from ctypes import wintypes

QUERY_LIMITED_INFORMATION, SYNCHRONIZE = 0x1000, 0x100000
WAIT_TIMEOUT = 0x102  # not signalled: the process is running
TICKS = 1e7  # of 100 ns in a second
EPOCH = 11_644_473_600  # seconds from Windows' epoch, 1601, to 1970


def creation_time(pid: int) -> float | None:
    """When a process was started, in seconds since the epoch of 1970; None when it is not running."""
    kernel = ctypes.WinDLL("kernel32")
    kernel.OpenProcess.argtypes = [wintypes.DWORD, wintypes.BOOL, wintypes.DWORD]
    kernel.OpenProcess.restype = wintypes.HANDLE
    kernel.WaitForSingleObject.argtypes = [wintypes.HANDLE, wintypes.DWORD]
    kernel.GetProcessTimes.argtypes = [wintypes.HANDLE, *4 * [ctypes.POINTER(wintypes.FILETIME)]]
    kernel.CloseHandle.argtypes = [wintypes.HANDLE]
    handle = kernel.OpenProcess(QUERY_LIMITED_INFORMATION | SYNCHRONIZE, False, pid)
    if not handle:
        return None
    try:
        times = [wintypes.FILETIME() for _ in range(4)]  # created, ended, in the kernel, in the program
        # Someone may hold a handle on a process that has ended; it still has its times then.
        if kernel.WaitForSingleObject(handle, 0) != WAIT_TIMEOUT or not kernel.GetProcessTimes(handle, *times):
            return None
        return ((times[0].dwHighDateTime << 32) + times[0].dwLowDateTime) / TICKS - EPOCH
    finally:
        kernel.CloseHandle(handle)
