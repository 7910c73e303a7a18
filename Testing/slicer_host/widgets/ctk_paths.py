"""``ctkPathLineEdit`` and ``ctkDirectoryButton``. Nobody is there to answer a file dialog: browsing raises."""

import os

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget


def _refuseToBrowse() -> None:
    raise RuntimeError("A file dialog cannot be answered in the stand-in host; set the path instead")


class ctkPathLineEdit(QWidget):
    """A path to type, with a button to browse."""

    currentPathChanged = Signal(str)
    validInputChanged = Signal(bool)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._edit = QLineEdit(self)
        button = QPushButton("…", self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._edit, 1)
        layout.addWidget(button)
        self._nameFilters, self._settingKey, self._filters = [], "", 0
        self._edit.textChanged.connect(self.currentPathChanged)
        button.clicked.connect(self.browse)

    currentPath = Property(str, lambda self: self._edit.text(), lambda self, path: self._edit.setText(path))
    nameFilters = Property(
        "QStringList", lambda self: self._nameFilters, lambda self, filters: setattr(self, "_nameFilters", filters)
    )
    settingKey = Property(str, lambda self: self._settingKey, lambda self, key: setattr(self, "_settingKey", key))
    filters = Property(int, lambda self: self._filters, lambda self, filters: setattr(self, "_filters", filters))

    @Slot(str)
    def setCurrentPath(self, path: str) -> None:
        self._edit.setText(path)

    @Slot()
    def addCurrentPathToHistory(self) -> None:
        """There is no history."""

    @Slot()
    def browse(self) -> None:
        _refuseToBrowse()


class ctkDirectoryButton(QWidget):
    """A button that shows a folder and lets the user choose another."""

    directoryChanged = Signal(str)
    directorySelected = Signal(str)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._button = QPushButton(".", self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._button)
        self._caption = ""
        self._button.clicked.connect(self.browse)

    def _setDirectory(self, directory: str) -> None:
        if directory != self._button.text():
            self._button.setText(os.path.abspath(directory))
            self.directoryChanged.emit(self._button.text())

    directory = Property(str, lambda self: self._button.text(), _setDirectory)
    caption = Property(str, lambda self: self._caption, lambda self, caption: setattr(self, "_caption", caption))

    @Slot()
    def browse(self) -> None:
        _refuseToBrowse()
