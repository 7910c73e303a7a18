"""What the table of a run says, in one line: the same after the run and after the scene is opened again."""

from .wording import resultText

# Columns of the table that the logic fills; their titles are translated, their order is not.
SEGMENT, VOLUME, RUN_TIME = 0, 1, 3


def tableSummary(tableNode) -> str:
    """Segments with their volumes in mL, and the run time; empty when there is no table or it is not one of a run."""
    table = tableNode.GetTable() if tableNode is not None else None
    if table is None or table.GetNumberOfColumns() <= RUN_TIME or table.GetNumberOfRows() == 0:
        return ""
    volumes = [
        (table.GetValue(row, SEGMENT).ToString(), table.GetValue(row, VOLUME).ToDouble())
        for row in range(table.GetNumberOfRows())
    ]
    return resultText(volumes, table.GetValue(0, RUN_TIME).ToDouble())
