"""``qt`` and ``ctk`` for a machine without PySide6: enough to load module files and to run timers, and no widgets."""

import sys
import time
import types

from . import errors


class Signal:
    """A signal of a :class:`QObject`: ``signal.connect(f)``, ``signal.disconnect(f)``, ``signal.emit(...)``."""

    def __init__(self):
        self._slots = []

    def connect(self, slot) -> bool:
        self._slots.append(slot)
        return True

    def disconnect(self, slot) -> bool:
        if slot not in self._slots:
            return False
        self._slots.remove(slot)
        return True

    def emit(self, *arguments) -> None:
        for slot in list(self._slots):
            try:
                slot(*arguments)
            except Exception as error:
                errors.collect(error)


class QObject:
    """Has signals and a parent. Unknown attributes cannot be set, unknown signals cannot be connected."""

    _signals: tuple = ()

    def __init__(self, parent=None):
        object.__setattr__(self, "_parent", parent)
        for name in self._signals:
            object.__setattr__(self, name, Signal())

    def __setattr__(self, name, value):
        if not hasattr(self, name):
            raise AttributeError(f"{type(self).__name__} has no attribute {name}")
        object.__setattr__(self, name, value)

    def connect(self, signature: str, slot) -> bool:
        return self._signal(signature).connect(slot)

    def disconnect(self, signature: str, slot) -> bool:
        return self._signal(signature).disconnect(slot)

    def _signal(self, signature: str) -> Signal:
        name = signature.partition("(")[0]
        if name not in self._signals:
            raise AttributeError(f"{type(self).__name__} has no signal {signature}")
        return getattr(self, name)

    def parent(self):
        return self._parent


class QTimer(QObject):
    """A timer that fires from :func:`processTimers`, times in milliseconds; ``singleShot`` is a static method."""

    _signals = ("timeout",)
    _running: list = []
    interval = 0
    _single = False
    _due = 0.0

    def start(self, interval=None) -> None:
        if interval is not None:
            self.interval = int(interval)
        self._due = time.monotonic() + self.interval / 1000
        if not self.active:
            QTimer._running.append(self)

    def stop(self) -> None:
        if self.active:
            QTimer._running.remove(self)

    @property
    def active(self) -> bool:
        return self in QTimer._running

    def isActive(self) -> bool:
        return self.active

    def setInterval(self, interval: int) -> None:
        self.interval = int(interval)

    def setSingleShot(self, single: bool) -> None:
        self._single = bool(single)

    def isSingleShot(self) -> bool:
        return self._single

    @staticmethod
    def singleShot(interval: int, slot) -> None:
        timer = QTimer()
        timer.setSingleShot(True)
        timer.timeout.connect(slot)
        timer.start(interval)


def processTimers() -> None:
    """Fires every timer that is due, each at most once."""
    now = time.monotonic()
    for timer in [timer for timer in QTimer._running if timer._due <= now]:
        if timer.isSingleShot():
            timer.stop()
        else:
            timer._due = now + timer.interval / 1000
        timer.timeout.emit()


class QSettings(QObject):
    """Settings in memory, shared by all instances of the process."""

    _values: dict = {}

    def __init__(self, *_arguments):
        super().__init__()

    def value(self, key: str, default=None):
        return self._values.get(key, default)

    def setValue(self, key: str, value) -> None:
        self._values[key] = value

    def remove(self, key: str) -> None:
        self._values.pop(key, None)

    def contains(self, key: str) -> bool:
        return key in self._values


class QIcon:
    """An icon that nobody draws."""

    def __init__(self, fileName: str = ""):
        self._fileName = fileName

    def isNull(self) -> bool:
        return not self._fileName


class QColor:
    """A colour as its name, ``#rrggbb`` or ``#aarrggbb``."""

    def __init__(self, name: str = "#000000"):
        self._name = name

    def name(self, _format: int = 0) -> str:
        return self._name


def install() -> None:
    """Makes ``import qt`` and ``import ctk`` work."""
    qt = types.ModuleType("qt", __doc__)
    for thing in (QObject, QTimer, QSettings, QIcon, QColor):
        setattr(qt, thing.__name__, thing)
    ctk = types.ModuleType("ctk", __doc__)
    for module in (qt, ctk):
        if module.__name__ not in sys.modules:
            sys.modules[module.__name__] = module
