"""What a serializer is, and how the one for a type is found."""

import abc
import logging

from .annotations import splitAnnotations
from .validators import isValidator


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

    @abc.abstractmethod
    def isIn(self, parameterNode, name: str) -> bool:
        """Whether the parameter was ever written."""

    @abc.abstractmethod
    def remove(self, parameterNode, name: str) -> None:
        """Removes the parameter."""

    def supportsCaching(self) -> bool:
        """Whether a value once read may be kept until the node changes; not so for values that change by themselves."""
        return False


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
    """``(ValidatedSerializer, annotations that are left)`` for a type without annotations; a serializer among the
    annotations comes first. TypeError for a type that nothing can serialize."""
    validators = [annotation for annotation in annotations if isValidator(annotation)]
    own = [annotation for annotation in annotations if _isSerializer(annotation)]
    others = [annotation for annotation in annotations if annotation not in validators + own]
    if own:
        return ValidatedSerializer(own[0], validators), others
    for serializerClass in _registered:
        if serializerClass.canSerialize(type_):
            return ValidatedSerializer(serializerClass.create(type_), validators), others
    raise TypeError(f"Unable to create serializer for type: {type_}")


def _isSerializer(annotation) -> bool:
    return isinstance(annotation, Serializer) or (isinstance(annotation, type) and issubclass(annotation, Serializer))


def createElementSerializer(annotatedType) -> ValidatedSerializer:
    """Serializer for the possibly annotated type of an element of a container."""
    serializer, unused = createSerializer(*splitAnnotations(annotatedType))
    if unused:
        logging.warning("Unused annotations: %s", unused)
    return serializer
