"""``ctkCollapsibleButton`` and ``ctkMenuButton``."""

from PySide6.QtCore import Property, QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QFrame, QPushButton, QStyle, QStyleOptionButton, QStylePainter, QWidget

_INDENT = 6


class ctkCollapsibleButton(QAbstractButton):
    """A header that shows or hides the widgets laid out under it; ``collapsed`` is the opposite of ``checked``."""

    contentsCollapsed = Signal(bool)

    def __init__(self, parent=None, text=None):
        if isinstance(parent, str):
            parent, text = text, parent
        super().__init__(parent)
        self._hidden = []
        self.setText(text or "")
        self.setCheckable(True)
        self.setChecked(True)
        self._placeContents()
        self.toggled.connect(self._onToggled)

    def _collapsed(self) -> bool:
        return not self.isChecked()

    def _setCollapsed(self, collapsed: bool) -> None:
        self.setChecked(not collapsed)

    collapsed = Property(bool, _collapsed, _setCollapsed)
    contentsFrameShape = Property(int, lambda self: int(QFrame.Shape.NoFrame.value), lambda self, shape: None)

    def _headerHeight(self) -> int:
        return self.fontMetrics().height() + 10

    def _placeContents(self) -> None:
        self.setContentsMargins(_INDENT, self._headerHeight(), 2, 2)

    def _contents(self) -> list:
        children = self.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return [child for child in children if not child.isWindow()]

    def _onToggled(self, opened: bool) -> None:
        if opened:
            for child in self._hidden:
                child.setVisible(True)
            self._hidden = []
        else:
            self._hidden = [child for child in self._contents() if not child.isHidden()]
            for child in self._hidden:
                child.setVisible(False)
        self.setMaximumHeight(16777215 if opened else self._headerHeight())
        self.updateGeometry()
        self.contentsCollapsed.emit(not opened)

    def childEvent(self, event) -> None:
        # Asked for before it is polished, a child is not yet of its own class.
        if event.type() == QEvent.Type.ChildPolished and self._collapsed() and event.child().isWidgetType():
            self._hidden.append(event.child())
            event.child().setVisible(False)
        super().childEvent(event)

    def minimumSizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self.text()) + 30
        if self.layout() is None or self._collapsed():
            return QSize(width, self._headerHeight())
        return self.layout().totalMinimumSize().expandedTo(QSize(width, self._headerHeight()))

    def sizeHint(self) -> QSize:
        if self.layout() is None or self._collapsed():
            return self.minimumSizeHint()
        return self.layout().totalSizeHint().expandedTo(self.minimumSizeHint())

    def hitButton(self, position) -> bool:
        return position.y() < self._headerHeight()

    def paintEvent(self, _event) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        option.initFrom(self)
        option.rect = self.rect()
        option.rect.setHeight(self._headerHeight())
        painter.drawPrimitive(QStyle.PrimitiveElement.PE_PanelButtonCommand, option)
        arrow = QStyleOptionButton()
        arrow.initFrom(self)
        arrow.rect = option.rect.adjusted(6, 6, 6 - option.rect.width() + option.rect.height() - 6, -6)
        opened = QStyle.PrimitiveElement.PE_IndicatorArrowDown
        painter.drawPrimitive(QStyle.PrimitiveElement.PE_IndicatorArrowRight if self._collapsed() else opened, arrow)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextShowMnemonic
        painter.drawItemText(
            option.rect.adjusted(26, 0, -4, 0),
            flags,
            self.palette(),
            self.isEnabled(),
            self.text(),
            self.foregroundRole(),
        )


class ctkMenuButton(QPushButton):
    """A push button with a menu beside it (``setMenu``)."""
