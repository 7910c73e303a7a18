"""``qSlicerMainWindow``, as far as ``slicer.util.selectModule`` needs it: a module selector and the panel it shows."""

import slicer
from PySide6.QtCore import Property, Qt, Signal, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow, QToolBar, QWidget


class qSlicerModuleSelectorToolBar(QToolBar):
    """Chooses the module whose panel is shown."""

    moduleSelected = Signal(str)

    def __init__(self, window):
        super().__init__("Modules", window)
        self._window = window
        self._name = ""

    selectedModule = Property(str, lambda self: self._name)

    @Slot(str)
    def selectModule(self, name: str) -> None:
        """Leaves the present module, shows the panel of another and enters it; an unknown name leaves only."""
        module = slicer.app.moduleManager().module(name)
        panel = module.widgetRepresentation() if module is not None else None
        self._window._showPanel(panel)
        self._name = name if panel is not None or module is not None else ""
        self.moduleSelected.emit(self._name)


class qSlicerMainWindow(QMainWindow):
    """A window with a module panel. It has no menus and no views."""

    def __init__(self):
        super().__init__()
        self.setObjectName("qSlicerMainWindow")
        self._selector = qSlicerModuleSelectorToolBar(self)
        self.addToolBar(self._selector)
        self._dock = QDockWidget("Module panel", self)
        self._dock.setObjectName("PanelDockWidget")
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self._dock)
        self._panel = None

    def moduleSelector(self) -> qSlicerModuleSelectorToolBar:
        return self._selector

    def _showPanel(self, panel) -> None:
        widget = panel._object if panel is not None else None
        if widget is self._panel:
            return
        if self._panel is not None:
            self._panel.exit()
            self._panel.setParent(None)
        self._panel = widget
        self._dock.setWidget(widget if widget is not None else QWidget())
        if widget is not None:
            widget.enter()
