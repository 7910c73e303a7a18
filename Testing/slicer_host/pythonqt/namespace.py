"""The modules ``qt`` and ``ctk``."""

import sys
import types

from PySide6 import QtCore, QtGui, QtWidgets

from .proxies import isQtClass, proxyClass

_PYSIDE_MODULES = (QtCore, QtGui, QtWidgets)


class _QtModule(types.ModuleType):
    """All Qt classes in one module, made into proxies when they are first asked for."""

    def __getattr__(self, name: str):
        if name.startswith(("Q", "q")):
            for module in _PYSIDE_MODULES:
                if hasattr(module, name):
                    value = getattr(module, name)
                    setattr(self, name, proxyClass(value) if isQtClass(value) and name != "Qt" else value)
                    return self.__dict__[name]
        raise AttributeError(f"module qt has no attribute {name}")


_application = None


def install(settingsFolder: str) -> None:
    """Starts Qt, makes ``import qt`` and ``import ctk`` work and adds the qMRML widgets to ``slicer``.

    Settings are written into ``settingsFolder``, never into those of the user.
    """
    global _application
    _application = QtWidgets.QApplication.instance() or QtWidgets.QApplication(["slicer-host"])
    _application.setApplicationName("Slicer")
    _application.setOrganizationName("slicer-host")
    _application.setQuitOnLastWindowClosed(False)
    QtCore.QSettings.setDefaultFormat(QtCore.QSettings.IniFormat)
    QtCore.QSettings.setPath(QtCore.QSettings.IniFormat, QtCore.QSettings.UserScope, settingsFolder)

    qt = _QtModule("qt", __doc__)
    ctk = types.ModuleType("ctk", __doc__)
    sys.modules["qt"], sys.modules["ctk"] = qt, ctk

    import slicer

    from .. import widgets
    from ..namespace import add
    from .ui_loader import QUiLoader

    qt.QUiLoader = proxyClass(QUiLoader)
    for name, widgetClass in widgets.CTK_WIDGETS.items():
        setattr(ctk, name, proxyClass(widgetClass))
    for name, widgetClass in widgets.SLICER_WIDGETS.items():
        add(slicer, name, proxyClass(widgetClass))
