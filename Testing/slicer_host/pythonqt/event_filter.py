"""Python classes that derive from ``qt.QObject`` in order to filter events, the one use that scripts have for them."""

import weakref

from PySide6 import QtCore

from .. import errors


class FilterObject(QtCore.QObject):
    """The Qt object of such a class: hands events to the ``eventFilter`` of its Python instance.

    As in PythonQt, it lives as long as the instance, and an exception is printed and lets the event pass.
    """

    def __init__(self, instance) -> None:
        super().__init__()
        self._instance = weakref.ref(instance)

    def eventFilter(self, watched, event) -> bool:
        from .proxies import wrap

        instance = self._instance()
        if instance is None:
            return False
        try:
            handled = instance.eventFilter(wrap(watched), wrap(event))
        except Exception as error:
            errors.collect(error)
            return False
        if not isinstance(handled, bool):
            errors.collect(TypeError(f"{type(instance).__name__}.eventFilter returned {handled!r} and not a bool"))
            return False
        return handled


def bodyOf(name: str, namespace: dict) -> dict:
    """What a class that derives from ``qt.QObject`` gets beside its own members; TypeError if it filters no events."""
    if "eventFilter" not in namespace:
        raise TypeError(f"{name}: of Python classes that derive from qt.QObject, the host has only event filters")

    def new(cls, *arguments, **keywords):
        instance = object.__new__(cls)
        object.__setattr__(instance, "_object", FilterObject(instance))
        return instance

    return {"__slots__": ("__dict__",), "__new__": new, "__setattr__": object.__setattr__}
