"""Lists, tuples, dicts and unions in a parameter node.

As in Slicer: a list ``name`` has its length in ``name.len`` and its elements in ``name.0``, ``name.1``, ...; a tuple
its elements alone; a dict is a list of (key, value) tuples; a union of types has its value in ``name.<index of the
type>``.
"""

import typing

import slicer

from .observed import ObservedDict, ObservedList
from .serializer import Serializer, ValidatedSerializer, createElementSerializer, parameterNodeSerializer
from .serializers import NoneSerializer, NumberSerializer


@parameterNodeSerializer
class ListSerializer(Serializer):
    """``list[T]``."""

    def __init__(self, element: Serializer):
        self._element = element
        self._length = NumberSerializer(int)

    @staticmethod
    def canSerialize(type_) -> bool:
        return typing.get_origin(type_) is list

    @staticmethod
    def create(type_):
        return ListSerializer(createElementSerializer(typing.get_args(type_)[0]))

    def default(self):
        return []

    def isIn(self, parameterNode, name) -> bool:
        return self._length.isIn(parameterNode, f"{name}.len")

    def _len(self, parameterNode, name) -> int:
        return self._length.read(parameterNode, f"{name}.len") if self.isIn(parameterNode, name) else 0

    def write(self, parameterNode, name, values) -> None:
        with slicer.util.NodeModify(parameterNode):
            before = list(self.read(parameterNode, name)) if self.isIn(parameterNode, name) else None
            oldLength = self._len(parameterNode, name)
            try:
                for index, value in enumerate(values):
                    self._element.write(parameterNode, f"{name}.{index}", value)
                self._length.write(parameterNode, f"{name}.len", len(values))
                for index in range(len(values), oldLength):
                    self._element.remove(parameterNode, f"{name}.{index}")
            except Exception:
                if before is None:
                    self.remove(parameterNode, name)
                else:
                    self.write(parameterNode, name, before)
                raise

    def read(self, parameterNode, name):
        count = self._len(parameterNode, name)
        values = [self._element.read(parameterNode, f"{name}.{index}") for index in range(count)]
        return ObservedList(parameterNode, self, name, values)

    def remove(self, parameterNode, name) -> None:
        with slicer.util.NodeModify(parameterNode):
            for index in range(self._len(parameterNode, name)):
                self._element.remove(parameterNode, f"{name}.{index}")
            self._length.remove(parameterNode, f"{name}.len")

    def supportsCaching(self) -> bool:
        return self._element.supportsCaching()


@parameterNodeSerializer
class TupleSerializer(Serializer):
    """``tuple[A, B, ...]`` of fixed length; ValueError for another length."""

    def __init__(self, elements: list):
        self._elements = elements

    @staticmethod
    def canSerialize(type_) -> bool:
        return typing.get_origin(type_) is tuple

    @staticmethod
    def create(type_):
        return TupleSerializer([createElementSerializer(element) for element in typing.get_args(type_)])

    def default(self):
        raise TypeError("Give a tuple parameter a default: the one that Slicer makes works for the first node only")

    def isIn(self, parameterNode, name) -> bool:
        return self._elements[0].isIn(parameterNode, f"{name}.0")

    def write(self, parameterNode, name, values) -> None:
        values = tuple(values)
        if len(values) != len(self._elements):
            raise ValueError(f"Expected {len(self._elements)} tuple values, got {len(values)}")
        with slicer.util.NodeModify(parameterNode):
            for index, (element, value) in enumerate(zip(self._elements, values, strict=True)):
                element.write(parameterNode, f"{name}.{index}", value)

    def read(self, parameterNode, name):
        return tuple(element.read(parameterNode, f"{name}.{index}") for index, element in enumerate(self._elements))

    def remove(self, parameterNode, name) -> None:
        with slicer.util.NodeModify(parameterNode):
            for index, element in enumerate(self._elements):
                element.remove(parameterNode, f"{name}.{index}")

    def supportsCaching(self) -> bool:
        return all(element.supportsCaching() for element in self._elements)


@parameterNodeSerializer
class DictSerializer(Serializer):
    """``dict[K, V]``, in order."""

    def __init__(self, key: Serializer, value: Serializer):
        self._items = ListSerializer(TupleSerializer([key, value]))

    @staticmethod
    def canSerialize(type_) -> bool:
        return typing.get_origin(type_) is dict

    @staticmethod
    def create(type_):
        return DictSerializer(*(createElementSerializer(element) for element in typing.get_args(type_)))

    def default(self):
        return {}

    def isIn(self, parameterNode, name) -> bool:
        return self._items.isIn(parameterNode, name)

    def write(self, parameterNode, name, value) -> None:
        self._items.write(parameterNode, name, list(value.items()))

    def read(self, parameterNode, name):
        return ObservedDict(parameterNode, self, name, dict(self._items.read(parameterNode, name)))

    def remove(self, parameterNode, name) -> None:
        self._items.remove(parameterNode, name)

    def supportsCaching(self) -> bool:
        return self._items.supportsCaching()


@parameterNodeSerializer
class UnionSerializer(Serializer):
    """``A | B``, ``Optional[A]``: the value goes to the first type that takes it."""

    def __init__(self, members: list):
        self._members = [ValidatedSerializer(member, []) for member in members]

    @staticmethod
    def canSerialize(type_) -> bool:
        return typing.get_origin(type_) is typing.Union

    @staticmethod
    def create(type_):
        return UnionSerializer([createElementSerializer(member) for member in typing.get_args(type_)])

    def default(self):
        optional = len(self._members) == 2 and isinstance(self._members[1].serializer, NoneSerializer)
        return None if optional else self._members[0].default()

    def isIn(self, parameterNode, name) -> bool:
        return any(member.isIn(parameterNode, f"{name}.{index}") for index, member in enumerate(self._members))

    def _memberFor(self, value) -> tuple:
        refusal = TypeError(f"Unable to write value {value!r} of type {type(value)}")
        for index, member in enumerate(self._members):
            if member.serializer.canSerialize(type(value)):
                try:
                    member.validate(value)
                    return index, member
                except (TypeError, ValueError) as error:
                    refusal = error
        raise refusal

    def write(self, parameterNode, name, value) -> None:
        index, member = self._memberFor(value)
        with slicer.util.NodeModify(parameterNode):
            self.remove(parameterNode, name)
            member.write(parameterNode, f"{name}.{index}", value)

    def read(self, parameterNode, name):
        for index, member in enumerate(self._members):
            if member.isIn(parameterNode, f"{name}.{index}"):
                return member.read(parameterNode, f"{name}.{index}")
        raise KeyError(f"Unable to find value for name: {name}")

    def remove(self, parameterNode, name) -> None:
        with slicer.util.NodeModify(parameterNode):
            for index, member in enumerate(self._members):
                member.remove(parameterNode, f"{name}.{index}")

    def supportsCaching(self) -> bool:
        return all(member.supportsCaching() for member in self._members)
