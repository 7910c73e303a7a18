"""The curves of a robustness report as Slicer plot nodes: the Dice over the levels of one experiment."""

from typing import Any

import slicer
from mednca.report.findings import TOLERANCE, Point, points_of
from MedNCASegmentLib.measures import writeColumns
from slicer.i18n import tr as _
from slicer.util import NodeModify

from .results_plot import COLORS, HIGHEST_DICE, LEGEND_ROOM

MEAN_WIDTH, SPREAD_WIDTH, MARKER_SIZE = 2.5, 1.0, 7.0
LIMIT_COLOR = (0.35, 0.35, 0.35)
MARGIN = 0.03  # of the range, so that markers at its ends are whole
MOST_SPREADS = 3  # labels; the spreads of more would cover the means


def addExperimentChart(name: str, result: dict[str, Any], experiment: dict[str, Any]) -> list:
    """Add the chart of one experiment: for each label the mean over the cases and, dashed, a standard deviation to
    both sides; for one label alone also, dotted, the Dice from which on the model is said to fall. A level at which no
    case has a Dice is not-a-number in the columns, which leaves a gap in the curves.

    Args:
        name: for the names of the nodes.
        result: of :func:`mednca.report.result.read_result`.
        experiment: one of its experiments.

    Returns:
        The nodes that were added, the chart first.
    """
    scene, labels = slicer.mrmlScene, result["labels"]
    chart = scene.AddNewNodeByClass("vtkMRMLPlotChartNode", name)
    table = scene.AddNewNodeByClass("vtkMRMLTableNode", _("{name}, points").format(name=name))
    points = {label: points_of(result, experiment, label) for label in labels}
    hasSpread = len(result["cases"]) > 1 and len(labels) <= MOST_SPREADS
    levels = [float(level) for level in experiment["levels"]]
    limit = _limit(experiment, points[labels[0]])
    columns = {experiment["axis"]: levels}
    for label, ofLabel in points.items():
        columns[_mean(label)] = [point.mean for point in ofLabel]
        if hasSpread:
            columns[_below(label)] = [point.mean - point.spread for point in ofLabel]
            columns[_above(label)] = [point.mean + point.spread for point in ofLabel]
    if len(labels) == 1:
        columns[_limitTitle()] = [limit] * len(levels)
    writeColumns(table, [(title, "", values) for title, values in columns.items()])
    added = [chart, table]
    for index, label in enumerate(labels):
        color = COLORS[index % len(COLORS)]
        mean = _addSeries(table, experiment["axis"], _mean(label), label, color)
        mean.SetLineWidth(MEAN_WIDTH)
        mean.SetMarkerStyle(mean.MarkerStyleCircle)
        mean.SetMarkerSize(MARKER_SIZE)
        added.append(mean)
        for title in (_below(label), _above(label)) if hasSpread else ():
            spread = _addSeries(table, experiment["axis"], title, title, color)
            spread.SetLineStyle(spread.LineStyleDash)
            spread.SetLineWidth(SPREAD_WIDTH)
            added.append(spread)
    if len(labels) == 1:
        line = _addSeries(table, experiment["axis"], _limitTitle(), _limitTitle(), LIMIT_COLOR)
        line.SetLineStyle(line.LineStyleDot)
        line.SetLineWidth(SPREAD_WIDTH)
        added.append(line)
    for series in added[2:]:
        chart.AddAndObservePlotSeriesNodeID(series.GetID())
    _describe(chart, experiment, several=len(labels) > 1, hasSpread=hasSpread)
    return added


def labelCurves(chart) -> list:
    """The series of a chart that show the means, one for each label."""
    series = [chart.GetNthPlotSeriesNode(number) for number in range(chart.GetNumberOfPlotSeriesNodes())]
    return [one for one in series if one is not None and one.GetMarkerStyle() != one.MarkerStyleNone]


def leaveOutLegend(chart, copy) -> None:
    """Make a chart node a copy of another one, without its legend and the room for it."""
    copy.RemoveAllPlotSeriesNodeIDs()
    for number in range(chart.GetNumberOfPlotSeriesNodes()):
        copy.AddAndObservePlotSeriesNodeID(chart.GetNthPlotSeriesNodeID(number))
    low, high = chart.GetXAxisRange()
    if chart.GetLegendVisibility():
        high = low + (high - low) * (1.0 + 2 * MARGIN) / (LEGEND_ROOM + 2 * MARGIN)
    _layOut(copy, chart.GetTitle(), (chart.GetXAxisTitle(), chart.GetYAxisTitle()), (low, high), hasLegend=False)


def _describe(chart, experiment: dict[str, Any], several: bool, hasSpread: bool) -> None:
    titles = (experiment["axis"], _("Dice, mean ± deviation") if hasSpread else _("Dice"))
    first, last = experiment["levels"][0], experiment["levels"][-1]
    room = MARGIN * (last - first)
    # The legend covers what lies at the right.
    ends = (first - room, first + (last - first) * (LEGEND_ROOM if several else 1.0) + room)
    _layOut(chart, experiment["title"], titles, ends, hasLegend=several)


def _layOut(chart, title: str, axes: tuple[str, str], ends: tuple[float, float], hasLegend: bool) -> None:
    with NodeModify(chart):
        chart.SetTitle(title)
        chart.SetXAxisTitle(axes[0])
        chart.SetYAxisTitle(axes[1])
        chart.SetXAxisRangeAuto(False)
        chart.SetXAxisRange(*ends)
        chart.SetYAxisRangeAuto(False)
        chart.SetYAxisRange(0.0, HIGHEST_DICE)
        chart.SetLegendVisibility(hasLegend)
        chart.SetTitleFontSize(13)
        chart.SetAxisTitleFontSize(12)
        chart.SetAxisLabelFontSize(11)
        chart.SetLegendFontSize(11)


def _limit(experiment: dict[str, Any], points: list[Point]) -> float:
    return points[experiment["levels"].index(experiment["unchanged"])].mean - TOLERANCE


# Titles of columns; a label may be named like one of the others.


def _mean(label: str) -> str:
    return _("Dice of {label}").format(label=label)


def _below(label: str) -> str:
    return _("{label}, mean - deviation").format(label=label)


def _above(label: str) -> str:
    return _("{label}, mean + deviation").format(label=label)


def _limitTitle() -> str:
    return _("{tolerance} below the unchanged scans").format(tolerance=f"{TOLERANCE:g}")


def _addSeries(table, xTitle: str, yTitle: str, name: str, color: tuple[float, float, float]):
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLPlotSeriesNode")
    # As it is: legends show it, and a number to make it unique would say nothing there.
    node.SetName(name)
    node.SetAndObserveTableNodeID(table.GetID())
    node.SetPlotType(node.PlotTypeScatter)
    node.SetXColumnName(xTitle)
    node.SetYColumnName(yTitle)
    node.SetColor(*color)
    node.SetLineStyle(node.LineStyleSolid)
    node.SetMarkerStyle(node.MarkerStyleNone)
    return node
