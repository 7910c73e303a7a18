"""The module's self-test: a training from the first case to a segmentation; runs in Slicer and on the stand-in host."""

import importlib.util
import json
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import slicer
from mednca.metrics import dice
from MedNCASegmentLib import MedNCASegmentLogic
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

from .curve_nodes import DICE, LOSS, CurveNodes
from .folder_process import RunState
from .phantoms import NODULE, addPhantoms
from .run_files import RunFiles
from .run_process import RunProcess

CASES, HELD_OUT_PERCENT, ITERATIONS = 10, 20, 800
MODEL = "Nodule of the self-test"
# A model so small that it learns the phantoms within a minute on one core.
PLAN = {
    "card": {"levels": [{"scale": 4, "steps": 8}, {"scale": 1, "steps": 8}], "channels": 16, "hidden": 48},
    "recipe": {
        "iterations": ITERATIONS,
        "batch": 8,
        "patch": 20,
        "learning_rate": 0.005,
        "averaging": 0.99,
        "checkpoint_every": 50,
        "validate_every": 100,
    },
}
LEAST_DICE, LEAST_MEAN_DICE, THRESHOLD_DICE = 0.7, 0.7, 0.5
PATIENCE = 600.0  # seconds to wait for anything


class MedNCATrainTest(ScriptedLoadableModuleTest):
    """Every test starts from an empty scene."""

    def setUp(self):
        slicer.mrmlScene.Clear()
        self.folder = Path(tempfile.mkdtemp(prefix="MedNCATrain"))

    def tearDown(self):
        slicer.mrmlScene.Clear()
        for folder in self.folder.iterdir():
            RunProcess(folder).end()
        shutil.rmtree(self.folder, ignore_errors=True)
        store = MedNCASegmentLogic().models
        for name in store.names():
            if store.isImported(name) and store.model(name).card.title == MODEL:
                store.remove(name)

    def runTest(self):
        """Run all tests, as the Reload and Test button does."""
        for name in sorted(method for method in dir(self) if method.startswith("test_")):
            self.setUp()
            self.delayDisplay(name)
            try:
                getattr(self, name)()
            finally:
                self.tearDown()
        self.delayDisplay("MedNCATrain: all tests passed")

    def test_noThresholdFindsTheNodule(self):
        for volumeNode, segmentationNode in addPhantoms(3):
            image, nodule = slicer.util.arrayFromVolume(volumeNode), self._nodule(segmentationNode, volumeNode)
            thresholds = np.quantile(image, np.linspace(0.5, 0.999, 100))
            self.assertLess(max(dice(image > one, nodule) for one in thresholds), THRESHOLD_DICE)

    def test_trainsWatchesPausesGoesOnAndSegmentsAnUnseenCase(self):
        self.assertIsNotNone(
            importlib.util.find_spec("torch"),
            "PyTorch is not installed in Slicer's Python, so MedNCA Train cannot train: install it with the button in"
            " the module's Run section, or with the PyTorch extension.",
        )
        panel = self._panelWithCases()
        self._trainWithAPause(panel)
        overlaps = slicer.util.arrayFromTableColumn(self._table(panel), "Dice")
        self.assertEqual(len(overlaps), CASES * HELD_OUT_PERCENT // 100 + 1)
        self.assertGreater(overlaps[-1], LEAST_MEAN_DICE)

        panel.results.ui.useButton.click()
        slicer.app.processEvents()
        self.assertEqual(slicer.util.selectedModule(), "MedNCASegment")
        logic = slicer.modules.MedNCASegmentWidget.logic
        name = logic.getParameterNode().model
        self.assertEqual(logic.card(name).title, MODEL)
        ((volumeNode, segmentationNode),) = addPhantoms(1, seed=1, name="Unseen")
        found = logic.segment(volumeNode, name)
        nodule, truth = self._nodule(found, volumeNode), self._nodule(segmentationNode, volumeNode)
        self.assertGreater(dice(nodule, truth), LEAST_DICE)

    def _trainWithAPause(self, panel):
        """Start, see the plots fill, pause, go on, and wait for the end."""
        buttons, watcher = panel.run.ui, panel.run.watcher
        buttons.startButton.click()
        self._wait(lambda: self._iteration(panel) > 150, panel)
        self._wait(lambda: self._points(panel, LOSS) > 10 and self._points(panel, DICE) > 0, panel)

        buttons.pauseButton.click()
        self._wait(lambda: self._state(panel) == "paused", panel)
        self._wait(lambda: not RunProcess(self._runFolder(panel)).isAlive(), panel)
        self.assertLess(self._iteration(panel), ITERATIONS)
        self._wait(lambda: watcher.state is RunState.PAUSED and buttons.pauseButton.enabled, panel)
        points = self._points(panel, LOSS)

        buttons.pauseButton.click()
        self._wait(lambda: self._state(panel) == "finished", panel)
        self.assertEqual(self._iteration(panel), ITERATIONS)
        self._wait(lambda: panel.results.ui.useButton.enabled and self._table(panel) is not None, panel)
        self.assertGreater(self._points(panel, LOSS), points)

    def _panelWithCases(self):
        """The panel with phantoms and a small plan, ready to start."""
        slicer.util.selectModule("MedNCATrain")
        slicer.app.processEvents()
        panel = slicer.modules.MedNCATrainWidget
        parameters = panel.logic.getParameterNode()
        parameters.workFolder = ""  # of a training of the user's, which may be under way
        parameters.modelName = MODEL
        parameters.runsFolder = self.folder
        parameters.heldOutPercent = HELD_OUT_PERCENT
        for pair in addPhantoms(CASES):
            panel.logic.addCase(parameters, *pair)
        settings = panel.settings.ui
        self._wait(lambda: settings.editPlanButton.enabled, panel)
        settings.editPlanButton.click()
        settings.planEdit.setPlainText(json.dumps(PLAN))
        settings.usePlanButton.click()
        self.assertEqual(settings.planProblemLabel.text, "")
        self._wait(lambda: panel.run.ui.startButton.enabled, panel)
        return panel

    def _wait(self, condition, panel):
        """Let Slicer work until something is so."""
        end = time.monotonic() + PATIENCE
        while not condition():
            said = (panel.run.ui.reasonLabel.text, panel.run.ui.messageLabel.text)
            self.assertLess(time.monotonic(), end, f"waited in vain; the panel says: {said}")
            self.assertNotEqual(self._state(panel), "failed", f"training failed: {said}")
            slicer.app.processEvents()
            time.sleep(0.01)

    @staticmethod
    def _runFolder(panel):
        folder = panel.logic.getParameterNode().workFolder
        return Path(folder) if folder else None

    def _status(self, panel):
        folder = self._runFolder(panel)
        return RunFiles(folder).status() if folder is not None else None

    def _state(self, panel):
        status = self._status(panel)
        return status.state if status is not None else ""

    def _iteration(self, panel):
        status = self._status(panel)
        return (status.iteration or 0) if status is not None else 0

    @staticmethod
    def _table(panel):
        return panel.logic.getParameterNode().resultsTable

    def _points(self, panel, role):
        """How many points of a curve there are in the scene."""
        chart = CurveNodes(MODEL, str(self._runFolder(panel))).chart(role)
        return chart.GetNthPlotSeriesNode(0).GetTableNode().GetNumberOfRows() if chart is not None else 0

    @staticmethod
    def _nodule(segmentationNode, volumeNode):
        """Boolean [k, j, i]."""
        segmentId = segmentationNode.GetSegmentation().GetSegmentIdBySegmentName(NODULE)
        return slicer.util.arrayFromSegmentBinaryLabelmap(segmentationNode, segmentId, volumeNode) > 0
