"""Loss and validation Dice of a run as Slicer's own table, series and chart nodes."""

import numpy as np
import slicer
import vtk
from slicer.i18n import tr as _
from slicer.util import NodeModify
from vtk.util import numpy_support

from .results_plot import COLORS
from .run_files import Curves

FOLDER, ROLE = "MedNCA.TrainingFolder", "MedNCA.TrainingRole"  # attributes by which the nodes are found again
LOSS, DICE, BOTH = "Loss", "Dice", "Both"  # roles of the charts
LOSS_COLOR, MEAN_COLOR = (0.35, 0.35, 0.35), (0.1, 0.1, 0.1)
LINE_WIDTH, MEAN_WIDTH, MARKER_SIZE = 2.0, 3.0, 6.0
HEADROOM = 1.05  # of the greatest loss
MOST_LABELS = 5  # curves of single labels; more could not be told apart


class CurveNodes:
    """The nodes of one run. They stay in the scene, so that they can be plotted and saved as any other."""

    def __init__(self, name: str, folder: str) -> None:
        """Finds those that are in the scene already, from the scene's file perhaps; adds none.

        Args:
            name: of the model.
            folder: of the run.
        """
        self.folder, self._name = folder, name
        self._nodes: dict[str, object] = {}
        for className in ("vtkMRMLTableNode", "vtkMRMLPlotSeriesNode", "vtkMRMLPlotChartNode"):
            for node in slicer.util.getNodesByClass(className):
                if node.GetAttribute(FOLDER) == folder:
                    self._nodes[node.GetAttribute(ROLE)] = node

    def chart(self, role: str):
        """The chart LOSS, DICE or BOTH; None before there is something to show in it."""
        node = self._nodes.get(role)
        return node if node is not None and node.GetScene() is not None else None

    def update(self, curves: Curves, iterations: int | None) -> None:
        """Show a run as far as it has come; what somebody has removed from the scene is added again.

        Args:
            curves: its log.
            iterations: how many it will have; None when that is not known yet.
        """
        self._nodes = {role: node for role, node in self._nodes.items() if node.GetScene() is not None}
        end = max(iterations or 1, *curves.iterations[-1:], *curves.validations[-1:], 1)
        highest = HEADROOM * max(curves.losses, default=0.0)
        if curves.iterations:
            series = self._series(LOSS, curves.iterations, {_("Loss"): curves.losses})
            self._chart(LOSS, _("training loss"), _("Loss"), series, (end, highest))
            self._chart(BOTH, _("training"), _("Loss, Dice"), series, (end, max(1.0, highest)))
        if curves.validations:
            series = self._series(DICE, curves.validations, {_("Mean Dice"): curves.dice, **_byLabel(curves)})
            self._chart(DICE, _("validation Dice"), _("Validation Dice"), series, (end, 1.0))
            self._chart(BOTH, _("training"), _("Loss, Dice"), series, (end, max(1.0, highest)))

    def _chart(self, role: str, what: str, title: str, series: list, ends: tuple[float, float]) -> None:
        chart = self._node("vtkMRMLPlotChartNode", role, what)
        with NodeModify(chart):
            chart.SetTitleVisibility(False)
            chart.SetLegendVisibility(role == BOTH)
            chart.SetXAxisTitle(_("Iteration"))
            chart.SetYAxisTitle(title)
            chart.SetAxisTitleFontSize(12)
            chart.SetAxisLabelFontSize(11)
            # Fixed ranges: a look at the plot tells how far the run is.
            chart.SetXAxisRangeAuto(False)
            chart.SetXAxisRange(0.0, ends[0])
            chart.SetYAxisRangeAuto(False)
            chart.SetYAxisRange(0.0, ends[1])
            for one in series:
                if not chart.HasPlotSeriesNodeID(one.GetID()):
                    chart.AddAndObservePlotSeriesNodeID(one.GetID())
            # Its series' tables have changed.
            chart.Modified()

    def _series(self, role: str, iterations: list[int], columns: dict[str, list[float]]) -> list:
        """Write a table, first its column of iterations; a series of each other column."""
        tableNode = self._node("vtkMRMLTableNode", f"{role}Table", _("{curve} curve").format(curve=role))
        # In one go: a plot must not see a table that lacks columns.
        tableNode.SetAndObserveTable(_table({_("Iteration"): iterations, **columns}))
        found = []
        for index, column in enumerate(columns):
            series = self._node("vtkMRMLPlotSeriesNode", f"{role}Series{index}", column)
            if series.GetTableNode() is not tableNode or series.GetYColumnName() != column:
                _describe(series, tableNode, column, index if role == DICE else None)
            found.append(series)
        return found

    def _node(self, className: str, role: str, what: str):
        if role not in self._nodes:
            name = _("{model}, {what}").format(model=self._name, what=what)
            node = slicer.mrmlScene.AddNewNodeByClass(className, name)
            node.SetAttribute(FOLDER, self.folder)
            node.SetAttribute(ROLE, role)
            self._nodes[role] = node
        return self._nodes[role]


def _describe(series, tableNode, column: str, dice: int | None) -> None:
    """Set a series up; `dice` counts those of the Dice, from the mean on, and is None for the loss."""
    with NodeModify(series):
        series.SetName(column)
        series.SetAndObserveTableNodeID(tableNode.GetID())
        series.SetPlotType(series.PlotTypeScatter)
        series.SetXColumnName(_("Iteration"))
        series.SetYColumnName(column)
        series.SetLineStyle(series.LineStyleSolid)
        series.SetLineWidth(MEAN_WIDTH if dice == 0 else LINE_WIDTH)
        # Between two validations nothing is known, so the points are marked.
        series.SetMarkerStyle(series.MarkerStyleNone if dice is None else series.MarkerStyleCircle)
        series.SetMarkerSize(MARKER_SIZE)
        if dice is None:
            series.SetColor(*LOSS_COLOR)
        else:
            series.SetColor(*(COLORS[(dice - 1) % len(COLORS)] if dice else MEAN_COLOR))


def _byLabel(curves: Curves) -> dict[str, list[float]]:
    """Dice of each label; of one label alone the mean says it all."""
    names = list(dict.fromkeys(name for byLabel in curves.diceByLabel for name in byLabel))
    if not 1 < len(names) <= MOST_LABELS:
        return {}
    return {
        _("Dice of {label}").format(label=name): [one.get(name, float("nan")) for one in curves.diceByLabel]
        for name in names
    }


def _table(columns: dict[str, list]) -> vtk.vtkTable:
    """Columns of numbers. A single row comes twice, as VTK cannot draw a line of one."""
    table = vtk.vtkTable()
    for title, values in columns.items():
        array = np.asarray(values, dtype=float)
        column = numpy_support.numpy_to_vtk(np.repeat(array, 2 if len(array) == 1 else 1), deep=True)
        column.SetName(title)
        table.AddColumn(column)
    return table
