"""The class decorator ``@parameterNodeWrapper``: turns annotated members into typed parameters of a parameter node."""

import logging
import typing
import weakref

import vtk

from . import connecting, containers  # noqa: F401 - containers registers its serializers
from .annotations import Default, firstAnnotation, splitAnnotations
from .serializer import createSerializer


class _Parameter:
    """One parameter of a class: its name, type, serializer and default."""

    def __init__(self, name, type_, serializer, default: Default):
        self.name, self.type, self.serializer, self.default = name, type_, serializer, default


class _Value:
    """One parameter of one node. The default is written when the parameter was never set."""

    def __init__(self, parameter: _Parameter, parameterNode, prefix: str):
        self.parameter = parameter
        self._node = parameterNode
        self._name = prefix + parameter.name
        if not parameter.serializer.isIn(parameterNode, self._name):
            self.write(parameter.default.value)

    def read(self):
        serializer = self.parameter.serializer
        if not serializer.isIn(self._node, self._name):
            serializer.write(self._node, self._name, self.parameter.default.value)
        return serializer.read(self._node, self._name)

    def write(self, value) -> None:
        self.parameter.serializer.write(self._node, self._name, value)


class _CachedValue(_Value):
    """Keeps the value until the node is modified."""

    def __init__(self, parameter, parameterNode, prefix):
        super().__init__(parameter, parameterNode, prefix)
        self._value = super().read()
        # The observer must not keep this object, and with it the node, alive.
        this = weakref.ref(self)
        self._tag = parameterNode.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda _node, _event: _refresh(this))

    def __del__(self):
        if hasattr(self, "_tag"):
            self._node.RemoveObserver(self._tag)

    def refresh(self) -> None:
        self._value = super().read()

    def read(self):
        return self._value

    def write(self, value) -> None:
        wasModified = self._node.StartModify()
        try:
            super().write(value)
            # Observers may ask for the value, so it is read back before they are called.
            self._value = super().read()
        finally:
            self._node.EndModify(wasModified)


def _refresh(reference) -> None:
    value = reference()
    if value is not None:
        value.refresh()


def _init(self, parameterNode, prefix: str | None = None) -> None:
    self.parameterNode = parameterNode
    self._values = {}
    self._connections = connecting.Connections(self)
    for name, parameter in self.allParameters.items():
        kind = _CachedValue if parameter.serializer.supportsCaching() else _Value
        self._values[name] = kind(parameter, parameterNode, prefix or "")


def _check(owner, name: str) -> str:
    if name not in owner.allParameters:
        raise ValueError(f"Cannot find a param with the given name: {name} (found {', '.join(owner.allParameters)})")
    return name


def _property(name: str) -> property:
    return property(lambda self: self._values[name].read(), lambda self, value: self._values[name].write(value))


# Added to every wrapped class; a member of one of these names is refused.
_METHODS = {
    "_is_parameter_node_wrapper": True,
    "default": lambda self, name: self._values[_check(self, name)].parameter.default,
    "isCached": lambda self, name: isinstance(self._values[_check(self, name)], _CachedValue),
    "dataType": classmethod(lambda cls, name: cls.allParameters[_check(cls, name)].type),
    "getValue": lambda self, name: self._values[_check(self, name)].read(),
    "setValue": lambda self, name, value: self._values[_check(self, name)].write(value),
    "connectGui": lambda self, gui: self._connections.connectGui(gui),
    "connectParametersToGui": lambda self, mapping: self._connections.connect(mapping),
    "disconnectGui": lambda self, tag: self._connections.disconnect(tag),
    "StartModify": lambda self: self.parameterNode.StartModify(),
    "EndModify": lambda self, wasModified: self.parameterNode.EndModify(wasModified),
    "AddObserver": lambda self, event, callback, priority=0.0: self.parameterNode.AddObserver(
        event, callback, priority
    ),
    "RemoveObserver": lambda self, tag: self.parameterNode.RemoveObserver(tag),
    "Modified": lambda self: self.parameterNode.Modified(),
}


def parameterNodeWrapper(classtype=None):
    """Class decorator: ``Wrapped(node).name`` reads and writes the parameter ``name`` of a
    ``vtkMRMLScriptedModuleNode``.

    A value that a validator refuses raises ValueError (TypeError for a wrong type) and changes nothing.
    """
    if classtype is None:
        return parameterNodeWrapper
    parameters = {}
    for name, annotatedType in typing.get_type_hints(classtype, include_extras=True).items():
        serializer, annotations = createSerializer(*splitAnnotations(annotatedType))
        if hasattr(classtype, name):
            default = Default(getattr(classtype, name))
        else:
            default = firstAnnotation(annotations, Default) or Default(serializer.default())
        unused = [annotation for annotation in annotations if not isinstance(annotation, Default)]
        if unused:
            logging.warning("Unused annotations: %s", unused)
        parameters[name] = _Parameter(name, annotatedType, serializer, default)
        setattr(classtype, name, _property(name))
    for name, method in {"allParameters": parameters, **_METHODS}.items():
        if hasattr(classtype, name):
            raise ValueError(f"Cannot use reserved name '{name}' in a parameterNodeWrapper")
        setattr(classtype, name, method)
    classtype.__init__ = _init
    return classtype


def isParameterNodeWrapper(classOrObject) -> bool:
    """Whether a class, or the class of an object, was made by :func:`parameterNodeWrapper`."""
    return getattr(classOrObject, "_is_parameter_node_wrapper", False)
