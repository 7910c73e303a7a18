"""`make screenshots`: train a model on the panel of MedNCATrain by clicks on a machine without Slicer, and write the
pictures of the guide.

They are pictures from the stand-in host (slicer_host), not screenshots of Slicer, and each of them says so. The
training is a real one of about a minute, on the phantoms that come with the module.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "MedNCASegment")]

import slicer_host  # noqa: E402

slicer_host.start(gui=True)
for name in ("MedNCASegment", "MedNCATrain"):
    slicer_host.loadModule(str(HERE.parent / name / f"{name}.py"))

import numpy as np  # noqa: E402
import slicer  # noqa: E402
from MedNCASegmentLib import MedNCASegmentLogic  # noqa: E402
from MedNCATrainLib.sample_data import SAMPLE_NAME  # noqa: E402
from MedNCATrainLib.selftest import PLAN  # noqa: E402
from window_picture import windowPicture  # noqa: E402

PATIENCE = 900.0  # seconds that anything may take here
TITLE = "Nodule (phantoms)"
SHOWN_FOLDER = Path("/home/user/Documents/MedNCA")  # for runs, in the picture of the settings


class TrainingSession:
    """One person at the panel, from sample data to a model in use; each method leaves a picture."""

    def __init__(self, folder: Path, runs: Path) -> None:
        self.folder = folder
        slicer.app.completeStartup()
        slicer.util.selectModule("MedNCATrain")
        self.module = slicer.modules.MedNCATrainWidget
        self.parameters = self.module.logic.getParameterNode()
        self.runs = runs
        self.position = np.zeros(3)

    def cases(self) -> None:
        """The phantoms of Sample Data, all added at once, and what is known of them."""
        import SampleData

        # As their button in Slicer does; they cannot be had by name.
        source = SampleData.SampleDataLogic().sourceForSampleName(SAMPLE_NAME)
        nodes = source.customDownloader(source)
        self.unseen, self.truth = nodes[-2:]
        menu = self.module.cases.folderMenu
        menu.fill()
        (phantoms,) = [action for action in menu.menu.actions() if action.text.startswith("Phantoms")]
        phantoms.trigger()
        self._display(*nodes[:2])
        self._waitUntil(self._examined)
        self._open("cases")
        self._save("train-cases.png")

    def settings(self) -> None:
        """The model's name and licence, a time limit, and what the training will take."""
        self.parameters.modelName = TITLE
        self.parameters.anatomy = "Nodule among tubes and plates"
        self.parameters.modality = "Made-up scans"
        self.parameters.licence = "CC0"
        self.parameters.minutes = 5
        self._open("settings")
        self.module.settings.ui.aboutSection.collapsed = False
        self.parameters.runsFolder = SHOWN_FOLDER
        self._save("train-settings.png")
        self.parameters.runsFolder = self.runs
        # A model that learns this within a minute, for the pictures that follow.
        settings = self.module.settings.ui
        settings.editPlanButton.click()
        settings.planEdit.setPlainText(json.dumps(PLAN))
        settings.usePlanButton.click()
        settings.editPlanButton.click()
        slicer.app.processEvents()

    def training(self) -> None:
        """Start, and a picture when it is halfway."""
        self._open("run")
        self._waitUntil(lambda: self.run.startButton.enabled)
        self.run.startButton.click()
        total = PLAN["recipe"]["iterations"]
        self._waitUntil(lambda: self._iteration() > 0.6 * total)
        self._save("train-running.png")
        self._waitUntil(lambda: self.module.results.ui.useButton.enabled and self.parameters.resultsTable is not None)

    def result(self) -> None:
        """The figures of the held-out cases."""
        self._open("results")
        self._save("train-result.png")

    def robustness(self) -> None:
        """The report of the model."""
        self._open("report")
        report = self.module.report.ui
        report.makeReportButton.click()
        self._waitUntil(lambda: report.reportTableButton.visible and report.makeReportButton.enabled)
        self._save("train-report.png")

    def use(self) -> None:
        """A case that was never seen, segmented with the new model."""
        self.module.results.ui.useButton.click()
        slicer.app.processEvents()
        segment = slicer.modules.MedNCASegmentWidget
        segment.ui.volumeSelector.setCurrentNode(self.unseen)
        for segmentationNode in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
            segmentationNode.GetDisplayNode().SetVisibility(False)
        self._display(self.unseen, self.truth)
        self.truth.GetDisplayNode().SetVisibility(False)
        segment.ui.segmentButton.click()
        self._waitUntil(lambda: segment.ui.segmentButton.text == "Segment")
        slicer.app.processEvents()
        windowPicture(segment.parent, self.position).save(self.folder / "train-used.png", optimize=True)
        print(f"{self.folder / 'train-used.png'}", flush=True)

    @property
    def run(self):
        return self.module.run.ui

    def _display(self, volumeNode, segmentationNode) -> None:
        """Show a phantom, and look at the middle of its nodule."""
        for composite in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode"):
            composite.SetBackgroundVolumeID(volumeNode.GetID())
        slicer.app.layoutManager().resetSliceViews()
        segmentId = segmentationNode.GetSegmentation().GetNthSegmentID(0)
        nodule = slicer.util.arrayFromSegmentBinaryLabelmap(segmentationNode, segmentId, volumeNode)
        self.position = np.argwhere(nodule).mean(axis=0)[::-1] * volumeNode.GetSpacing()
        segmentationNode.GetDisplayNode().SetVisibility(True)

    def _open(self, wanted: str) -> None:
        """Open one section of the panel and close the others."""
        for name in ("cases", "settings", "run", "results", "report"):
            section = getattr(getattr(self.module, name).ui, f"{name}Section")
            section.collapsed = name != wanted
        slicer.app.processEvents()

    def _examined(self) -> bool:
        found = self.module.logic.found(self.parameters)
        return bool(found) and all(found.values())

    def _iteration(self) -> int:
        status = self.module.run.watcher.status
        return (status.iteration or 0) if status is not None else 0

    def _save(self, name: str) -> None:
        slicer.app.processEvents()
        windowPicture(self.module.parent, self.position).save(self.folder / name, optimize=True)
        print(f"{self.folder / name}", flush=True)

    def _waitUntil(self, condition) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise RuntimeError(f"Waited in vain; the panel says: {self.run.messageLabel.text}")
            slicer.app.processEvents()
            time.sleep(0.01)


def main() -> int:
    parser = argparse.ArgumentParser(description="Write pictures of a training on the panel.")
    parser.add_argument("--output", type=Path, default=Path("Docs/pictures"), help="folder to write to")
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    runs = Path(tempfile.gettempdir()) / "MedNCA pictures"
    try:
        session = TrainingSession(folder, runs)
        session.cases()
        session.settings()
        session.training()
        session.result()
        session.robustness()
        session.use()
    finally:
        shutil.rmtree(runs, ignore_errors=True)
        store = MedNCASegmentLogic().models
        for model in filter(store.isImported, store.names()):
            store.remove(model)
    return 0


if __name__ == "__main__":
    sys.exit(main())
