"""The plot of the volume over the steps.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import unittest

from step_case import StepCase, sceneNodes

# isort: split
import numpy as np
import slicer
import vtk
from mednca.metrics import hundredths_text


class StepPlotTest(StepCase):
    def test_the_plot_has_the_volume_of_every_step_and_marks_the_one_on_display(self):
        manager = slicer.app.layoutManager()
        layout, plotViews = manager.layout, manager.plotViewCount
        self.show()
        chart = slicer.mrmlScene.GetNodeByID(self.player.plotWidget.mrmlPlotViewNode().GetPlotChartNodeID())
        *levels, marker = (chart.GetNthPlotSeriesNode(i) for i in range(chart.GetNumberOfPlotSeriesNodes()))
        self.assertEqual(len(levels), 2)

        def points(series):
            table = series.GetTableNode().GetTable()
            names = (series.GetXColumnName(), series.GetYColumnName())
            return [vtk.util.numpy_support.vtk_to_numpy(table.GetColumnByName(name)).copy() for name in names]

        steps, volumes = np.hstack([points(series) for series in levels])
        expected = [np.count_nonzero(step.labels) * self.scan.volume.voxel_volume_ml for step in self.result.steps]
        np.testing.assert_array_equal(steps, np.arange(1, 33))
        np.testing.assert_allclose(volumes, expected, rtol=1e-5)
        for item in (0, 21):
            self.scrub(item)
            x, y = points(marker)
            np.testing.assert_allclose([x[0], y[0]], [item + 1, expected[item]], rtol=1e-5)
        self.assertEqual((manager.layout, manager.plotViewCount), (layout, plotViews))

    def test_each_label_has_a_line_of_its_own(self):
        colors = self.browser.GetProxyNode(self.sequence).GetDisplayNode().GetColorNode()
        colors.SetNumberOfColors(3)
        colors.SetColor(2, "Upper half", 0.1, 0.2, 0.9, 1.0)
        for index in range(self.sequence.GetNumberOfDataNodes()):
            labels = slicer.util.arrayFromVolume(self.sequence.GetNthDataNode(index))
            labels[18:][labels[18:] > 0] = 2
        self.show()
        chart = slicer.mrmlScene.GetNodeByID(self.player.plotWidget.mrmlPlotViewNode().GetPlotChartNodeID())
        series = [chart.GetNthPlotSeriesNode(index) for index in range(chart.GetNumberOfPlotSeriesNodes())]
        hippocampus = self.card.labels[0].name
        self.assertEqual([one.GetYColumnName() for one in series], 2 * [hippocampus, "Upper half"] + ["Volume"])
        np.testing.assert_allclose(series[1].GetColor(), [0.1, 0.2, 0.9], atol=0.01)
        marks = vtk.util.numpy_support.vtk_to_numpy(series[-1].GetTableNode().GetTable().GetColumn(1))
        milliliters = np.count_nonzero(self.result.steps[31].labels) * self.scan.volume.voxel_volume_ml
        self.assertAlmostEqual(float(marks[:2].sum()), milliliters, places=4)
        self.assertIn(f"{hundredths_text(milliliters)} mL", self.ui.stepLabel.text)
        self.assertFalse(self.ui.labelsLabel.isHidden())
        for name, volume in zip((hippocampus, "Upper half"), marks, strict=False):
            self.assertIn(f"{name}: {hundredths_text(volume)} mL", self.ui.labelsLabel.text)
        self.assertIn("#1a33e6", self.ui.labelsLabel.text)

    def test_nodes_of_the_plot_are_hidden_and_never_saved(self):
        before = sceneNodes()
        self.show()
        added = [slicer.mrmlScene.GetNodeByID(node) for node in sceneNodes() if node not in before]
        self.assertEqual(len(added), 8)  # chart, view, 3 tables, 3 series
        self.assertTrue(all(node.GetHideFromEditors() and not node.GetSaveWithScene() for node in added))


if __name__ == "__main__":
    unittest.main()
