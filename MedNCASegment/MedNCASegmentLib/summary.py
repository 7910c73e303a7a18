"""What the table of a run says, for the panel: the same after the run and after the scene is opened again."""

from html import escape

from slicer.i18n import tr as _

from .wording import cellText

HEAD = '<td style="padding-right: 8px">{}</td>'
VALUE = '<td align="right" style="padding-left: 8px">{}</td>'


def batchHtml(tableNode) -> str:
    """A table of many volumes, a line a segment: what it is and its volume, or the problem; empty for no table."""
    table = tableNode.GetTable() if tableNode is not None else None
    if table is None or table.GetNumberOfRows() == 0:
        return ""
    units = [tableNode.GetColumnUnitLabel(table.GetColumnName(i)) or "" for i in range(table.GetNumberOfColumns())]
    volume = units.index("mL") if "mL" in units else -1
    shown = list(range(volume + 1))
    last = table.GetNumberOfColumns() - 1
    if last not in shown and table.GetColumn(last).IsA("vtkStringArray"):
        shown.append(last)
    lines = [[table.GetColumnName(index) for index in shown]]
    for row in range(table.GetNumberOfRows()):
        # What comes before the volume says which scan it is: an index value is told in full.
        lines.append([_cell(table, row, index, units[index], index < volume) for index in shown])
    html = ("".join(HEAD.format(escape(text)) for text in line) for line in lines)
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in html) + "</table>"


def tableHtml(tableNode) -> str:
    """A results table turned on its side, a column a segment, and below it what speaks against the result; empty when
    there is no table, or nothing in it."""
    table = tableNode.GetTable() if tableNode is not None else None
    if table is None or table.GetNumberOfColumns() == 0 or table.GetNumberOfRows() == 0:
        return ""
    lines, below = [], ""
    for index in range(table.GetNumberOfColumns()):
        column = table.GetColumn(index)
        if index > 0 and column.IsA("vtkStringArray"):
            below = f"<p>{escape(_cell(table, 0, index, ''))}</p>"
            continue
        title = column.GetName() or ""
        unit = tableNode.GetColumnUnitLabel(title) or ""
        values = [_cell(table, row, index, unit) for row in range(table.GetNumberOfRows())]
        lines.append(HEAD.format(escape(title)) + "".join(VALUE.format(escape(value)) for value in values))
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>" + below


def changedHtml() -> str:
    """What is said below the table of a run whose segmentation was changed by hand."""
    return "<p>" + escape(_("The segmentation was changed since; these figures are those of the run.")) + "</p>"


def _cell(table, row: int, column: int, unit: str, isIndex: bool = False) -> str:
    value = table.GetValue(row, column)
    if isIndex and not value.IsString():
        return f"{value.ToDouble():.12g} {unit}".rstrip()
    return cellText(value.ToString() if value.IsString() else value.ToDouble(), unit)
