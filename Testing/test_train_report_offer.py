"""Of which model and which cases MedNCATrain's panel offers to make a report, and what it says of them.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import os
import unittest
from unittest import mock

from train_report_case import HELD_OUT, LEARNT, NAME, TrainReportCase

# isort: split
import slicer


class ReportOfferTest(TrainReportCase):
    def test_withoutAModelThereIsNoReport(self):
        self.assertFalse(self.ui.makeReportButton.enabled)
        self.assertIn("no model yet", self.ui.reportReasonLabel.text)
        for widget in ("reportSummaryLabel", "experimentSelector", "reportTableButton", "reportProgressBar"):
            self.assertTrue(getattr(self.ui, widget).isHidden(), widget)

    def test_whileTheModelLearnsThereIsNoReport(self):
        self.showRun(state="training")
        self.assertFalse(self.ui.makeReportButton.enabled)
        (self.folder / "best.npz").write_bytes((self.folder / f"{NAME}.npz").read_bytes())
        self.panel.report.show()
        self.assertFalse(self.ui.makeReportButton.enabled)
        self.assertIn("as soon as the training has ended", self.ui.reportReasonLabel.text)
        self.writeStatus("paused")
        self.waitUntil(lambda: self.ui.makeReportButton.enabled)

    def test_heldOutCasesAreChosenAndAllCanBe(self):
        self.showRun()
        selector = self.ui.reportCasesSelector
        self.assertEqual(
            [selector.itemText(index) for index in range(2)], ["Held-out cases (2)", "All cases of the run (4)"]
        )
        self.assertEqual(selector.currentIndex, 0)
        self.makeToTheEnd()
        self.assertEqual((self.folder / "report" / "cases.txt").read_text().split(), HELD_OUT)
        self.assertIn("2 cases that the model has not learnt from", self.ui.reportSummaryLabel.text)
        selector.setCurrentIndex(1)
        self.makeToTheEnd()
        self.assertEqual((self.folder / "report" / "cases.txt").read_text().split(), sorted(HELD_OUT + LEARNT))
        self.assertIn("learnt from 2: the Dice is too good", self.ui.reportSummaryLabel.text)

    def test_aRunWithoutHeldOutCasesSaysSo(self):
        self.showRun(heldOut=[])
        self.assertIn("No case was held out", self.ui.reportReasonLabel.text)
        self.assertEqual(self.ui.reportCasesSelector.currentIndex, 1)
        self.assertFalse(self.ui.reportCasesSelector.enabled)
        self.makeToTheEnd()
        self.assertEqual((self.folder / "report" / "cases.txt").read_text().split(), sorted(HELD_OUT + LEARNT))

    def test_aRunWhoseCasesWereTakenAwaySaysSo(self):
        self.showRun()
        (self.folder / "cases" / "labelsTr").rename(self.folder / "elsewhere")
        self.panel.report.show()
        self.assertFalse(self.ui.makeReportButton.enabled)
        self.assertIn("no longer in the folder", self.ui.reportReasonLabel.text)

    def test_torchioIsOfferedAndNothingIsInstalledUnasked(self):
        self.installed = {"torch"}
        with mock.patch.object(slicer.util, "pip_install") as install:
            self.showRun()
            self.assertIn("leaves ghosting, anisotropy and bias field out", self.ui.artefactsLabel.text)
            self.assertFalse(self.ui.artefactsLabel.isHidden())
            self.assertEqual(self.ui.artefactsButton.text, "Install TorchIO...")
            self.makeToTheEnd("partly")
            self.assertIn("Left out: Ghosting.", self.ui.reportSummaryLabel.text)
            with mock.patch.object(slicer.util, "confirmOkCancelDisplay", return_value=False) as asked:
                self.ui.artefactsButton.click()
            asked.assert_called_once()
            install.assert_not_called()
        self.installed.add("torchio")
        self.panel.report.show()
        self.assertTrue(self.ui.artefactsLabel.isHidden())
        self.assertIn("Make report adds them", self.ui.reportSummaryLabel.text)

    def test_aReportOfAModelThatHasLearntOnIsMarked(self):
        self.showRun()
        self.makeToTheEnd()
        self.assertNotIn("changed since", self.ui.reportSummaryLabel.text)
        os.utime(self.folder / f"{NAME}.npz", (2e9, 2e9))
        self.panel.report.show()
        self.assertIn("changed since; make the report again", self.ui.reportSummaryLabel.text)


if __name__ == "__main__":
    unittest.main()
