"""A report of how robust the model is, made from MedNCATrain's panel: watched, cancelled and found again.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import os
import unittest
from unittest import mock

from train_panel_case import library
from train_report_case import TrainReportCase

# isort: split
import slicer
from mednca.report.findings import summary
from mednca.report.result import read_result


class TrainReportTest(TrainReportCase):
    def test_progressIsShownAndTheReportComes(self):
        self.showRun()
        self.makeAndWaitForProgress()
        self.assertEqual(self.ui.makeReportButton.text, "Cancel")
        for words in ("case b", "of 10", "left"):
            self.assertIn(words, self.ui.reportProgressLabel.text)
        self.assertFalse(self.ui.reportProgressBar.isHidden())
        self.assertFalse(self.ui.reportCasesSelector.enabled)
        (self.folder / "report" / "go-on").touch()
        self.waitForEnd()
        self.assertEqual(self.message(), "")
        self.assertTrue(self.ui.reportProgressBar.isHidden())
        self.assertIn(summary(read_result(self.folder / "report")), self.ui.reportSummaryLabel.text)

    def test_cancelledItKeepsWhatIsMeasured(self):
        self.showRun()
        self.makeAndWaitForProgress()
        self.ui.makeReportButton.click()
        self.assertIn("ending", self.ui.reportProgressLabel.text)
        self.waitForEnd()
        self.assertIn("cancelled. Make report goes on", self.message())
        self.assertFalse(self.process().isAlive())
        self.makeToTheEnd()
        self.assertEqual(self.message(), "")

    def test_cancelledWhileItStartsItEndsToo(self):
        self.showRun()
        self.make("wait")
        self.ui.makeReportButton.click()
        self.waitForEnd()
        self.assertIn("cancelled", self.message())

    def test_itGoesOnWithoutThePanelAndIsFoundAgain(self):
        self.showRun()
        self.makeAndWaitForProgress()
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()
        # A new scene knows nothing, but the settings do.
        self.waitUntil(lambda: self.ui.makeReportButton.text == "Cancel")
        self.assertEqual(self.parameters.workFolder, str(self.folder))
        slicer.util.selectModule("Data")
        self.assertTrue(self.process().isAlive())
        self.process().pause()
        self.waitUntil(lambda: not self.process().isAlive())
        slicer.util.selectModule("MedNCATrain")
        self.waitUntil(lambda: "cancelled" in self.message())
        with mock.patch.dict(os.environ, FAKE_REPORT=""):
            self.ui.makeReportButton.click()
        slicer.util.selectModule("Data")
        self.waitUntil(lambda: (self.folder / "report" / "report.json").exists())
        self.waitUntil(lambda: not self.process().isAlive())
        slicer.util.selectModule("MedNCATrain")
        self.waitUntil(lambda: self.parameters.reportTable is not None)

    def test_theProgramMakesAReportThatThePanelShows(self):
        # Both take longer to import than this report takes to be made. As they may be installed, and where Slicer's own
        # Python looks first, the process is told that they are not there.
        without = "import runpy, sys; sys.modules |= dict.fromkeys(('torchio', 'matplotlib'))"
        program = ("-c", f"{without}; runpy.run_module('mednca', run_name='__main__', alter_sys=True)")
        self.installed = {"torch"}
        self.showRun()
        with mock.patch.object(library("folder_process"), "PROGRAM", program):
            self.makeToTheEnd()
        self.assertEqual([chart.GetTitle() for chart in self.charts()], ["Scale", "Vertical stretch", "Translation"])
        self.assertIn("Left out: Ghosting, Anisotropy, Bias field.", self.ui.reportSummaryLabel.text)
        self.assertEqual(len(self.column("Level")), 20)
        # The curve of one label has the limit beside it.
        self.assertEqual(self.charts()[0].GetNumberOfPlotSeriesNodes(), 4)
        self.assertTrue((self.folder / "report" / "report.md").exists())


if __name__ == "__main__":
    unittest.main()
