"""How a value of each type is written into a parameter node and read back: plain values, nodes and paths.

Names and texts are those of Slicer: ``name`` holds ``str(value)``, "True" or "False", or the name of an enumeration's
member; a node is a node reference called ``name`` beside an empty parameter that tells that it was set.
"""

import enum
import pathlib

import slicer

from .serializer import Serializer, ValidatedSerializer, parameterNodeSerializer
from .validators import IsInstance, IsNone, NotNone

_PATH_TYPES = (
    pathlib.Path,
    pathlib.PosixPath,
    pathlib.WindowsPath,
    pathlib.PurePath,
    pathlib.PurePosixPath,
    pathlib.PureWindowsPath,
)


class PlainSerializer(Serializer):
    """One value in one parameter of the node."""

    def isIn(self, parameterNode, name: str) -> bool:
        return parameterNode.HasParameter(name)

    def remove(self, parameterNode, name: str) -> None:
        parameterNode.UnsetParameter(name)

    def supportsCaching(self) -> bool:
        return True


@parameterNodeSerializer
class NumberSerializer(PlainSerializer):
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
class StringSerializer(PlainSerializer):
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
class PathSerializer(PlainSerializer):
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
class BoolSerializer(PlainSerializer):
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
class NodeSerializer(PlainSerializer):
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
class NoneSerializer(PlainSerializer):
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
class EnumSerializer(PlainSerializer):
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
