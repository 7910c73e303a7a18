"""The table of cases, and that of the segments to learn."""

from collections.abc import Callable

import qt
from slicer.i18n import tr as _

from .wording import CaseRow, SegmentRow, State

NAME_WIDTH = 90  # pixels, to begin with, or more where the title takes more
MOST_ROWS = 6  # of segments that are shown at once
ICONS = {
    State.GOOD: "SP_DialogApplyButton",
    State.NOTED: "SP_MessageBoxInformation",
    State.BAD: "SP_MessageBoxWarning",
    State.UNKNOWN: "SP_BrowserReload",
}


class CaseTable:
    """A row a case. Rows are selected as a whole, and what did not change is left alone."""

    def __init__(self, table, onSelected: Callable[[], None], onActivated: Callable[[int], None]) -> None:
        """
        Args:
            table: a QTableWidget.
            onSelected: is called when other rows are selected.
            onActivated: is called with the row that was double-clicked.
        """
        self._table, self._onSelected, self._onActivated = table, onSelected, onActivated
        self._rows: list[CaseRow] = []
        style = table.style()
        self._icons = {state: style.standardIcon(getattr(qt.QStyle, name)) for state, name in ICONS.items()}
        _prepare(table, [_("Volume"), _("Segmentation"), _("State")])
        for column in (0, 1):
            table.setColumnWidth(column, max(NAME_WIDTH, table.horizontalHeader().sectionSizeHint(column)))
        table.connect("itemSelectionChanged()", onSelected)
        table.connect("cellDoubleClicked(int,int)", self._onDoubleClicked)

    def show(self, rows: list[CaseRow]) -> None:
        """Show these rows."""
        if len(self._rows) != len(rows):
            self._table.clearSelection()
            self._table.setRowCount(len(rows))
        before = self._rows[: len(rows)] + [None] * (len(rows) - len(self._rows))
        for index, (row, former) in enumerate(zip(rows, before, strict=True)):
            if row != former:
                self._showRow(index, row)
        self._rows = list(rows)

    def _showRow(self, index: int, row: CaseRow) -> None:
        for column, text in enumerate((row.volume, row.segmentation, row.text)):
            item = _itemAt(self._table, index, column)
            item.setText(text)
            item.setToolTip(f"{text} {row.details}" if column == 2 else text)
        _itemAt(self._table, index, 2).setIcon(self._icons[row.state])

    def selected(self) -> list[int]:
        """The rows that are selected, in their order."""
        return sorted({index.row() for index in self._table.selectionModel().selectedRows()})

    def close(self) -> None:
        """Let go of the table."""
        self._table.disconnect("itemSelectionChanged()", self._onSelected)
        self._table.disconnect("cellDoubleClicked(int,int)", self._onDoubleClicked)

    def _onDoubleClicked(self, row: int, column: int) -> None:
        self._onActivated(row)


class SegmentTable:
    """A row a segment name, with a check mark for those that are learnt. Terminology can be written by hand."""

    def __init__(self, table, onChosen: Callable[[str, bool], None], onCode: Callable[[str, str], None]) -> None:
        """
        Args:
            table: a QTableWidget.
            onChosen: is called with the name of a segment that a person has checked (True) or unchecked.
            onCode: is called with the name of a segment and what a person has written as its terminology.
        """
        self._table, self._onChosen, self._onCode = table, onChosen, onCode
        self._rows: list[SegmentRow] = []
        _prepare(table, [_("Segment"), _("Cases"), _("Terminology")])
        for column in (0, 1):
            table.horizontalHeader().setSectionResizeMode(column, qt.QHeaderView.ResizeToContents)
        table.connect("itemChanged(QTableWidgetItem*)", self._onChanged)

    def show(self, rows: list[SegmentRow]) -> None:
        """Show these rows."""
        if rows != self._rows:
            self._rows = list(rows)
            self.restore()

    def restore(self) -> None:
        """Show the rows as they were given, whatever a person has written."""
        rows = self._rows
        wasBlocked = self._table.blockSignals(True)
        try:
            self._table.setRowCount(len(rows))
            for index, row in enumerate(rows):
                name = _itemAt(self._table, index, 0)
                name.setText(row.name)
                name.setCheckState(qt.Qt.Checked if row.chosen else qt.Qt.Unchecked)
                color = qt.QPixmap(12, 12)
                color.fill(qt.QColor.fromRgbF(*row.color))
                name.setIcon(qt.QIcon(color))
                count = _itemAt(self._table, index, 1)
                count.setText(str(row.cases))
                _itemAt(self._table, index, 2).setText(row.code)
                for item in (name, count):
                    item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsUserCheckable)
        finally:
            self._table.blockSignals(wasBlocked)
        self._table.resizeRowsToContents()
        heights = [self._table.rowHeight(index) for index in range(min(len(rows), MOST_ROWS))]
        header = self._table.horizontalHeader().sizeHint.height()
        self._table.setFixedHeight(header + sum(heights) + 2 * self._table.frameWidth)

    def close(self) -> None:
        """Let go of the table."""
        self._table.disconnect("itemChanged(QTableWidgetItem*)", self._onChanged)

    def _onChanged(self, item) -> None:
        name = self._rows[item.row()].name
        if item.column() == 0:
            self._onChosen(name, item.checkState() == qt.Qt.Checked)
        elif item.column() == 2:
            self._onCode(name, item.text())


def _prepare(table, titles: list[str]) -> None:
    table.setColumnCount(len(titles))
    table.setHorizontalHeaderLabels(titles)
    table.horizontalHeader().setStretchLastSection(True)
    # Sentences are read in full: a row is as high as its text.
    table.verticalHeader().setSectionResizeMode(qt.QHeaderView.ResizeToContents)
    table.verticalHeader().setVisible(False)


def _itemAt(table, row: int, column: int):
    """The item of a cell, made where there is none."""
    item = table.item(row, column)
    if item is None:
        item = qt.QTableWidgetItem("")
        table.setItem(row, column, item)
    return item
