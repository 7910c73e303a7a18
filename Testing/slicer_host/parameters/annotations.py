"""What ``typing.Annotated`` may say of a parameter beside its validators, and how a type is told from it."""

import types
import typing
from dataclasses import dataclass


class Default:
    """The value of a parameter that was never set; ``generator`` makes a new one each time it is asked for."""

    def __init__(self, value=None, *, generator=None):
        self._value = value
        self._generator = generator

    @property
    def value(self):
        return self._generator() if self._generator else self._value

    def __eq__(self, other) -> bool:
        return isinstance(other, Default) and (self._value, self._generator) == (other._value, other._generator)

    __hash__ = None

    def __repr__(self) -> str:
        return f"Default(value={self._value}, generator={self._generator})"


@dataclass
class Decimals:
    """Number of decimals that a spin box or slider shows."""

    value: int


@dataclass
class SingleStep:
    """Step of a spin box or slider."""

    value: float


def splitAnnotations(type_) -> tuple:
    """``(type, annotations)`` of a type that may be ``Annotated``; ``A | B`` comes back as ``typing.Union[A, B]``."""
    annotations = ()
    if typing.get_origin(type_) is typing.Annotated:
        type_, *annotations = typing.get_args(type_)
    if isinstance(type_, types.UnionType):
        type_ = typing.Union[typing.get_args(type_)]  # noqa: UP007 - built from a runtime tuple
    return type_, tuple(annotations)


def unannotatedType(type_):
    """The type without its annotations."""
    return splitAnnotations(type_)[0]


def firstAnnotation(annotations, kind):
    """The first annotation of class ``kind``, or None."""
    return next((annotation for annotation in annotations if isinstance(annotation, kind)), None)
