"""Loss and validation Dice of a run as Slicer's own table, series and chart nodes."""

from dataclasses import dataclass

import numpy as np
import slicer
import vtk
from slicer.i18n import tr as _
from slicer.util import NodeModify
from vtk.util import numpy_support

from .run_files import Curves
from .run_labels import RunLabel, spareColor

FOLDER, ROLE = "MedNCA.TrainingFolder", "MedNCA.TrainingRole"  # attributes by which the nodes are found again
LOSS, DICE, BOTH = "Loss", "Dice", "Both"  # roles of the charts
LOSS_COLOR, MEAN_COLOR = (0.35, 0.35, 0.35), (0.1, 0.1, 0.1)
MEAN_WIDTH, MARKER_SIZE = 3.0, 6.0
HEADROOM = 1.05  # of the greatest loss
MOST_LABELS = 5  # curves of single labels; more could not be told apart


@dataclass(frozen=True)
class Curve:
    """One line of a chart."""

    name: str
    values: list[float]
    color: tuple[float, float, float]
    width: float = 2.0
    isMarked: bool = False  # a point for each value: between two of them nothing is known


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

    def update(self, curves: Curves, iterations: int | None, labels: list[RunLabel]) -> None:
        """Show a run as far as it has come; what somebody has removed from the scene is added again.

        Args:
            curves: its log.
            iterations: how many it will have; None when that is not known yet.
            labels: for the colours.
        """
        self._nodes = {role: node for role, node in self._nodes.items() if node.GetScene() is not None}
        end = max(iterations or 1, *curves.iterations[-1:], *curves.validations[-1:], 1)
        highest = HEADROOM * max(curves.losses, default=0.0)
        if curves.iterations:
            series = self._series(LOSS, curves.iterations, [Curve(_("Loss"), curves.losses, LOSS_COLOR)])
            self._chart(LOSS, _("training loss"), _("Loss"), series, (end, highest))
            self._chart(BOTH, _("training"), _("Loss, Dice"), series, (end, max(1.0, highest)))
        if curves.validations:
            series = self._series(DICE, curves.validations, diceCurves(curves, labels))
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

    def _series(self, role: str, iterations: list[int], curves: list[Curve]) -> list:
        """Write a table, first its column of iterations; a series for each curve."""
        what = _("loss curve") if role == LOSS else _("Dice curve")
        tableNode = self._node("vtkMRMLTableNode", f"{role}Table", what)
        # In one go: a plot must not see a table that lacks columns.
        tableNode.SetAndObserveTable(_table({_("Iteration"): iterations, **{one.name: one.values for one in curves}}))
        found = []
        for index, curve in enumerate(curves):
            series = self._node("vtkMRMLPlotSeriesNode", f"{role}Series{index}", curve.name)
            if series.GetTableNode() is not tableNode or series.GetYColumnName() != curve.name:
                _describe(series, tableNode, curve)
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


def diceCurves(curves: Curves, labels: list[RunLabel]) -> list[Curve]:
    """The mean Dice and that of each label; of one label alone the mean says it all."""
    mean = Curve(_("Mean Dice"), curves.dice, MEAN_COLOR, MEAN_WIDTH, isMarked=True)
    names = list(dict.fromkeys(name for byLabel in curves.diceByLabel for name in byLabel))
    if not 1 < len(names) <= MOST_LABELS:
        return [mean]
    colors = {label.name: label.color for label in labels}
    return [mean] + [
        Curve(
            _("Dice of {label}").format(label=name),
            [one.get(name, float("nan")) for one in curves.diceByLabel],
            colors.get(name, spareColor(index)),
            isMarked=True,
        )
        for index, name in enumerate(names)
    ]


def _describe(series, tableNode, curve: Curve) -> None:
    with NodeModify(series):
        series.SetName(curve.name)
        series.SetAndObserveTableNodeID(tableNode.GetID())
        series.SetPlotType(series.PlotTypeScatter)
        series.SetXColumnName(_("Iteration"))
        series.SetYColumnName(curve.name)
        series.SetColor(*curve.color)
        series.SetLineStyle(series.LineStyleSolid)
        series.SetLineWidth(curve.width)
        series.SetMarkerStyle(series.MarkerStyleCircle if curve.isMarked else series.MarkerStyleNone)
        series.SetMarkerSize(MARKER_SIZE)


def _table(columns: dict[str, list]) -> vtk.vtkTable:
    """Columns of numbers. A single row comes twice, as VTK cannot draw a line of one."""
    table = vtk.vtkTable()
    for title, values in columns.items():
        array = np.asarray(values, dtype=float)
        column = numpy_support.numpy_to_vtk(np.repeat(array, 2 if len(array) == 1 else 1), deep=True)
        column.SetName(title)
        table.AddColumn(column)
    return table
