"""Exceptions that left a Qt slot or a VTK observer: collected, and raised where a test sees them.

Both Qt's and VTK's bindings hand such an exception to ``sys.excepthook`` and go on.
"""

import sys

_collected: list[BaseException] = []
_previousHook = None


def install() -> None:
    """Starts to collect; calling it again changes nothing."""
    global _previousHook
    if _previousHook is None:
        _previousHook = sys.excepthook
        sys.excepthook = _hook


def _hook(kind, error, trace) -> None:
    # An exception that ends the interpreter comes with no Python frame above it: nobody is left to raise it to.
    if sys._getframe().f_back is not None:
        _collected.append(error)
    _previousHook(kind, error, trace)


def collect(error: BaseException) -> None:
    """Adds an exception that a stand-in caught on behalf of a callback."""
    _hook(type(error), error, error.__traceback__)


def raiseErrors() -> None:
    """Raises the first exception collected since the last call, if any, and forgets the others (they were printed)."""
    if _collected:
        first = _collected[0]
        _collected.clear()
        raise first
