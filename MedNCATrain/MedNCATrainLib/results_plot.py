"""The Dice of every held-out case as Slicer plot nodes, and a small view of them on the panel."""

import numpy as np
import slicer
from MedNCASegmentLib.measures import writeColumns
from slicer.i18n import tr as _

from .results_table import HeldOutResults

LINE_WIDTH, MARKER_SIZE = 2.0, 9.0
LEGEND_ROOM = 2.0  # of the width that the cases take
HIGHEST_DICE = 1.05  # of the axis; a point at 1 is seen in full
# Seen alike by the colour-blind (Okabe and Ito).
COLORS = ((0.00, 0.45, 0.70), (0.90, 0.62, 0.00), (0.00, 0.62, 0.45), (0.80, 0.47, 0.65), (0.84, 0.37, 0.00))
CASE_NUMBER = "Case number"
HEIGHT = 190  # of the view on the panel, in pixels


def addHeldOutChart(name: str, results: HeldOutResults) -> list:
    """Add a chart: a point for each case and label, and a dashed line at the mean of each label.

    Returns:
        The nodes that were added, the chart first.
    """
    scene = slicer.mrmlScene
    chart = scene.AddNewNodeByClass("vtkMRMLPlotChartNode", name)
    chart.SetTitle(name)
    chart.SetXAxisTitle(_("Held-out case"))
    chart.SetYAxisTitle(_("Dice"))
    chart.SetXAxisRangeAuto(False)
    several = len(results.labels) > 1
    # The legend covers what lies at the right.
    chart.SetXAxisRange(0.0, (len(results.cases) + 1.0) * (LEGEND_ROOM if several else 1.0))
    chart.SetYAxisRangeAuto(False)
    chart.SetYAxisRange(0.0, HIGHEST_DICE)
    chart.SetLegendVisibility(several)
    chart.SetTitleFontSize(13)
    chart.SetAxisTitleFontSize(12)
    chart.SetAxisLabelFontSize(11)
    chart.SetLegendFontSize(11)
    points = scene.AddNewNodeByClass("vtkMRMLTableNode", _("{name}, points").format(name=name))
    means = scene.AddNewNodeByClass("vtkMRMLTableNode", _("{name}, means").format(name=name))
    overlaps = {label: [one.dice for one in results.ofLabel(label)] for label in results.labels}
    numbers = [float(number) for number in range(1, len(results.cases) + 1)]
    # VTK cannot draw a series of one point; a case that comes twice lies where it would lie once.
    twice = 2 if len(numbers) == 1 else 1
    writeColumns(
        points,
        [
            (CASE_NUMBER, "", numbers * twice),
            (_("Case"), "", results.cases * twice),
            *((_column(label), "", values * twice) for label, values in overlaps.items()),
        ],
    )
    ends = [0.0, len(numbers) + 1.0]
    writeColumns(
        means,
        [
            (CASE_NUMBER, "", ends),
            *((_column(label), "", [float(np.mean(one))] * 2) for label, one in overlaps.items()),
        ],
    )
    added = [chart, points, means]
    for index, label in enumerate(results.labels):
        color = COLORS[index % len(COLORS)]
        series = _addSeries(chart, points, label, label, color)
        series.SetLabelColumnName(_("Case"))
        series.SetLineStyle(series.LineStyleNone)
        series.SetMarkerStyle(series.MarkerStyleCircle)
        series.SetMarkerSize(MARKER_SIZE)
        mean = _addSeries(chart, means, label, _("{label}, mean").format(label=label), color)
        mean.SetLineStyle(mean.LineStyleDash)
        mean.SetLineWidth(LINE_WIDTH)
        mean.SetMarkerStyle(mean.MarkerStyleNone)
        added += [series, mean]
    return added


def _column(label: str) -> str:
    # A label may be named like one of the other columns.
    return _("Dice of {label}").format(label=label)


def _addSeries(chart, tableNode, label: str, name: str, color: tuple[float, float, float]):
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLPlotSeriesNode")
    # As it is: legends show it, and a number to make it unique would say nothing there.
    node.SetName(name)
    node.SetAndObserveTableNodeID(tableNode.GetID())
    node.SetPlotType(node.PlotTypeScatter)
    node.SetXColumnName(CASE_NUMBER)
    node.SetYColumnName(_column(label))
    node.SetColor(*color)
    chart.AddAndObservePlotSeriesNodeID(node.GetID())
    return node


class ChartOnPanel:
    """Shows one chart at a time in a plot widget of the panel, which is hidden while there is none."""

    def __init__(self, layout, name: str, height: int = HEIGHT) -> None:
        """Adds the widget, hidden, to a layout.

        Args:
            layout: of the panel.
            name: of the view, not that of another one.
            height: least height of it, in pixels.
        """
        self._viewNode, self._name = None, name
        self._plotWidget = slicer.qMRMLPlotWidget()
        self._plotWidget.setMinimumHeight(height)
        layout.addWidget(self._plotWidget)
        self._plotWidget.setMRMLScene(slicer.mrmlScene)
        # A small plot needs no bar to choose a chart with.
        self._plotWidget.plotController().setVisible(False)
        self._plotWidget.setVisible(False)

    def show(self, chart) -> None:
        """Show a chart, or nothing for None."""
        if chart is None:
            self.hide()
            return
        if self._viewNode is None or self._viewNode.GetScene() is None:
            self.hide()
            self._addView(chart)
        if self._viewNode.GetPlotChartNodeID() != chart.GetID():
            self._viewNode.SetPlotChartNodeID(chart.GetID())
        self._plotWidget.setVisible(True)

    def hide(self) -> None:
        """Show nothing, and take the view's node out of the scene."""
        self._plotWidget.setVisible(False)
        self._plotWidget.setMRMLPlotViewNode(None)
        node, self._viewNode = self._viewNode, None
        if node is not None and node.GetScene() is not None:
            slicer.mrmlScene.RemoveNode(node)

    def _addView(self, chart) -> None:
        self._viewNode = slicer.vtkMRMLPlotViewNode()
        # A view with an owner is not one of the layout's; Slicer neither makes a widget for it nor shows charts in it.
        self._viewNode.SetAndObserveParentLayoutNodeID(chart.GetID())
        self._viewNode.SetDoPropagatePlotChartSelection(False)
        self._viewNode.SetLayoutName(self._name)
        self._viewNode.SetHideFromEditors(True)
        self._viewNode.SetSaveWithScene(False)
        slicer.mrmlScene.AddNode(self._viewNode)
        self._plotWidget.setMRMLPlotViewNode(self._viewNode)


def showChartInLayout(chart) -> None:
    """Show a chart in a layout that has room for one."""
    manager = slicer.app.layoutManager()
    manager.setLayout(slicer.modules.plots.logic().GetLayoutWithPlot(manager.layout))
    slicer.modules.plots.logic().ShowChartInLayout(chart)
