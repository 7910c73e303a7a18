"""What goes wrong when a report is made, and what MedNCATrain's panel says of it.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import json
import os
import signal
import unittest
from unittest import mock

from train_report_case import TrainReportCase

# isort: split


class ReportTroublesTest(TrainReportCase):
    def test_aKilledProcessIsNoticed(self):
        self.showRun()
        self.makeAndWaitForProgress()
        self.waitUntil(self.process().hasBegun)
        os.kill(json.loads((self.folder / "report" / "progress.json").read_text())["pid"], signal.SIGTERM)
        self.waitForEnd()
        self.assertIn("ended from outside. Make report goes on", self.message())

    def test_aFullDiskIsSaid(self):
        self.showRun()
        self.make("fail")
        self.waitForEnd()
        self.assertIn("The disk is full", self.message())

    def test_aFullDiskBeforeItStartsIsSaid(self):
        self.showRun()
        full = OSError(28, "No space left on device")
        with mock.patch("mednca.writing.os.replace", side_effect=full):
            self.ui.makeReportButton.click()
        self.assertIn("The disk is full", self.message())
        self.assertFalse(self.process().isAlive())

    def test_whatTheProgramSaysBeforeItStartsIsPassedOn(self):
        self.showRun()
        self.make("refuse")
        self.waitForEnd()
        self.assertEqual(self.message(), "The image 'a.nii' has no label of the same name.")

    def test_aDamagedReportGetsASentenceAndCanBeMadeAgain(self):
        self.showRun()
        (self.folder / "report").mkdir()
        (self.folder / "report" / "report.json").write_text("[")
        self.panel.report.show()
        self.assertIn("cannot be read; make the report again", self.message())
        self.makeToTheEnd()
        self.assertEqual(self.message(), "")

    def test_aProcessThatDoesNotAnswerIsEnded(self):
        self.showRun()
        self.makeAndWaitForProgress("deaf")
        self.ui.makeReportButton.click()
        self.assertEqual(self.ui.makeReportButton.text, "End now")
        self.ui.makeReportButton.click()
        self.assertEqual((self.ui.makeReportButton.text, self.ui.makeReportButton.enabled), ("Make report", True))
        self.assertFalse(self.process().isAlive())
        self.assertIn("The report was cancelled.", self.message())


if __name__ == "__main__":
    unittest.main()
