"""The chart of one experiment on the panel, which is too small for a legend inside of it."""

import slicer

from .report_plots import labelCurves, leaveOutLegend
from .results_plot import ChartOnPanel
from .run_wording import legendHtml


class ReportChart:
    """Shows one chart of the scene at a time, with the legend below it."""

    def __init__(self, layout, legendLabel) -> None:
        """Adds the plot, hidden, to a layout.

        Args:
            layout: of the panel.
            legendLabel: tells the labels apart when there are several.
        """
        self._legendLabel = legendLabel
        self._plot = ChartOnPanel(layout, "MedNCAReport")
        self._chart = self._shown = None  # of the scene, and its copy for this panel alone
        self.hide()

    def show(self, chart) -> None:
        """Show a chart, or nothing for None."""
        if chart is None:
            self.hide()
            return
        if self._shown is None or self._shown.GetScene() is None:
            self._chart, self._shown = None, slicer.vtkMRMLPlotChartNode()
            self._shown.SetHideFromEditors(True)
            self._shown.SetSaveWithScene(False)
            slicer.mrmlScene.AddNode(self._shown)
        if chart is not self._chart:
            leaveOutLegend(chart, self._shown)
            self._chart = chart
        self._plot.show(self._shown)
        curves = labelCurves(chart)
        self._legendLabel.text = legendHtml([(one.GetName(), one.GetColor()) for one in curves])
        self._legendLabel.visible = len(curves) > 1

    def hide(self) -> None:
        """Show nothing, and take what only the panel needs out of the scene."""
        self._plot.hide()
        self._legendLabel.visible = False
        node, self._chart, self._shown = self._shown, None, None
        if node is not None and node.GetScene() is not None:
            slicer.mrmlScene.RemoveNode(node)
