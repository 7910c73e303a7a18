"""``ctkComboBox`` and ``ctkCheckBox``."""

from PySide6.QtCore import Property
from PySide6.QtWidgets import QCheckBox, QComboBox


class ctkComboBox(QComboBox):
    """A combo box with a text for "nothing chosen"; unlike Qt's it does not choose its first item because of that
    text.
    """

    defaultText = Property(str, QComboBox.placeholderText, QComboBox.setPlaceholderText)
    scrollWheelEffect = Property(int, lambda self: 0, lambda self, effect: None)


class ctkCheckBox(QCheckBox):
    """A check box."""
