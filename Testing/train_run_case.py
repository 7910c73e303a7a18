"""A training run on MedNCATrain's panel, as a person starts and watches it.

The process is a real one; what it runs keeps a work folder as a training does, and learns nothing.
"""

import json
import os
import time
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from train_panel_case import TrainPanelCase, library

# isort: split
import slicer
from mednca import process

FAKE = (str(Path(__file__).resolve().parent / "fake_training.py"),)


class Prepared:
    """What the module's logic gives for the cases: it has written the first of two of them."""

    finished, cancelled, discarded = False, False, False

    def __init__(self, folder):
        self.folder, self._steps = folder, 0
        self.arguments = ["train", "--workdir", str(folder)]

    def advance(self, seconds=0.0):
        self._steps += 1
        self.finished = self._steps > 2
        if self.finished:
            self.folder.mkdir(parents=True)
        return SimpleNamespace(done=1, count=2, name="case", fraction=0.5)

    def cancel(self):
        self.cancelled = True

    def discard(self):
        self.discarded = True


class TrainRunCase(TrainPanelCase):
    """The panel with cases to learn from, and with a training that waits halfway for what a test does to it."""

    def setUp(self):
        for patch in self.patches():
            patch.start()
            self.addCleanup(patch.stop)
        super().setUp()
        self.addCleanup(self.endAll)
        self.runs = []
        logic = self.panel.logic
        self.plan = SimpleNamespace(recipe=SimpleNamespace(artefacts=0.0))
        for name, stand in (
            ("obstacle", lambda parameters: ""),
            ("plan", lambda parameters: self.plan),
            ("prepare", self.prepare),
        ):
            patch = mock.patch.object(logic, name, stand)
            patch.start()
            self.addCleanup(patch.stop)
        self.panel.run.show()

    @staticmethod
    def patches():
        # Settings of a Slicer that has never trained, and whatever Python this is has PyTorch.
        yield mock.patch.object(library("known_runs"), "KEY", f"MedNCATest/{time.time_ns()}")
        yield mock.patch.object(library("known_runs"), "STOP_KEY", f"MedNCATest/{time.time_ns()}")
        yield mock.patch.object(library("folder_process"), "PROGRAM", FAKE)
        yield mock.patch.object(library("torch_offer"), "_isThere", lambda name: True)
        # In its testing mode Slicer answers for the person, and not as its documentation says.
        yield mock.patch.object(slicer.util, "confirmOkCancelDisplay", lambda text: True)

    def endAll(self):
        for folder in self.runs:
            library("run_process").RunProcess(folder).end()

    def prepare(self, parameters):
        self.runs.append(self.folder / f"run{len(self.runs)}")
        self.prepared = Prepared(self.runs[-1])
        return self.prepared

    # What a person sees and does

    @property
    def ui(self):
        return self.panel.run.ui

    @staticmethod
    def trainings(behaviour):
        """Trainings that are started within behave in this way, one of those in fake_training.py."""
        return mock.patch.dict(os.environ, FAKE_TRAINING=behaviour)

    def start(self, behaviour="wait"):
        """Press the button and wait until the process is there."""
        self.assertTrue(self.ui.startButton.enabled, self.ui.reasonLabel.text)
        with self.trainings(behaviour):
            self.ui.startButton.click()
            self.waitUntil(lambda: self.runs and (self.runs[-1] / "process.json").exists())
        return self.runs[-1]

    def startAndWaitForProgress(self, behaviour="wait"):
        folder = self.start(behaviour)
        self.waitUntil(lambda: "teration" in self.ui.progressLabel.text)
        return folder

    def letItEnd(self):
        """Let a training that waits go on to its end, and wait for that."""
        (self.runs[-1] / "go-on").touch()
        self.waitForEnd()

    def status(self, folder=None):
        return json.loads(((folder or self.runs[-1]) / "status.json").read_text())

    def canResume(self):
        return self.ui.pauseButton.text == "Resume" and self.ui.pauseButton.enabled

    def waitForEnd(self):
        self.waitUntil(lambda: not self.ui.stopButton.enabled)

    def message(self):
        return "" if self.ui.messageLabel.isHidden() else self.ui.messageLabel.text

    def isAlive(self, folder=None):
        status = self.status(folder)
        return process.alive(status["pid"], status["process_started"])

    def family(self):
        """Process ids of the run: what was started, what works, and the worker of that."""
        started = json.loads((self.runs[-1] / "process.json").read_text())["pid"]
        return {started, self.status()["pid"]} if os.name == "nt" else process._family(started)

    @staticmethod
    def charts():
        nodes = slicer.util.getNodesByClass("vtkMRMLPlotChartNode")
        return [node for node in nodes if node.GetAttribute("MedNCA.TrainingFolder")]

    @staticmethod
    def lastIteration(chart):
        column = chart.GetNthPlotSeriesNode(0).GetTableNode().GetTable().GetColumn(0)
        return column.GetValue(column.GetNumberOfTuples() - 1)
