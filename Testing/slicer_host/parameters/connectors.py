"""Connectors between widgets and parameter types: which widget can show which type, and how it is read and written."""

import abc


class GuiConnector(abc.ABC):
    """Makes one widget look like a value of one type."""

    def __init__(self):
        self._callback = None

    @staticmethod
    @abc.abstractmethod
    def canRepresent(widget, datatype) -> bool:
        """Whether the widget can show the possibly annotated type."""

    @staticmethod
    @abc.abstractmethod
    def create(widget, datatype) -> "GuiConnector":
        """A connector for the widget and the possibly annotated type."""

    def onChanged(self, callback) -> None:
        """``callback()`` will be called when the user changes the widget; None ends that."""
        self._callback = callback
        if callback is None:
            self._disconnect()
        else:
            self._connect()

    def changed(self) -> None:
        if self._callback:
            self._callback()

    @abc.abstractmethod
    def _connect(self) -> None: ...

    @abc.abstractmethod
    def _disconnect(self) -> None: ...

    @abc.abstractmethod
    def widget(self):
        """The widget."""

    @abc.abstractmethod
    def read(self):
        """The widget's value."""

    @abc.abstractmethod
    def write(self, value) -> None:
        """Shows a value."""


_registered: list = []


def parameterNodeGuiConnector(connectorClass=None):
    """Class decorator: registers a :class:`GuiConnector`; earlier ones are asked first."""
    if connectorClass is None:
        return parameterNodeGuiConnector
    _registered.append(connectorClass)
    return connectorClass


def createGuiConnector(widget, datatype) -> GuiConnector:
    """The connector of the first class that can show ``datatype`` with ``widget``; RuntimeError when there is none."""
    for connectorClass in _registered:
        if connectorClass.canRepresent(widget, datatype):
            return connectorClass.create(widget, datatype)
    raise RuntimeError(f"Unable to create GUI connector from datatype '{datatype}' to widget type '{type(widget)}'")
