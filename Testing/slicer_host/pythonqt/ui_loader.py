"""``qt.QUiLoader``: builds a panel from a Designer file, with the host's widgets and stricter than Qt.

A property that the widget's class lacks, a widget class that is unknown and a connection that cannot be made raise; Qt
prints a warning, or nothing at all.
"""

import xml.etree.ElementTree as ElementTree

from PySide6 import QtCore, QtUiTools, QtWidgets

from . import members, signals


class QUiLoader(QtCore.QObject):
    """``QUiLoader().load(file)`` returns the top widget."""

    def load(self, file: QtCore.QFile, parent: QtWidgets.QWidget | None = None) -> QtWidgets.QWidget:
        """Builds the widgets of an open ``QFile``; RuntimeError for what Qt would only warn of."""
        from .. import widgets

        tree = ElementTree.fromstring(bytes(file.readAll().data()))
        connections = tree.find("connections")
        if connections is not None:
            # Qt knows the signals of the host's widgets under other signatures, so they are connected below.
            tree.remove(connections)
        loader = QtUiTools.QUiLoader()
        customWidgets = {**widgets.CTK_WIDGETS, **widgets.SLICER_WIDGETS}
        for name, widgetClass in customWidgets.items():
            loader.registerCustomWidget(widgetClass)
            widgetClass.__name__ = name
        known = {*loader.availableWidgets(), *customWidgets, "Line"}
        for element in tree.iter("widget"):
            if element.get("class") not in known:
                raise RuntimeError(f"The Designer file uses an unknown widget class {element.get('class')}")
        buffer = QtCore.QBuffer()
        buffer.setData(ElementTree.tostring(tree))
        buffer.open(QtCore.QIODevice.OpenModeFlag.ReadOnly)
        top = loader.load(buffer, parent)
        if top is None:
            raise RuntimeError(f"The Designer file cannot be loaded: {loader.errorString()}")
        _checkProperties(tree, top)
        for connection in connections if connections is not None else ():
            _connect(top, *(connection.findtext(tag) for tag in ("sender", "signal", "receiver", "slot")))
        return top


def _named(top, name: str):
    found = top if top.objectName() == name else top.findChild(QtCore.QObject, name)
    if found is None:
        raise RuntimeError(f"The Designer file names {name}, which does not exist")
    return found


def _checkProperties(tree, top) -> None:
    for element in [*tree.iter("widget"), *tree.iter("layout")]:
        if element.get("class") == "Line" or not element.get("name"):
            continue
        meta = _named(top, element.get("name")).metaObject()
        for declared in element.findall("property"):
            name = declared.get("name")
            # Designer writes the margins and spacings of layouts as properties that only it knows.
            designerOnly = element.tag == "layout" and name.endswith(("Margin", "Spacing", "spacing", "margin"))
            if declared.get("stdset") != "0" and meta.indexOfProperty(name) < 0 and not designerOnly:
                raise RuntimeError(f"{element.get('class')} {element.get('name')} has no property {name}")


def _connect(top, sender: str, signal: str, receiver: str, slot: str) -> None:
    from .proxies import wrap

    target = members.read(_named(top, receiver), slot.partition("(")[0])
    if not callable(target):
        raise RuntimeError(f"{receiver} has no slot {slot}")
    signals.connect(wrap(_named(top, sender))._object, signal, target, withArguments=True)
