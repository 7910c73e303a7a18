"""``ctkComboBox`` and ``ctkCheckBox``."""

from PySide6.QtCore import Property
from PySide6.QtWidgets import QCheckBox, QComboBox


class ctkComboBox(QComboBox):
    """A combo box with a text for "nothing chosen", which the host keeps and does not draw."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self._defaultText = ""

    def _setDefaultText(self, text: str) -> None:
        self._defaultText = text

    defaultText = Property(str, lambda self: self._defaultText, _setDefaultText)


class ctkCheckBox(QCheckBox):
    """A check box."""
