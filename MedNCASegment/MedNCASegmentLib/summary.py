"""What the table of a run says, for the panel: the same after the run and after the scene is opened again."""

from html import escape

from .wording import cellText

HEAD = '<td style="padding-right: 8px">{}</td>'
VALUE = '<td align="right" style="padding-left: 8px">{}</td>'


def tableHtml(tableNode) -> str:
    """A results table turned on its side, a column a segment; empty when there is no table, or nothing in it."""
    table = tableNode.GetTable() if tableNode is not None else None
    if table is None or table.GetNumberOfColumns() == 0 or table.GetNumberOfRows() == 0:
        return ""
    lines = []
    for index in range(table.GetNumberOfColumns()):
        column = table.GetColumn(index)
        title = column.GetName() or ""
        unit = tableNode.GetColumnUnitLabel(title) or ""
        cells = [table.GetValue(row, index) for row in range(table.GetNumberOfRows())]
        values = [cellText(cell.ToString() if cell.IsString() else cell.ToDouble(), unit) for cell in cells]
        lines.append(HEAD.format(escape(title)) + "".join(VALUE.format(escape(value)) for value in values))
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"
