"""What a report brings into the scene: a table, a chart for each experiment, and what becomes of them.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import unittest
from unittest import mock

from train_panel_case import library
from train_report_case import NAME, TrainReportCase

# isort: split
import numpy as np
import slicer
from MedNCASegmentLib.hierarchy_folder import nodesIn, runFolderOf


class ReportNodesTest(TrainReportCase):
    def test_tableHasARowForEachExperimentLevelAndLabel(self):
        self.showRun()
        self.makeToTheEnd()
        self.assertEqual(self.column("Experiment"), ["Scale"] * 6 + ["Ghosting"] * 4)
        self.assertEqual(self.column("Level"), [0.5, 1.0, 2.0] * 2 + [0.0, 1.0] * 2)
        self.assertEqual(self.column("Segment"), ["inner"] * 3 + ["outer"] * 3 + ["inner"] * 2 + ["outer"] * 2)
        # Of two cases 0.01 apart.
        for found, wanted in zip(self.column("Mean Dice")[:4], (0.895, 0.895, 0.595, 0.795), strict=True):
            self.assertAlmostEqual(found, wanted)
        for spread in self.column("Standard deviation"):
            self.assertAlmostEqual(spread, 0.01 / 2**0.5)
        self.assertAlmostEqual(self.column("Lowest Dice")[0], 0.89)
        self.assertEqual(self.column("Lowest case")[0], "d")

    def test_thereIsAChartForEachExperimentWithMeanAndSpread(self):
        self.showRun()
        self.makeToTheEnd()
        scale, ghosting = self.charts()
        self.assertEqual((scale.GetTitle(), ghosting.GetTitle()), ("Scale", "Ghosting"))
        self.assertEqual(scale.GetXAxisTitle(), "times the training size")
        # Mean and a deviation to both sides, of two labels.
        self.assertEqual(scale.GetNumberOfPlotSeriesNodes(), 6)
        points = scale.GetNthPlotSeriesNode(0).GetTableNode()
        self.assertEqual(self.column("times the training size", points), [0.5, 1.0, 2.0])
        mean, below, above = (
            np.array(self.column(title, points))
            for title in ("Dice of inner", "inner, mean - deviation", "inner, mean + deviation")
        )
        np.testing.assert_allclose(mean, [0.895, 0.895, 0.595])
        np.testing.assert_allclose(above - mean, 0.01 / 2**0.5)
        np.testing.assert_allclose(mean - below, 0.01 / 2**0.5)

    def test_whereNoCaseHasADiceTableAndCurvesHaveAGap(self):
        self.showRun()
        self.makeToTheEnd("gone")
        means, spreads, lowest = (self.column(title) for title in ("Mean Dice", "Standard deviation", "Lowest Dice"))
        # Twice the size is without the first of two cases; with four ghosts, without both.
        np.testing.assert_allclose((means[2], spreads[2], lowest[2]), (0.59, 0.0, 0.59))
        self.assertTrue(np.isnan([means[7], spreads[7], lowest[7]]).all())
        self.assertEqual((self.column("Lowest case")[2], self.column("Lowest case")[7]), ("d", ""))
        self.assertEqual(np.isnan(means).sum(), 1)
        series = self.charts()[1].GetNthPlotSeriesNode(0)
        np.testing.assert_allclose(self.column(series.GetYColumnName(), series.GetTableNode()), [0.895, np.nan])
        # A saved scene has the gaps too.
        self.saveAndOpenAgain()
        series = self.charts()[1].GetNthPlotSeriesNode(0)
        np.testing.assert_allclose(self.column(series.GetYColumnName(), series.GetTableNode()), [0.895, np.nan])

    def test_experimentOnThePanelIsChosenAndShownInTheViews(self):
        manager = slicer.app.layoutManager()
        self.addCleanup(manager.setLayout, manager.layout)
        self.showRun()
        self.makeToTheEnd()
        self.ui.experimentSelector.setCurrentIndex(1)
        (onPanel,) = self.chartsOfPanel()
        self.assertEqual(onPanel.GetTitle(), "Ghosting")
        self.ui.reportPlotButton.click()
        selection = slicer.app.applicationLogic().GetSelectionNode()
        self.assertEqual(selection.GetActivePlotChartID(), self.charts()[1].GetID())
        self.ui.reportTableButton.click()
        self.assertEqual(selection.GetActiveTableID(), self.parameters.reportTable.GetID())

    def test_legendOfSeveralLabelsDoesNotCoverThePlotOnThePanel(self):
        self.showRun()
        self.makeToTheEnd()
        (onPanel,) = self.chartsOfPanel()
        self.assertFalse(onPanel.GetLegendVisibility())
        # From 0.5 to 2, and a little more so that the markers are whole.
        np.testing.assert_allclose(onPanel.GetXAxisRange(), (0.455, 2.045))
        for words in ("inner", "outer"):
            self.assertIn(words, self.ui.reportLegendLabel.text)
        self.assertFalse(self.ui.reportLegendLabel.isHidden())
        # In a view of the layout there is room, and each chart has the labels' own names.
        for chart in self.charts():
            self.assertTrue(chart.GetLegendVisibility())
            self.assertEqual(chart.GetNthPlotSeriesNode(0).GetName(), "inner")

    def test_reportComesIntoTheSceneOnceAndALaterOneTakesItsPlace(self):
        self.showRun()
        self.makeToTheEnd()
        former, count = self.parameters.reportTable.GetID(), slicer.mrmlScene.GetNumberOfNodes()
        self.parameters.licence = "CC0"
        self.panel.report.show()
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), count)
        self.ui.reportCasesSelector.setCurrentIndex(1)
        self.make()
        self.waitForEnd()
        self.waitUntil(lambda: self.parameters.reportTable.GetID() != former)
        slicer.app.processEvents()
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), count)

    def test_deletedReportStaysAwayAndOneFolderHoldsAllOfIt(self):
        before = slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLTableNode")
        self.showRun()
        self.makeToTheEnd()
        folder = runFolderOf(self.parameters.reportTable)
        # The table; for each experiment a chart, its points and six curves.
        self.assertEqual(len(nodesIn(folder)), 1 + 2 * 8)
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        hierarchy.RemoveItem(folder, True, True)
        slicer.app.processEvents()
        self.panel.report.show()
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLTableNode"), before)
        self.assertTrue(self.ui.experimentSelector.isHidden())
        self.assertTrue(self.ui.reportTableButton.isHidden())
        self.assertFalse(self.ui.reportSummaryLabel.isHidden())

    def test_manyNodesThatGoAtOnceAreOneReasonToLookAgain(self):
        self.showRun()
        tables = [slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode") for _ in range(20)]
        slicer.app.processEvents()
        looks = []
        casesOfRun = library("report_section").casesOfRun
        with mock.patch.object(library("report_section"), "casesOfRun", lambda run: looks.append(1) or casesOfRun(run)):
            for table in tables:
                slicer.mrmlScene.RemoveNode(table)
            self.waitUntil(lambda: looks)
            slicer.app.processEvents()
        self.assertEqual(len(looks), 1)

    def test_reportIsFoundAgainInASavedScene(self):
        self.showRun()
        self.makeToTheEnd()
        with self.closedScene():
            for name in ("report", "cases"):
                (self.folder / name).rename(self.folder / f"former {name}")
            (self.folder / f"{NAME}.npz").unlink()
        self.assertEqual([chart.GetTitle() for chart in self.charts()], ["Scale", "Ghosting"])
        self.assertFalse(self.ui.reportTableButton.isHidden())
        self.assertFalse(self.ui.experimentSelector.isHidden())
        self.assertTrue(self.ui.reportSummaryLabel.isHidden())


if __name__ == "__main__":
    unittest.main()
