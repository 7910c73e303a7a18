"""How a value of each type is written into a parameter node and read back: plain values, nodes and paths.

Names and texts are those of Slicer: ``name`` holds ``str(value)``, "True" or "False", or the name of an enumeration's
member; a node is a node reference called ``name`` beside an empty parameter that tells that it was set.
"""

import abc
import enum
import logging
import pathlib

import slicer

from .annotations import splitAnnotations
from .validators import IsInstance, IsNone, NotNone, isValidator

_PATH_TYPES = (
    pathlib.Path,
    pathlib.PosixPath,
    pathlib.WindowsPath,
    pathlib.PurePath,
    pathlib.PurePosixPath,
    pathlib.PureWindowsPath,
)


class Serializer(abc.ABC):
    """Reads and writes values of one type; made by :meth:`create` for the types that :meth:`canSerialize` names."""

    @staticmethod
    @abc.abstractmethod
    def canSerialize(type_) -> bool:
        """Whether values of this type can be handled."""

    @staticmethod
    @abc.abstractmethod
    def create(type_) -> "Serializer":
        """A serializer for the type."""

    @abc.abstractmethod
    def default(self):
        """The value of a parameter without a default of its own."""

    @abc.abstractmethod
    def write(self, parameterNode, name: str, value) -> None:
        """Writes the value."""

    @abc.abstractmethod
    def read(self, parameterNode, name: str):
        """Reads the value."""

    def isIn(self, parameterNode, name: str) -> bool:
        """Whether the parameter was ever written."""
        return parameterNode.HasParameter(name)

    def remove(self, parameterNode, name: str) -> None:
        """Removes the parameter."""
        parameterNode.UnsetParameter(name)

    def supportsCaching(self) -> bool:
        """Whether a value once read may be kept until the node changes."""
        return True


class ValidatedSerializer(Serializer):
    """Runs validators before another serializer writes. Nested ones are flattened, the inner validators first."""

    def __init__(self, serializer: Serializer, validators):
        inner = isinstance(serializer, ValidatedSerializer)
        self.serializer = serializer.serializer if inner else serializer
        self.validators = [*(serializer.validators if inner else ()), *validators]

    @staticmethod
    def canSerialize(type_) -> bool:
        return False

    @staticmethod
    def create(type_):
        raise TypeError("ValidatedSerializer wraps another serializer and cannot be made from a type")

    def default(self):
        return self.serializer.default()

    def validate(self, value) -> None:
        for validator in self.validators:
            validator.validate(value)

    def write(self, parameterNode, name, value) -> None:
        self.validate(value)
        self.serializer.write(parameterNode, name, value)

    def read(self, parameterNode, name):
        return self.serializer.read(parameterNode, name)

    def isIn(self, parameterNode, name) -> bool:
        return self.serializer.isIn(parameterNode, name)

    def remove(self, parameterNode, name) -> None:
        self.serializer.remove(parameterNode, name)

    def supportsCaching(self) -> bool:
        return self.serializer.supportsCaching()


_registered: list = []


def parameterNodeSerializer(serializerClass=None):
    """Class decorator: registers a :class:`Serializer`; earlier ones are asked first."""
    if serializerClass is None:
        return parameterNodeSerializer
    _registered.append(serializerClass)
    return serializerClass


def createSerializer(type_, annotations) -> tuple:
    """``(ValidatedSerializer, annotations that are not validators)`` for a type without annotations; TypeError for a
    type that nothing can serialize."""
    validators = [annotation for annotation in annotations if isValidator(annotation)]
    others = [annotation for annotation in annotations if not isValidator(annotation)]
    for serializerClass in _registered:
        if serializerClass.canSerialize(type_):
            return ValidatedSerializer(serializerClass.create(type_), validators), others
    raise TypeError(f"Unable to create serializer for type: {type_}")


def createElementSerializer(annotatedType) -> ValidatedSerializer:
    """Serializer for the possibly annotated type of an element of a container."""
    serializer, unused = createSerializer(*splitAnnotations(annotatedType))
    if unused:
        logging.warning("Unused annotations: %s", unused)
    return serializer


@parameterNodeSerializer
class NumberSerializer(Serializer):
    """int and float; a float parameter takes an int as well."""

    def __init__(self, type_):
        self.type = type_

    @staticmethod
    def canSerialize(type_) -> bool:
        return type_ in (int, float)

    @staticmethod
    def create(type_):
        accepted = (int, float) if type_ is float else int
        return ValidatedSerializer(NumberSerializer(type_), [NotNone(), IsInstance(accepted)])

    def default(self):
        return 0

    def write(self, parameterNode, name, value) -> None:
        parameterNode.SetParameter(name, str(value))

    def read(self, parameterNode, name):
        return self.type(parameterNode.GetParameter(name))


@parameterNodeSerializer
class StringSerializer(Serializer):
    """str."""

    @staticmethod
    def canSerialize(type_) -> bool:
        return type_ is str

    @staticmethod
    def create(type_):
        return ValidatedSerializer(StringSerializer(), [NotNone(), IsInstance(str)])

    def default(self):
        return ""

    def write(self, parameterNode, name, value) -> None:
        parameterNode.SetParameter(name, str(value))

    def read(self, parameterNode, name):
        return parameterNode.GetParameter(name)


@parameterNodeSerializer
class PathSerializer(Serializer):
    """Paths of :mod:`pathlib`."""

    def __init__(self, type_):
        self.type = type_

    @staticmethod
    def canSerialize(type_) -> bool:
        return type_ in _PATH_TYPES

    @staticmethod
    def create(type_):
        return ValidatedSerializer(PathSerializer(type_), [NotNone(), IsInstance(type_)])

    def default(self):
        return self.type()

    def write(self, parameterNode, name, value) -> None:
        parameterNode.SetParameter(name, str(value))

    def read(self, parameterNode, name):
        return self.type(parameterNode.GetParameter(name))


@parameterNodeSerializer
class BoolSerializer(Serializer):
    """bool, as "True" or "False"."""

    @staticmethod
    def canSerialize(type_) -> bool:
        return type_ is bool

    @staticmethod
    def create(type_):
        return ValidatedSerializer(BoolSerializer(), [NotNone(), IsInstance(bool)])

    def default(self):
        return False

    def write(self, parameterNode, name, value) -> None:
        parameterNode.SetParameter(name, "True" if value else "False")

    def read(self, parameterNode, name):
        return parameterNode.GetParameter(name) == "True"


@parameterNodeSerializer
class NodeSerializer(Serializer):
    """A MRML node of a class, or None, as a node reference."""

    @staticmethod
    def canSerialize(type_) -> bool:
        return isinstance(type_, type) and issubclass(type_, slicer.vtkMRMLNode)

    @staticmethod
    def create(type_):
        return ValidatedSerializer(NodeSerializer(), [IsInstance(type_)])

    def default(self):
        return None

    def write(self, parameterNode, name, value) -> None:
        # None is a value too: the empty parameter tells "set to None" from "never set".
        parameterNode.SetParameter(name, "")
        parameterNode.SetNodeReferenceID(name, value.GetID() if value is not None else None)

    def read(self, parameterNode, name):
        return parameterNode.GetNodeReference(name)

    def remove(self, parameterNode, name) -> None:
        parameterNode.UnsetParameter(name)
        parameterNode.RemoveNodeReferenceIDs(name)


@parameterNodeSerializer
class NoneSerializer(Serializer):
    """None, as a member of a union."""

    @staticmethod
    def canSerialize(type_) -> bool:
        return type_ is type(None)

    @staticmethod
    def create(type_):
        return ValidatedSerializer(NoneSerializer(), [IsNone()])

    def default(self):
        return None

    def write(self, parameterNode, name, value) -> None:
        parameterNode.SetParameter(name, "True")

    def read(self, parameterNode, name):
        return None


@parameterNodeSerializer
class EnumSerializer(Serializer):
    """A member of an enumeration, as its name; the default is the first member."""

    def __init__(self, type_):
        if len(type_) == 0:
            raise ValueError("Cannot serialize an empty Enum")
        self.type = type_

    @staticmethod
    def canSerialize(type_) -> bool:
        return isinstance(type_, type) and issubclass(type_, enum.Enum)

    @staticmethod
    def create(type_):
        return ValidatedSerializer(EnumSerializer(type_), [IsInstance(type_)])

    def default(self):
        return next(iter(self.type))

    def write(self, parameterNode, name, value) -> None:
        parameterNode.SetParameter(name, value.name)

    def read(self, parameterNode, name):
        key = parameterNode.GetParameter(name)
        if key not in self.type.__members__:
            raise ValueError(f"Found {key!r} in parameter node but it is not a name in {self.type!r}")
        return self.type[key]
