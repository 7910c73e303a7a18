"""The segmented volume over the steps as a plot: Slicer's own table, series, chart and view nodes."""

import numpy as np
import slicer
from slicer.i18n import tr as _
from vtk.util import numpy_support

from .reading import worldAffine
from .step_numbers import StepNumber

HEADROOM = 1.15  # of the range of volumes, so that the highest point is not cut off
LINE_WIDTH, MARKER_SIZE, MARKER_COLOR = 2.0, 11.0, (0.1, 0.1, 0.1)


class StepPlot:
    """Shows a plot in a plot widget. Its nodes are hidden, never saved, and gone after :meth:`close`."""

    def __init__(self, plotWidget) -> None:
        self._plotWidget = plotWidget
        self._nodes: list = []
        self._markTable = None
        self._volumes = np.zeros((0, 0))
        self._labels: list[tuple[str, tuple[float, float, float]]] = []
        # A small plot needs no bar to choose a chart with.
        plotWidget.plotController().setVisible(False)

    def show(self, sequenceNode, browserNode, numbers: list[StepNumber]) -> None:
        """Plot the steps of a sequence.

        Args:
            sequenceNode: label maps.
            browserNode: the browser of the sequence; owns the plot's view.
            numbers: level and step of each item; empty when they are not known.
        """
        self.close()
        colors = browserNode.GetProxyNode(sequenceNode).GetDisplayNode().GetColorNode()
        labels, self._volumes = segmentedVolumes(sequenceNode, browserNode.GetProxyNode(sequenceNode))

        chart = slicer.vtkMRMLPlotChartNode()
        self._add(chart)
        levels = np.array([number.level for number in numbers] or [1] * len(self._volumes))
        steps = np.arange(1.0, len(self._volumes) + 1)
        names = [colors.GetColorName(label) for label in labels]
        self._labels = [(name, _color(colors, label)) for name, label in zip(names, labels, strict=True)]
        for level in np.unique(levels):
            columns = [steps[levels == level], *self._volumes[levels == level].T]
            table = self._addTable(_("Level {level}").format(level=level), names, columns)
            for name, color in self._labels:
                series = self._addSeries(chart, table, name, color)
                # The last level gives the result; those before it are dashed.
                series.SetLineStyle(series.LineStyleSolid if level == levels.max() else series.LineStyleDash)
                series.SetMarkerStyle(series.MarkerStyleNone)
                series.SetLineWidth(LINE_WIDTH)
        nowhere = np.zeros(len(labels))
        self._markTable = self._addTable(_("Step on display"), [_("Volume")], [nowhere, nowhere])
        marker = self._addSeries(chart, self._markTable, _("Volume"), MARKER_COLOR)
        marker.SetLineStyle(marker.LineStyleNone)
        marker.SetMarkerStyle(marker.MarkerStyleCircle)
        marker.SetMarkerSize(MARKER_SIZE)
        self._describe(chart)
        self._addView(chart, browserNode)

    def mark(self, item: int) -> None:
        """Mark an item of the sequence as the one on display."""
        table = self._markTable.GetTable()
        for row in range(table.GetNumberOfRows()):
            table.GetColumn(0).SetValue(row, item + 1)
            table.GetColumn(1).SetValue(row, self._volumes[item, row % self._volumes.shape[1]])
        table.GetColumn(0).Modified()
        table.GetColumn(1).Modified()
        table.Modified()
        self._markTable.Modified()

    def volume(self, item: int) -> float:
        """All labels of an item together, in mL."""
        return float(self._volumes[item].sum())

    def volumes(self, item: int) -> list[tuple[str, tuple[float, float, float], float]]:
        """Name, colour and volume in mL of each label of an item."""
        return [(*label, float(volume)) for label, volume in zip(self._labels, self._volumes[item], strict=True)]

    def close(self) -> None:
        """Take the plot's nodes out of the scene."""
        if self._nodes:
            self._plotWidget.setMRMLPlotViewNode(None)
        nodes, self._nodes = self._nodes, []
        for node in reversed(nodes):
            if node.GetScene() is not None:
                slicer.mrmlScene.RemoveNode(node)

    def _describe(self, chart) -> None:
        chart.SetTitleVisibility(False)
        chart.SetLegendVisibility(False)
        chart.SetXAxisTitle(_("Step"))
        chart.SetYAxisTitle(_("Volume (mL)"))
        chart.SetAxisTitleFontSize(12)
        chart.SetAxisLabelFontSize(11)
        # Fixed ranges: the picture must not jump while the mark moves.
        chart.SetXAxisRangeAuto(False)
        chart.SetXAxisRange(0.0, len(self._volumes) + 1.0)
        chart.SetYAxisRangeAuto(False)
        chart.SetYAxisRange(0.0, HEADROOM * max(float(self._volumes.max()), 1e-3))

    def _addTable(self, name: str, titles: list[str], columns: list[np.ndarray]):
        """A table with the steps in its first column; a single row comes twice, as VTK cannot draw a line of one."""
        node = slicer.vtkMRMLTableNode()
        node.SetName(name)
        for title, values in zip([_("Step"), *titles], columns, strict=True):
            column = numpy_support.numpy_to_vtk(np.repeat(values, 2 if len(values) == 1 else 1), deep=True)
            column.SetName(title)
            node.AddColumn(column)
        self._add(node)
        return node

    def _addSeries(self, chart, table, column: str, color: tuple[float, float, float]):
        node = slicer.vtkMRMLPlotSeriesNode()
        node.SetName(f"{column}, {table.GetName()}")
        self._add(node)
        node.SetAndObserveTableNodeID(table.GetID())
        node.SetPlotType(node.PlotTypeScatter)
        node.SetXColumnName(_("Step"))
        node.SetYColumnName(column)
        node.SetColor(*color)
        chart.AddAndObservePlotSeriesNodeID(node.GetID())
        return node

    def _addView(self, chart, browserNode) -> None:
        view = slicer.vtkMRMLPlotViewNode()
        # A view with an owner is not one of the layout's; Slicer neither makes a widget for it nor shows charts in it.
        view.SetAndObserveParentLayoutNodeID(browserNode.GetID())
        view.SetDoPropagatePlotChartSelection(False)
        view.SetLayoutName("MedNCASteps")
        self._add(view)
        view.SetPlotChartNodeID(chart.GetID())
        self._plotWidget.setMRMLPlotViewNode(view)

    def _add(self, node) -> None:
        node.SetHideFromEditors(True)
        node.SetSaveWithScene(False)
        slicer.mrmlScene.AddNode(node)
        self._nodes.append(node)


def segmentedVolumes(sequenceNode, proxyNode) -> tuple[list[int], np.ndarray]:
    """The labels of a sequence of label maps, and their volumes in mL [item, label].

    Linear transforms of the proxy node are applied. Where all label maps are empty, label 1 stands for the result.
    """
    voxel = abs(np.linalg.det(worldAffine(proxyNode)[:3, :3])) / 1000.0
    nodes = [sequenceNode.GetNthDataNode(index) for index in range(sequenceNode.GetNumberOfDataNodes())]
    maps = [slicer.util.arrayFromVolume(node) for node in nodes]
    highest = max(1, *(int(one.max()) for one in maps))
    counts = np.array([[np.count_nonzero(one == label) for label in range(1, highest + 1)] for one in maps])
    used = np.flatnonzero(counts.any(axis=0)) if counts.any() else np.array([0])
    return [int(index) + 1 for index in used], voxel * counts[:, used]


def _color(colorNode, label: int) -> tuple[float, float, float]:
    rgba = [0.0] * 4
    colorNode.GetColor(label, rgba)
    return tuple(rgba[:3])
