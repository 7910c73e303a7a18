"""The figures of a result, and the table node that they are written into."""

from collections.abc import Iterator
from dataclasses import dataclass

import vtk
from mednca import Card, Result
from mednca.postprocess import largest_component
from slicer.i18n import tr as _


@dataclass(frozen=True)
class Measures:
    """What the table says of one label."""

    segment: str
    volume: float  # mL
    voxels: int
    largest: float  # mL of the largest component
    seconds: float  # of the whole run
    quality: float | None  # spread of the runs over their mean, of this label; None for one run


def measure(result: Result, card: Card) -> Iterator[Measures]:
    """The figures of each label, in the card's order, measured as they are asked for: one label of 256 x 256 x 256
    voxels takes about 0.1 s.
    """
    for index, label in enumerate(card.labels):
        # NumPy's numbers are no column type.
        mask, volume = result.labels == label.value, float(result.volume_ml[label.name])
        voxels = int(mask.sum())
        largest = volume * int(largest_component(mask).sum()) / max(voxels, 1)
        yield Measures(label.name, volume, voxels, largest, result.seconds, spread(result, index))


def spread(result: Result, index: int) -> float | None:
    """The quality score of one of the card's labels: standard deviation of the runs over their mean, each summed over
    the volume; None for one run."""
    if result.deviation is None:
        return None
    total = float(result.probability[index].sum(dtype="float64"))
    return float(result.deviation[index].sum(dtype="float64")) / max(total, 1e-9)


def fillTable(tableNode, found: list[Measures], doubt: str = "") -> None:
    """Write volumes, run time and, for several runs, their spread as quality score into a table node, a row a label.

    `doubt` says why the segmentation should be checked; empty when there is nothing to say.
    """
    columns = [
        (_("Segment"), "", [one.segment for one in found]),
        (_("Volume"), "mL", [one.volume for one in found]),
        (_("Voxels"), "", [one.voxels for one in found]),
        (_("Largest component"), "mL", [one.largest for one in found]),
        (_("Run time"), "s", [one.seconds for one in found]),
    ]
    if any(one.quality is not None for one in found):
        columns.append((_("Spread of runs"), "", [one.quality for one in found]))
    if doubt:
        columns.append((_("Problem"), "", [doubt] * len(found)))
    writeColumns(tableNode, columns)


def writeColumns(tableNode, columns: list[tuple[str, str, list]]) -> None:
    """Replace the content of a table node: title, unit and values of each column, all texts or numbers of one type."""
    arrays = {str: vtk.vtkStringArray, int: vtk.vtkIntArray, float: vtk.vtkDoubleArray}
    tableNode.RemoveAllColumns()
    for title, unit, values in columns:
        column = arrays[type(values[0])]()
        column.SetName(title)
        for value in values:
            column.InsertNextValue(value)
        tableNode.AddColumn(column)
        if unit:
            tableNode.SetColumnUnitLabel(title, unit)
    tableNode.SetUseColumnTitleAsColumnHeader(True)
    tableNode.SetLocked(True)
