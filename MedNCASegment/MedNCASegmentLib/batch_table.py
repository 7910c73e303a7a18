"""The one table of a batch: a row for each scan and label, and one for each scan that could not be segmented."""

import math
from dataclasses import dataclass

from slicer.i18n import tr as _

from .measures import Measures, writeColumns


@dataclass(frozen=True)
class Row:
    """A label of a scan with its figures and what speaks against them, or a scan with the problem that it had."""

    scan: str
    index: str  # index value in a sequence; empty for volumes
    measures: Measures | None
    problem: str = ""


def fillBatchTable(tableNode, rows: list[Row], indexName: str = "", indexUnit: str = "") -> None:
    """Replace the content of a table node; figures that a failed scan does not have are not-a-number.

    Args:
        tableNode: the table node.
        rows: at least one.
        indexName: title of the column with the index values of a sequence; empty leaves the column out.
        indexUnit: its unit.
    """

    def figures(name: str) -> list[float]:
        values = [getattr(row.measures, name, None) for row in rows]
        return [math.nan if value is None else float(value) for value in values]

    columns = [(_("Scan"), "", [row.scan for row in rows])]
    if indexName:
        columns.append((indexName, indexUnit, _numbersOrTexts([row.index for row in rows])))
    columns += [
        (_("Segment"), "", [row.measures.segment if row.measures else "" for row in rows]),
        (_("Volume"), "mL", figures("volume")),
        (_("Voxels"), "", figures("voxels")),
        (_("Largest component"), "mL", figures("largest")),
        (_("Run time"), "s", figures("seconds")),
    ]
    if any(row.measures and row.measures.quality is not None for row in rows):
        columns.append((_("Spread of runs"), "", figures("quality")))
    if any(row.problem for row in rows):
        columns.append((_("Problem"), "", [row.problem for row in rows]))
    writeColumns(tableNode, columns)


def _numbersOrTexts(values: list[str]) -> list:
    """Numbers where all of them are, so that they can be plotted against."""
    try:
        return [float(value) for value in values]
    except ValueError:
        return values
