"""A report of how robust the trained model is, on MedNCATrain's panel, as a person has it made.

The process is a real one; what it runs keeps a report's folder as the program does, without segmenting anything.
"""

import json
import os
import time
from pathlib import Path
from unittest import mock

from train_panel_case import TrainPanelCase, columnOf, library, saveTrainedModel

# isort: split
import numpy as np
import slicer
from mednca import Label, Volume, process, write_volume

FAKE = (str(Path(__file__).resolve().parent / "fake_report.py"),)
NAME = "made-by-a-test"
HELD_OUT, LEARNT = ["b", "d"], ["a", "c"]


class TrainReportCase(TrainPanelCase):
    """The panel, and the folder of a run with a model that can be shown on it."""

    def setUp(self):
        self.installed = {"torch", "torchio"}
        for patch in (
            mock.patch.object(library("known_runs"), "KEY", f"MedNCATest/{time.time_ns()}"),
            mock.patch.object(library("folder_process"), "PROGRAM", FAKE),
            mock.patch.object(library("folder_process"), "AGAIN", 0.05),
            mock.patch.object(library("report_section"), "MILLISECONDS", 50),
            mock.patch.object(library("torch_offer"), "_isThere", lambda name: name in self.installed),
        ):
            patch.start()
            self.addCleanup(patch.stop)
        super().setUp()
        self.addCleanup(lambda: self.process().end())
        self.parameters.modelName = NAME

    # What a person sees and does

    @property
    def ui(self):
        return self.panel.report.ui

    def process(self):
        return library("report_process").ReportProcess(self.folder / "report")

    def showRun(self, heldOut=HELD_OUT, state="finished"):
        """Let the panel show the folder of a run: its cases, and a model that has come of them."""
        for name in sorted(HELD_OUT + LEARNT):
            self.writeCase(name)
        (self.folder / "split.json").write_text(json.dumps({"training": LEARNT, "validation": heldOut}))
        self.writeModel()
        self.writeStatus(state)
        self.parameters.workFolder = str(self.folder)
        slicer.app.processEvents()

    def writeCase(self, name):
        rng = np.random.default_rng(ord(name))
        inside = np.zeros((8, 8, 3), np.uint8)
        inside[2:6, 2:6] = 1
        affine = np.diag([1.0, 1.0, 3.0, 1.0])
        for kind, array in (("imagesTr", rng.random(inside.shape, np.float32)), ("labelsTr", inside)):
            folder = self.folder / "cases" / kind
            folder.mkdir(parents=True, exist_ok=True)
            write_volume(folder / f"{name}.nii", Volume(array, affine))

    def writeModel(self):
        saveTrainedModel(self.folder, NAME, labels=(Label(1, "Nodule", (1.0, 0.0, 0.0)),))

    def writeStatus(self, state):
        facts = {"state": state, "model": str(self.folder / f"{NAME}.npz"), "iteration": 200, "updated": time.time()}
        facts |= {"pid": os.getpid(), "process_started": process.started_at(os.getpid())}
        (self.folder / "status.json").write_text(json.dumps(facts))

    def make(self, behaviour=""):
        """Press the button; `behaviour` is one that fake_report.py names."""
        self.assertTrue(self.ui.makeReportButton.enabled, self.ui.reportReasonLabel.text)
        with mock.patch.dict(os.environ, FAKE_REPORT=behaviour):
            self.ui.makeReportButton.click()

    def makeAndWaitForProgress(self, behaviour="wait"):
        self.make(behaviour)
        self.waitUntil(lambda: "Scale" in self.ui.reportProgressLabel.text)

    def waitForEnd(self):
        self.waitUntil(lambda: self.ui.makeReportButton.text == "Make report" and self.ui.makeReportButton.enabled)

    def makeToTheEnd(self, behaviour=""):
        self.make(behaviour)
        self.waitForEnd()
        self.assertIsNotNone(self.parameters.reportTable, self.message())

    def message(self):
        return "" if self.ui.reportMessageLabel.isHidden() else self.ui.reportMessageLabel.text

    def charts(self):
        return library("report_nodes").chartsOf(self.parameters.reportTable)

    @staticmethod
    def chartsOfPanel():
        """What the plot views of the panel show, of which the layout knows nothing."""
        views = slicer.util.getNodesByClass("vtkMRMLPlotViewNode")
        shown = [view.GetPlotChartNode() for view in views if view.GetLayoutName() == "MedNCAReport"]
        return [chart for chart in shown if chart is not None]

    def column(self, title, tableNode=None):
        return columnOf(tableNode or self.parameters.reportTable, title)
