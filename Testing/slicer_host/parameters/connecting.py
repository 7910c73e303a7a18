"""Keeps widgets and parameters the same: the part of the wrapper behind ``connectGui`` and ``disconnectGui``."""

import vtk

from .connectors import GuiConnector, createGuiConnector

SlicerParameterNamePropertyName = "SlicerParameterName"


class Connections:
    """The connected widgets of one parameter node wrapper."""

    def __init__(self, wrapper):
        self._wrapper = wrapper
        self._connected = {}
        self._nextTag = 0
        self._updating = False

    def connectGui(self, gui) -> int:
        """Connects every widget of ``gui`` (a widget, or an object whose attributes are widgets) that has the dynamic
        property ``SlicerParameterName``; returns the tag for :meth:`disconnect`."""
        widgets = _descendants(gui) if getattr(gui, "isWidgetType", bool)() else list(vars(gui).values())
        named = {widget.property(SlicerParameterNamePropertyName): widget for widget in widgets}
        return self.connect({name: widget for name, widget in named.items() if name})

    def connect(self, mapping: dict) -> int:
        """Connects parameters to widgets or connectors by name; ValueError for an unknown parameter, RuntimeError for a
        widget that cannot show the parameter's type."""
        wrapper = self._wrapper
        types = {name: wrapper.dataType(name) for name in mapping}
        connectors = {
            name: target if isinstance(target, GuiConnector) else createGuiConnector(target, types[name])
            for name, target in mapping.items()
        }
        tag = self._nextTag
        self._nextTag += 1
        for name, connector in connectors.items():
            connector.write(wrapper.getValue(name))
            connector.onChanged(self._writer(name, connector))
        observer = wrapper.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda _node, _event: self._updateWidgets())
        self._connected[tag] = (connectors, observer)
        return tag

    def disconnect(self, tag: int) -> None:
        """Undoes a connection; an unknown tag changes nothing."""
        connectors, observer = self._connected.pop(tag, ({}, None))
        for connector in connectors.values():
            connector.onChanged(None)
        if observer is not None:
            self._wrapper.RemoveObserver(observer)

    def _writer(self, name: str, connector):
        def changed() -> None:
            if not self._updating:
                self._wrapper.setValue(name, connector.read())

        return changed

    def _updateWidgets(self) -> None:
        if self._updating:
            return
        self._updating = True
        wasModified = self._wrapper.StartModify()
        try:
            for connectors, _observer in list(self._connected.values()):
                for name, connector in connectors.items():
                    connector.write(self._wrapper.getValue(name))
        finally:
            self._wrapper.EndModify(wasModified)
            self._updating = False


def _descendants(widget) -> list:
    import qt

    return widget.findChildren(qt.QWidget)


def findChildWidgetForParameter(widget, parameter: str):
    """The child widget whose ``SlicerParameterName`` is ``parameter``, or None."""
    matches = (child for child in _descendants(widget) if child.property(SlicerParameterNamePropertyName) == parameter)
    return next(matches, None)
