"""Attributes of Qt objects as PythonQt shows them: properties, methods and signals."""

import enum

from PySide6 import QtCore, QtGui, QtWidgets

from . import signals

_NUMBERS = {"int": (int,), "uint": (int,), "double": (int, float), "float": (int, float)}


class Method:
    """A bound method of a Qt object, or a static one of a class. It takes no keyword arguments."""

    def __init__(self, owner: str, name: str, function):
        self._owner, self._name, self._function = owner, name, function

    def __call__(self, *arguments):
        from .proxies import unwrap, wrap

        return wrap(self._function(*unwrap(arguments)))

    def __eq__(self, other):
        return isinstance(other, Method) and self._function == other._function

    def __hash__(self):
        return hash(self._function)

    def __repr__(self) -> str:
        return f"method {self._name} of {self._owner}"


def read(object_, name: str):
    """Attribute ``name``; AttributeError when there is none."""
    from .proxies import wrap

    if name.startswith("_"):
        raise AttributeError(name)
    if isinstance(object_, QtCore.QObject):
        if name == "name":
            name = "objectName"
        if isProperty(object_, name):
            return wrap(_propertyValue(object_, name))
        if signals.isSignal(object_, name):
            return signals.SignalProxy(object_, name)
        if name in _OBJECT_METHODS:
            return lambda *arguments: _OBJECT_METHODS[name](object_, *arguments)
    value = getattr(object_, name, None)
    if isinstance(value, enum.Enum):
        return value
    if not callable(value) or isinstance(value, type):
        raise AttributeError(f"{type(object_).__name__} has no attribute {name}")
    return Method(type(object_).__name__, name, value)


def write(object_, name: str, value) -> None:
    """Sets property ``name``; AttributeError when there is none or it is read-only, TypeError for a wrong type."""
    from .proxies import unwrap

    kind = type(object_).__name__
    if isinstance(object_, QtCore.QObject):
        name = "objectName" if name == "name" else name
        if isProperty(object_, name):
            _checkAssignment(object_, name, value)
            if not _setPropertyValue(object_, name, unwrap(value)):
                raise TypeError(f"{kind}.{name} does not accept {value!r}")
            return
    if hasattr(object_, name):
        raise AttributeError(f"{kind}.{name} is no property, it cannot be set")
    raise AttributeError(f"{kind} has no attribute {name}")


def names(object_) -> list:
    """Names of all attributes."""
    found = {name for name in dir(object_) if not name.startswith("_")}
    if isinstance(object_, QtCore.QObject):
        meta = object_.metaObject()
        found.update(meta.property(index).name() for index in range(meta.propertyCount()))
        found.update(_OBJECT_METHODS)
    return sorted(found)


def isProperty(object_, name: str) -> bool:
    """Whether a QObject has this property, declared or dynamic."""
    return object_.metaObject().indexOfProperty(name) >= 0 or name.encode() in object_.dynamicPropertyNames()


def _propertyValue(object_, name: str):
    """Value of a property: PySide6 cannot convert some enumerations by name, but its getters can."""
    if name == "toolTip" and isinstance(object_, QtWidgets.QWidget):
        return _wrappedToolTip(object_.toolTip())
    for getter in (name, f"is{name[0].upper()}{name[1:]}"):
        value = getattr(object_, getter, None)
        if type(value).__name__ in ("builtin_function_or_method", "method"):
            return value()
    return object_.property(name)


def _wrappedToolTip(text: str) -> str:
    """What becomes of a widget's tooltip: Slicer makes rich text of plain text, so that long lines are broken."""
    if not text or QtGui.Qt.mightBeRichText(text):
        return text
    return QtGui.Qt.convertFromPlainText(text, QtGui.Qt.WhiteSpaceMode.WhiteSpaceNormal)


def _setPropertyValue(object_, name: str, value) -> bool:
    """Writes a property; PySide6 cannot convert some enumerations by name, but its setters can."""
    setter = getattr(object_, f"set{name[0].upper()}{name[1:]}", None)
    if isinstance(value, enum.Enum) and setter is not None:
        setter(value)
        return True
    return object_.setProperty(name, list(value) if isinstance(value, tuple) else value)


def _checkAssignment(object_, name: str, value) -> None:
    meta = object_.metaObject()
    index = meta.indexOfProperty(name)
    if index >= 0 and not meta.property(index).isWritable():
        raise AttributeError(f"{type(object_).__name__}.{name} is read-only")
    typeName = meta.property(index).typeName() if index >= 0 else ""
    if typeName in _NUMBERS:
        integral = isinstance(value, float) and value.is_integer()
        accepted = integral or isinstance(value, _NUMBERS[typeName])
    elif typeName == "bool":
        accepted = isinstance(value, int)
    elif typeName == "QString":
        accepted = isinstance(value, str)
    else:
        accepted = True
    if not accepted:
        raise TypeError(f"{type(object_).__name__}.{name} is of type {typeName} and does not accept {value!r}")


def _className(object_) -> str:
    return object_.metaObject().className()


def _connect(object_, signature: str, *target) -> bool:
    """``connect(signature, function)`` or ``connect(signature, receiver, slot signature)``."""
    return signals.connect(object_, signature, _slot(target), withArguments=True)


def _disconnect(object_, signature: str, *target) -> bool:
    return signals.disconnect(object_, signature.partition("(")[0], _slot(target))


def _slot(target: tuple):
    if len(target) == 1:
        return target[0]
    receiver, signature = target
    return getattr(receiver, signature.partition("(")[0])


def _delete(object_) -> None:
    import shiboken6

    shiboken6.delete(object_)


# What PythonQt adds to every QObject.
_OBJECT_METHODS = {"className": _className, "connect": _connect, "disconnect": _disconnect, "delete": _delete}
