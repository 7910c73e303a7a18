"""Signals and slots: connections by name or signature, slots that get as many arguments as they take."""

import inspect

import shiboken6
from PySide6 import QtCore

from .. import errors

# Address of the sender -> [(signal name, slot, function connected in its place)]. PySide6 may make another Python
# object for the same sender, so the address is the key.
_connections: dict = {}


class SignalProxy:
    """``button.clicked``: connect, disconnect, or call it to emit it."""

    def __init__(self, object_, name: str):
        self._object, self._name = object_, name

    def connect(self, slot) -> bool:
        return connect(self._object, self._name, slot)

    def disconnect(self, slot) -> bool:
        return disconnect(self._object, self._name, slot)

    def __call__(self, *arguments) -> None:
        from .proxies import unwrap

        getattr(self._object, self._name).emit(*unwrap(arguments))

    def __repr__(self) -> str:
        return f"signal {self._name} of {type(self._object).__name__}"


def isSignal(object_, name: str) -> bool:
    """Whether a QObject has a signal of this name."""
    return isinstance(getattr(type(object_), name, None), QtCore.Signal)


def connect(object_, signature: str, slot, withArguments: bool = False) -> bool:
    """Connects a slot to a signal name, or with ``withArguments`` to a full signature such as "clicked(bool)".

    AttributeError for an unknown signal, TypeError for a slot that cannot be called.
    """
    name, _, arguments = signature.partition("(")
    kind = type(object_).__name__
    if not isSignal(object_, name):
        raise AttributeError(f"{kind} has no signal {signature}")
    if withArguments and not _hasSignature(object_, signature):
        raise AttributeError(f"{kind} has no signal {signature}, only {', '.join(_signatures(object_, name))}")
    if not callable(slot):
        raise TypeError(f"{kind}.{name} cannot be connected to {slot!r}")
    types = [part.strip() for part in arguments.rstrip(")").split(",") if part.strip()] if withArguments else None
    function = guard(slot, types)
    QtCore.QObject.connect(object_, _qtSignal(object_, name), function)
    address = shiboken6.getCppPointer(object_)[0]
    if address not in _connections:
        _connections[address] = []
        object_.destroyed.connect(lambda: _connections.pop(address, None))
    _connections[address].append((name, slot, function))
    return True


def disconnect(object_, name: str, slot) -> bool:
    """Undoes one connection; False when there is none, as in Qt."""
    if not isSignal(object_, name):
        raise AttributeError(f"{type(object_).__name__} has no signal {name}")
    connected = _connections.get(shiboken6.getCppPointer(object_)[0], [])
    for entry in connected:
        if entry[0] == name and entry[1] == slot:
            QtCore.QObject.disconnect(object_, _qtSignal(object_, name), entry[2])
            connected.remove(entry)
            return True
    return False


def connectionCount(object_) -> int:
    """Number of connections that scripts made to the signals of an object (host only)."""
    return len(_connections.get(shiboken6.getCppPointer(object_)[0], []))


def _qtSignal(object_, name: str) -> str:
    """The signal in its form with all arguments; by name alone PySide6 takes ``clicked()`` before ``clicked(bool)``."""
    return QtCore.SIGNAL(max(_metaSignatures(object_, name), key=len))


def guard(slot, types=None):
    """A function that calls ``slot`` with as many arguments as it takes, and keeps an exception for later.

    ``types``: the argument types of the signature connected to; a "bool" makes truth values of the arguments.
    """
    limit = _argumentLimit(slot)

    def call(*arguments):
        from .proxies import wrap

        if types is not None:
            arguments = arguments[: len(types)]
            arguments = [
                bool(value) if kind == "bool" else value for kind, value in zip(types, arguments, strict=False)
            ]
        try:
            slot(*(wrap(value) for value in arguments[:limit]))
        except Exception as error:
            errors.collect(error)

    return call


def _argumentLimit(slot) -> int | None:
    try:
        parameters = inspect.signature(slot).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return None
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(parameter.kind in positional for parameter in parameters)


def _hasSignature(object_, signature: str) -> bool:
    normalized = bytes(QtCore.QMetaObject.normalizedSignature(signature).data()).decode()
    return normalized in _signatures(object_, signature.partition("(")[0])


def _signatures(object_, name: str) -> list:
    """The signatures of a signal: those that a class of the host declares in ``SIGNATURES``, else Qt's."""
    declared = [text for text in getattr(type(object_), "SIGNATURES", ()) if text.startswith(name + "(")]
    if declared:
        return declared
    return _metaSignatures(object_, name)


def _metaSignatures(object_, name: str) -> list:
    meta = object_.metaObject()
    methods = [meta.method(index) for index in range(meta.methodCount())]
    return [bytes(m.methodSignature().data()).decode() for m in methods if bytes(m.name().data()).decode() == name]
