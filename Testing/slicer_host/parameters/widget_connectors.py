"""The connectors that come with Slicer, for the widgets that the host has: which widget shows which parameter type."""

import enum
import pathlib
import typing

import ctk
import qt
import slicer

from .annotations import Decimals, SingleStep, firstAnnotation, splitAnnotations, unannotatedType
from .connectors import GuiConnector, parameterNodeGuiConnector
from .validators import Choice, Maximum, Minimum, WithinRange

_INT_LIMITS = (-(2**31), 2**31 - 1)


class _WidgetConnector(GuiConnector):
    """A connector to one property and one signal of a widget."""

    widgetTypes: tuple = ()
    signal = ""
    valueProperty = ""

    def __init__(self, widget, datatype):
        super().__init__()
        self._widget = widget
        self._type, self._annotations = splitAnnotations(datatype)

    @classmethod
    def create(cls, widget, datatype):
        return cls(widget, datatype)

    def _connect(self) -> None:
        getattr(self._widget, self.signal).connect(self.changed)

    def _disconnect(self) -> None:
        getattr(self._widget, self.signal).disconnect(self.changed)

    def widget(self):
        return self._widget

    def read(self):
        return getattr(self._widget, self.valueProperty)

    def write(self, value) -> None:
        setattr(self._widget, self.valueProperty, value)

    def _range(self, unbounded: tuple) -> tuple:
        within = firstAnnotation(self._annotations, WithinRange)
        if within is not None:
            return within.minimum, within.maximum
        minimum = firstAnnotation(self._annotations, Minimum)
        maximum = firstAnnotation(self._annotations, Maximum)
        lower, upper = unbounded
        return minimum.minimum if minimum else lower, maximum.maximum if maximum else upper

    def _isBounded(self) -> bool:
        return None not in self._range((None, None))


@parameterNodeGuiConnector
class CheckBoxConnector(_WidgetConnector):
    """bool in a check box."""

    signal, valueProperty = "stateChanged", "checked"

    @staticmethod
    def canRepresent(widget, datatype) -> bool:
        return unannotatedType(datatype) is bool and type(widget) in (qt.QCheckBox, ctk.ctkCheckBox)


@parameterNodeGuiConnector
class PushButtonConnector(_WidgetConnector):
    """bool in a push button, which becomes checkable."""

    signal, valueProperty = "toggled", "checked"

    @staticmethod
    def canRepresent(widget, datatype) -> bool:
        return unannotatedType(datatype) is bool and type(widget) is qt.QPushButton

    def __init__(self, widget, datatype):
        super().__init__(widget, datatype)
        widget.checkable = True


@parameterNodeGuiConnector
class IntegerConnector(_WidgetConnector):
    """int in a spin box or a slider; a slider needs a range (RuntimeError)."""

    signal, valueProperty = "valueChanged", "value"

    @staticmethod
    def canRepresent(widget, datatype) -> bool:
        return unannotatedType(datatype) is int and type(widget) in (qt.QSlider, qt.QSpinBox)

    def __init__(self, widget, datatype):
        super().__init__(widget, datatype)
        if type(widget) is qt.QSlider and not self._isBounded():
            raise RuntimeError("Cannot have a connection to QSlider where the int type is unbounded.")
        step = firstAnnotation(self._annotations, SingleStep)
        if step is not None:
            widget.singleStep = step.value
        widget.setRange(*self._range(_INT_LIMITS))


@parameterNodeGuiConnector
class NumberConnector(_WidgetConnector):
    """float or int in a box or slider with decimals; a slider needs a range (RuntimeError)."""

    signal, valueProperty = "valueChanged", "value"

    @staticmethod
    def canRepresent(widget, datatype) -> bool:
        widgets = (qt.QDoubleSpinBox, ctk.ctkSliderWidget, ctk.ctkDoubleSpinBox)
        return unannotatedType(datatype) in (float, int) and type(widget) in widgets

    def __init__(self, widget, datatype):
        super().__init__(widget, datatype)
        if type(widget) is ctk.ctkSliderWidget and not self._isBounded():
            raise RuntimeError("Cannot have a connection to ctkSliderWidget where the float types is unbounded.")
        decimals = firstAnnotation(self._annotations, Decimals)
        if self._type is int:
            widget.decimals = 0
        elif decimals is not None:
            widget.decimals = decimals.value
        step = firstAnnotation(self._annotations, SingleStep)
        if step is not None:
            widget.singleStep = step.value
        widget.minimum, widget.maximum = self._range((float("-inf"), float("inf")))

    def read(self):
        return self._type(super().read())

    def write(self, value) -> None:
        super().write(int(value) if self._type is int else value)


class _ListedConnector(_WidgetConnector):
    """A value out of a list, in a combo box."""

    signal = "currentIndexChanged"
    _values: list

    def read(self):
        return self._values[self._widget.currentIndex]

    def write(self, value) -> None:
        if value not in self._values:
            raise ValueError(f"Unable to find value {value} in choices {self._values}")
        self._widget.currentIndex = self._values.index(value)

    def _fill(self, labels) -> None:
        self._widget.clear()
        for label in labels:
            self._widget.addItem(label)


@parameterNodeGuiConnector
class ChoiceConnector(_ListedConnector):
    """int, float, str or bool with a ``Choice`` (RuntimeError without), in a combo box."""

    @staticmethod
    def canRepresent(widget, datatype) -> bool:
        types = (int, float, str, bool)
        return type(widget) in (qt.QComboBox, ctk.ctkComboBox) and unannotatedType(datatype) in types

    def __init__(self, widget, datatype):
        super().__init__(widget, datatype)
        choice = firstAnnotation(self._annotations, Choice)
        if choice is None:
            raise RuntimeError("ComboBoxToStringableConnector requires the Choice annotation to be used.")
        self._values = list(choice.choices)
        self._fill(str(value) for value in self._values)


@parameterNodeGuiConnector
class EnumConnector(_ListedConnector):
    """A member of an enumeration in a combo box, shown by its ``label()`` or name."""

    @staticmethod
    def canRepresent(widget, datatype) -> bool:
        type_ = unannotatedType(datatype)
        isEnum = isinstance(type_, type) and issubclass(type_, enum.Enum)
        return type(widget) in (qt.QComboBox, ctk.ctkComboBox) and isEnum

    def __init__(self, widget, datatype):
        super().__init__(widget, datatype)
        self._values = list(self._type)
        label = getattr(self._type, "label", lambda member: member.name)
        self._fill(label(member) for member in self._values)


@parameterNodeGuiConnector
class LineEditConnector(_WidgetConnector):
    """str in a line edit."""

    signal, valueProperty = "textChanged", "text"

    @staticmethod
    def canRepresent(widget, datatype) -> bool:
        return type(widget) is qt.QLineEdit and unannotatedType(datatype) is str

    def write(self, value) -> None:
        # Writing moves the cursor to the end, so it is left alone while the user types.
        if value != self._widget.text:
            self._widget.text = value


@parameterNodeGuiConnector
class LabelConnector(_WidgetConnector):
    """str in a label, which the user cannot change."""

    valueProperty = "text"

    @staticmethod
    def canRepresent(widget, datatype) -> bool:
        return type(widget) is qt.QLabel and unannotatedType(datatype) is str

    def _connect(self) -> None:
        """A label has no signal."""

    def _disconnect(self) -> None:
        """A label has no signal."""


@parameterNodeGuiConnector
class TextEditConnector(_WidgetConnector):
    """str in a text edit, as plain text."""

    signal = "textChanged"

    @staticmethod
    def canRepresent(widget, datatype) -> bool:
        return type(widget) is qt.QTextEdit and unannotatedType(datatype) is str

    def read(self) -> str:
        return self._widget.toPlainText()

    def write(self, value) -> None:
        self._widget.setPlainText(value)


@parameterNodeGuiConnector
class PathConnector(_WidgetConnector):
    """A path in a path edit."""

    signal, valueProperty = "currentPathChanged", "currentPath"

    @staticmethod
    def canRepresent(widget, datatype) -> bool:
        return type(widget) is ctk.ctkPathLineEdit and _isPath(datatype)

    def read(self):
        return self._type(super().read())

    def write(self, value) -> None:
        super().write(str(value))


@parameterNodeGuiConnector
class DirectoryConnector(PathConnector):
    """A path in a directory button."""

    signal, valueProperty = "directoryChanged", "directory"

    @staticmethod
    def canRepresent(widget, datatype) -> bool:
        return type(widget) is ctk.ctkDirectoryButton and _isPath(datatype)


@parameterNodeGuiConnector
class NodeConnector(_WidgetConnector):
    """A MRML node, or a union of node classes, in a node selector, which then offers those classes."""

    signal = "currentNodeChanged"

    @staticmethod
    def canRepresent(widget, datatype) -> bool:
        return type(widget) is slicer.qMRMLNodeComboBox and bool(_nodeClasses(datatype))

    def __init__(self, widget, datatype):
        super().__init__(widget, datatype)
        widget.nodeTypes = tuple(nodeClass().GetClassName() for nodeClass in _nodeClasses(datatype))

    def read(self):
        return self._widget.currentNode()

    def write(self, value) -> None:
        self._widget.setCurrentNode(value)


def _isPath(datatype) -> bool:
    type_ = unannotatedType(datatype)
    return isinstance(type_, type) and issubclass(type_, pathlib.PurePath)


def _nodeClasses(datatype) -> list:
    """The node classes of a type, empty when something else than nodes and None is among them."""
    type_ = unannotatedType(datatype)
    members = typing.get_args(type_) if typing.get_origin(type_) is typing.Union else (type_,)
    classes = [unannotatedType(member) for member in members if member is not type(None)]
    nodes = all(isinstance(kind, type) and issubclass(kind, slicer.vtkMRMLNode) for kind in classes)
    return classes if nodes else []
