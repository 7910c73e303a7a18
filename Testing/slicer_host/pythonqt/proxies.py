"""Proxies of Qt classes and objects: what a script sees instead of PySide6's."""

import enum
import weakref

import shiboken6
from PySide6 import QtCore

from . import event_filter, members, signals

_classes: dict = {}
_objects: "weakref.WeakValueDictionary[int, Proxy]" = weakref.WeakValueDictionary()


class ProxyMeta(type):
    """Class of proxy classes: calling one makes a Qt object, its attributes are enumerations and static methods."""

    def __new__(mcs, name, bases, namespace, wrapped=None):
        if bases and wrapped is None:
            if bases != (_classes.get(QtCore.QObject),):
                raise TypeError(f"{name}: the stand-in host has no Python classes that derive from Qt's widgets")
            namespace = {**namespace, **event_filter.bodyOf(name, namespace)}
        return super().__new__(mcs, name, bases, {**namespace, "_wrapped": wrapped})

    def __init__(cls, name, bases, namespace, wrapped=None):
        super().__init__(name, bases, namespace)

    def __call__(cls, *arguments):
        if cls._wrapped is None:  # a Python class of the script's own
            return type.__call__(cls, *arguments)
        return _proxy(cls._wrapped(*unwrap(arguments)))

    def __getattr__(cls, name):
        if name.startswith("_"):
            raise AttributeError(name)
        value = getattr(cls._wrapped, name, None)
        if isinstance(value, enum.Enum) or (isinstance(value, type) and issubclass(value, enum.Enum)):
            return value
        if type(value).__name__ == "builtin_function_or_method":
            return members.Method(cls.__name__, name, value)
        raise AttributeError(f"{cls.__name__} has no attribute {name}")


class Proxy(metaclass=ProxyMeta):
    """One Qt object. Two proxies of one object are equal; while one is held, it is the only one."""

    __slots__ = ("__weakref__", "_object")

    def __getattr__(self, name):
        return members.read(self._object, name)

    def __setattr__(self, name, value):
        members.write(self._object, name, value)

    def __eq__(self, other):
        return isinstance(other, Proxy) and (self._object is other._object or self._object == other._object)

    def __hash__(self):
        return hash(self._object)

    def __repr__(self) -> str:
        return f"{type(self).__name__} (proxy of {self._object!r})"

    def __dir__(self):
        return members.names(self._object)


def proxyClass(wrapped: type) -> type:
    """The proxy class of a PySide6 class, or of a class of the host that derives from one."""
    if wrapped not in _classes:
        bases = tuple(proxyClass(base) for base in wrapped.__bases__ if isQtClass(base)) or (Proxy,)
        _classes[wrapped] = ProxyMeta(wrapped.__name__, bases, {"__slots__": ()}, wrapped=wrapped)
    return _classes[wrapped]


def isQtClass(candidate) -> bool:
    """Whether this is a class of Qt objects or values."""
    return isinstance(candidate, type) and issubclass(candidate, shiboken6.Object) and candidate is not shiboken6.Object


def _proxy(object_) -> Proxy:
    known = None
    if isinstance(object_, QtCore.QObject):
        address = shiboken6.getCppPointer(object_)[0]
        known = _objects.get(address)
        if known is not None and known._object is object_:
            return known
    proxy = object.__new__(proxyClass(type(object_)))
    object.__setattr__(proxy, "_object", object_)
    if isinstance(object_, QtCore.QObject):
        _objects[address] = proxy
    return proxy


def wrap(value):
    """What a script sees of a value that Qt hands out: proxies for Qt objects, tuples for lists."""
    if isinstance(value, list | tuple):
        return tuple(wrap(element) for element in value)
    if isinstance(value, enum.Enum) or not isinstance(value, shiboken6.Object):
        return value
    return _proxy(value)


def unwrap(value):
    """What Qt gets of a value that a script hands in: objects for proxies, guarded functions for functions."""
    if isinstance(value, Proxy):
        return value._object
    if isinstance(value, type):
        return value._wrapped if isinstance(value, ProxyMeta) else value
    if isinstance(value, list | tuple):
        return type(value)(unwrap(element) for element in value)
    if isinstance(value, dict):
        return {key: unwrap(element) for key, element in value.items()}
    if callable(value) and not isinstance(value, shiboken6.Object):
        return signals.guard(value)
    return value
