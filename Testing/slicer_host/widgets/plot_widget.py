"""``qMRMLPlotWidget``: draws a plot chart node with VTK's own chart, off screen, when it is to be seen."""

import math

import slicer
import vtk
from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget
from vtk.util import numpy_support

from .mrml_widget import qMRMLWidget
from .observing import Observations

_PEN = {"None": 0, "Solid": 1, "Dash": 2, "Dot": 3, "DashDot": 4, "DashDotDot": 5}
_MARKER = {"None": 0, "Cross": 1, "Plus": 2, "Square": 3, "Circle": 4, "Diamond": 5}


class qMRMLPlotView(QWidget):
    """The canvas. Scatter and line series only."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self._scene = self._viewNode = self._picture = None
        self._observations = Observations(self)

    def mrmlPlotViewNode(self):
        return self._viewNode

    @Slot(object)
    def setMRMLScene(self, scene) -> None:
        self._scene = scene
        if self._viewNode is not None and self._viewNode.GetScene() is not scene:
            self.setMRMLPlotViewNode(None)

    @Slot(object)
    def setMRMLPlotViewNode(self, node) -> None:
        self._viewNode = node
        self._follow()

    def _follow(self) -> None:
        self._observations.removeAll()
        for node in (self._viewNode, self._chart()):
            if node is not None:
                self._observations.add(node, "ModifiedEvent", self._onModified)
        if self._viewNode is not None:
            self._observations.add(self._viewNode, self._viewNode.PlotChartNodeChangedEvent, self._onChartChanged)
        self._onModified(None, None)

    def _chart(self):
        shown = self._scene is not None and self._viewNode is not None and self._viewNode.GetPlotChartNodeID()
        return self._scene.GetNodeByID(self._viewNode.GetPlotChartNodeID()) if shown else None

    def _onChartChanged(self, _caller, _event) -> None:
        self._follow()

    def _onModified(self, _caller, _event) -> None:
        self._picture = None
        self.update()

    def paintEvent(self, _event) -> None:
        if self._picture is None or self._picture.size() != self.size():
            self._picture = _render(self._chart(), self.size())
        QPainter(self).drawImage(0, 0, self._picture)


class qMRMLPlotViewControllerWidget(QWidget):
    """The bar above the canvas; empty here."""

    def sizeHint(self) -> QSize:
        return QSize(100, 20)


class qMRMLPlotWidget(qMRMLWidget):
    """Controller and canvas."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self._controller, self._view = qMRMLPlotViewControllerWidget(), qMRMLPlotView()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._controller)
        layout.addWidget(self._view, 1)
        self.mrmlSceneChanged.connect(self._view.setMRMLScene)

    def plotView(self) -> qMRMLPlotView:
        return self._view

    def plotController(self) -> qMRMLPlotViewControllerWidget:
        return self._controller

    def mrmlPlotViewNode(self):
        return self._view.mrmlPlotViewNode()

    @Slot(object)
    def setMRMLPlotViewNode(self, node) -> None:
        self._view.setMRMLPlotViewNode(node)


def _render(chartNode, size: QSize) -> QImage:
    view = vtk.vtkContextView()
    window = view.GetRenderWindow()
    window.SetOffScreenRendering(True)
    window.SetMultiSamples(0)
    window.SetSize(max(size.width(), 1), max(size.height(), 1))
    view.GetRenderer().SetBackground(1.0, 1.0, 1.0)
    if chartNode is not None:
        chart = vtk.vtkChartXY()
        view.GetScene().AddItem(chart)
        _describe(chart, chartNode)
    window.Render()
    grab = vtk.vtkWindowToImageFilter()
    grab.SetInput(window)
    grab.ReadFrontBufferOff()
    grab.Update()
    image = grab.GetOutput()
    width, height = image.GetDimensions()[:2]
    pixels = numpy_support.vtk_to_numpy(image.GetPointData().GetScalars()).reshape(height, width, 3)[::-1].copy()
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _describe(chart, node) -> None:
    """What qMRMLPlotView takes over from a chart node and its series nodes."""
    for index in range(node.GetNumberOfPlotSeriesNodes()):
        _addPlot(chart, node.GetNthPlotSeriesNode(index))
    chart.SetTitle(node.GetTitle() or "" if node.GetTitleVisibility() else "")
    chart.SetShowLegend(node.GetLegendVisibility())
    for axisID, letter in ((vtk.vtkAxis.BOTTOM, "X"), (vtk.vtkAxis.LEFT, "Y")):
        axis = chart.GetAxis(axisID)
        visible = getattr(node, f"Get{letter}AxisTitleVisibility")()
        axis.SetTitle(getattr(node, f"Get{letter}AxisTitle")() or "" if visible else "")
        axis.GetTitleProperties().SetFontSize(node.GetAxisTitleFontSize())
        axis.GetTitleProperties().SetBold(False)
        axis.GetLabelProperties().SetFontSize(node.GetAxisLabelFontSize())
        axis.SetGridVisible(node.GetGridVisibility())
        if not getattr(node, f"Get{letter}AxisRangeAuto")():
            axis.SetBehavior(vtk.vtkAxis.FIXED)
            axis.SetUnscaledMinimumLimit(-math.inf)
            axis.SetUnscaledMaximumLimit(math.inf)
            axis.SetUnscaledRange(*getattr(node, f"Get{letter}AxisRange")())


def _addPlot(chart, series) -> None:
    table = series.GetTableNode().GetTable()
    columns = [series.GetXColumnName(), series.GetYColumnName()]
    for column in columns:
        if table.GetColumnByName(column) is None:
            raise ValueError(f"Series '{series.GetName()}' asks for column '{column}', which its table lacks")
    plot = chart.AddPlot(vtk.vtkChart.LINE)
    plot.SetInputData(table, *columns)
    plot.SetColorF(*series.GetColor())
    plot.SetWidth(series.GetLineWidth())
    plot.GetPen().SetLineType(_PEN[_name(series, "LineStyle")])
    plot.SetMarkerStyle(_MARKER[_name(series, "MarkerStyle")])
    plot.SetMarkerSize(series.GetMarkerSize())


def _name(series, kind: str) -> str:
    """Which of the ``kind`` constants of a series node is set."""
    value = getattr(series, f"Get{kind}")()
    names = _PEN if kind == "LineStyle" else _MARKER
    return next(name for name in names if getattr(slicer.vtkMRMLPlotSeriesNode, kind + name) == value)
