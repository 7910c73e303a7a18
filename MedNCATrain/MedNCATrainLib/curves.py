"""Small plots of loss and validation Dice on the panel."""

from .curve_nodes import BOTH, DICE, LOSS, CurveNodes, diceCurves
from .results_plot import ChartOnPanel, showChartInLayout
from .run_files import RunFiles
from .run_labels import runLabels
from .run_wording import legendHtml

HEIGHT = 150  # of a plot, in pixels


class TrainingCurves:
    """Shows the curves of one run at a time."""

    def __init__(self, layout, legendLabel) -> None:
        """Adds two plots, hidden, to a layout.

        Args:
            layout: of the panel.
            legendLabel: tells the curves apart when there are several.
        """
        self._legendLabel = legendLabel
        legendLabel.visible = False
        self._plots = {role: ChartOnPanel(layout, f"MedNCATraining{role}", HEIGHT) for role in (LOSS, DICE)}
        self._nodes: CurveNodes | None = None
        self._drawn: tuple = ()

    def show(self, name: str, files: RunFiles, iterations: int | None) -> None:
        """Show a run as far as it has come.

        Args:
            name: of the model.
            files: of the run, as far as they have been read.
            iterations: how many it will have; None when that is not known yet.
        """
        if self._nodes is None or self._nodes.folder != str(files.folder):
            self._nodes = CurveNodes(name, str(files.folder))
            self._drawn = ()
        self._update(files, iterations)
        for role, plot in self._plots.items():
            plot.show(self._nodes.chart(role))
        self._legendLabel.visible = bool(self._legendLabel.text)

    def follow(self, files: RunFiles, iterations: int | None) -> bool:
        """Keep the nodes of a run up to date without showing them; none is added. Says whether there are any."""
        isThere = self.isShown and self._nodes.folder == str(files.folder)
        if isThere:
            self._update(files, iterations)
        return isThere

    @property
    def isShown(self) -> bool:
        """Whether there are curves to show."""
        return self._nodes is not None and self._nodes.chart(BOTH) is not None

    def showInLayout(self) -> None:
        """Show both curves in one chart in a view of the layout."""
        if self.isShown:
            showChartInLayout(self._nodes.chart(BOTH))

    def hide(self) -> None:
        """Show nothing; the nodes stay in the scene."""
        for plot in self._plots.values():
            plot.hide()
        self._legendLabel.visible = False

    def forget(self) -> None:
        """Hide, and look for the nodes anew the next time: the scene that they are in is closed."""
        self.hide()
        self._nodes, self._drawn = None, ()

    def _update(self, files: RunFiles, iterations: int | None) -> None:
        curves = files.curves
        # Drawing takes time, and most looks at a run bring nothing new.
        news = (len(curves.iterations), curves.iterations[-1:], len(curves.validations), iterations)
        if news != self._drawn:
            self._drawn = news
            labels = runLabels(files.folder)
            self._nodes.update(curves, iterations, labels)
            several = diceCurves(curves, labels)
            self._legendLabel.text = legendHtml([(one.name, one.color) for one in several]) if several[1:] else ""
