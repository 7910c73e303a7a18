"""`make screenshots`: drive the real panel by clicks on a machine without Slicer, and write the pictures of README and
tutorial.

They are pictures from the stand-in host (slicer_host), not screenshots of Slicer, and each of them says so.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "MedNCASegment")]

import slicer_host  # noqa: E402

slicer_host.start(gui=True)
slicer_host.loadModule(str(HERE.parent / "MedNCASegment" / "MedNCASegment.py"))

import numpy as np  # noqa: E402
import slicer  # noqa: E402
import vtk  # noqa: E402
from MedNCASegmentLib.sample_data import SAMPLE_NAME  # noqa: E402
from pictures import write_animation  # noqa: E402
from PIL import ImageOps  # noqa: E402
from window_picture import GAP, PANEL, Views, grab, panelPicture, together, windowPicture  # noqa: E402

PATIENCE = 300.0  # seconds that a run may take here
MARGIN = 0.10  # of the organ's extent, left around it on each side in a region of interest
GIF_VIEW = 220
RUNS = 5


class Session:
    """One person at the panel, from an empty scene to a measured volume; each method leaves a picture."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        slicer.app.completeStartup()
        slicer.util.selectModule("MedNCASegment")
        self.module = slicer.modules.MedNCASegmentWidget
        self.ui = self.module.ui
        self.volumeNode, self.position, self.extent = None, np.zeros(3), np.zeros(3)

    def loadSample(self) -> None:
        """Load the sample scan as the Sample Data module does, and hide the expert's label that comes with it."""
        import SampleData

        self.volumeNode, expertNode = SampleData.downloadSamples(SAMPLE_NAME)
        expertNode.GetDisplayNode().SetVisibility(False)
        low, high = self._bounds(expertNode)
        self.position, self.extent = (low + high) / 2, high - low
        self.ui.volumeSelector.setCurrentNode(self.volumeNode)
        slicer.app.processEvents()

    def before(self) -> None:
        self._save("panel-before.png")

    def advanced(self) -> None:
        self.ui.advancedSection.collapsed = False
        self._save("panel-advanced.png")
        self.ui.advancedSection.collapsed = True

    def region(self) -> None:
        """A region of interest drawn around the organ with a margin, as one is needed in a scan of a whole head."""
        self.ui.regionSelector.addNode()
        roiNode = self.ui.regionSelector.currentNode()
        roiNode.SetCenterWorld(self.position)
        roiNode.SetSizeWorld(self.extent * (1 + 2 * MARGIN))
        self._save("panel-region.png")
        self.ui.regionSelector.setCurrentNode(None)
        slicer.mrmlScene.RemoveNode(roiNode)

    def during(self) -> None:
        """Segment, watched live, and a picture when two thirds of it are done."""
        if not self.ui.watchLiveCheckBox.checked:
            self.ui.watchLiveCheckBox.click()
        self.ui.segmentButton.click()
        self._waitUntil(lambda: self.ui.progressBar.value >= 0.66 * self.ui.progressBar.maximum)
        self._save("panel-during.png")
        self._waitUntil(lambda: self.ui.segmentButton.text == "Segment")

    def after(self) -> None:
        """The result with its figures, in 3D, and the steps under it."""
        if self.ui.segmentationSelector.currentNode() is None:
            raise RuntimeError(f"The run left no segmentation: {self.ui.messageLabel.text}")
        self.ui.show3DButton.click()
        self.ui.inputsSection.collapsed = True
        self._save("panel-after.png")

    def steps(self) -> None:
        """Play the steps through the sequence browser, with their surface in 3D."""
        browserNode = slicer.util.getNodesByClass("vtkMRMLSequenceBrowserNode")[-1]
        section, count = self._named("stepsSection"), browserNode.GetNumberOfItems()
        self._named("showIn3DCheckBox").click()
        views = Views(GIF_VIEW, GIF_VIEW)
        panel = self.module.parent
        panelPicture(panel, width=4 * GIF_VIEW + 3 * GAP + panel.width - section.width)
        frames = []
        try:
            browserNode.SetSelectedItemNumber(count - 1)
            views.draw(self.position)
            for item in range(count):
                browserNode.SetSelectedItemNumber(item)
                slicer.app.processEvents()
                frames.append(together(views.draw(self.position, 4, sameCamera=True), grab(section), below=True))
        finally:
            views.close()
        write_animation(frames, self.folder / "steps.gif", colors=256)
        browserNode.SetSelectedItemNumber(count // 3)
        self._save("panel-steps.png")
        self._named("showIn3DCheckBox").click()

    def parts(self) -> None:
        """The model with two labels, with both of them in 3D."""
        segmentationNode = self.ui.segmentationSelector.currentNode()
        segmentationNode.GetDisplayNode().SetVisibility(False)
        self.ui.segmentationSelector.setCurrentNode(None)
        model = self.ui.modelSelector
        model.setCurrentIndex(model.findText("Hippocampus, anterior and posterior (T1 MRI)"))
        self.ui.segmentButton.click()
        self._waitUntil(lambda: self.ui.segmentButton.text == "Segment")
        self.ui.show3DButton.click()
        self._save("panel-parts.png")
        self.ui.segmentationSelector.currentNode().GetDisplayNode().SetVisibility(False)
        self.ui.segmentationSelector.setCurrentNode(segmentationNode)
        segmentationNode.GetDisplayNode().SetVisibility(True)
        model.setCurrentIndex(model.findText("Hippocampus (T1 MRI)"))

    def uncertainty(self) -> None:
        """Several runs, and their disagreement as it is seen in the views once the module is left."""
        self.ui.runsSpinBox.value = RUNS
        self.ui.uncertaintyCheckBox.click()
        self.ui.segmentButton.click()
        self._waitUntil(lambda: self.ui.segmentButton.text == "Segment")
        panelPicture(self.module.parent)
        figures = ImageOps.expand(grab(self.ui.resultLabel), 12, PANEL)
        (mapNode,) = slicer.util.getNodes("*uncertainty*").values()
        segmentationNode = self.ui.segmentationSelector.currentNode()
        self.module.exit()
        segmentationNode.GetDisplayNode().SetVisibility2DFill(False)
        for composite in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode"):
            composite.SetBackgroundVolumeID(mapNode.GetID())
        views = Views(GIF_VIEW, GIF_VIEW)
        try:
            together(views.draw(self.position, 4), figures, below=True).save(self.folder / "uncertainty.png")
        finally:
            views.close()

    def doubtful(self) -> None:
        """The runs disagree about a copy of the scan that gets brighter from end to end, as beside a surface coil."""
        segmentationNode = self.ui.segmentationSelector.currentNode()
        segmentationNode.GetDisplayNode().SetVisibility(False)
        copy = slicer.modules.volumes.logic().CloneVolume(self.volumeNode, "Uneven MRI")
        array = slicer.util.arrayFromVolume(self.volumeNode)
        brighter = np.exp(np.linspace(-2.5, 2.5, array.shape[1]))[:, None]
        slicer.util.updateVolumeFromArray(copy, (array * brighter).astype(np.float32))
        copy.GetDisplayNode().SetAutoWindowLevel(True)
        self.module.enter()
        self.ui.volumeSelector.setCurrentNode(copy)
        self.ui.runsSpinBox.value = 0
        self.ui.uncertaintyCheckBox.click()
        self.ui.segmentButton.click()
        self._waitUntil(lambda: self.ui.segmentButton.text == "Segment")
        self.ui.inputsSection.collapsed = self.ui.advancedSection.collapsed = True
        slicer.util.setSliceViewerLayers(background=copy)
        self._save("panel-doubtful.png")

    def _bounds(self, segmentationNode) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest RAS coordinates (mm) of all voxels in segments."""
        ids = segmentationNode.GetSegmentation().GetSegmentIDs()
        arrays = [slicer.util.arrayFromSegmentBinaryLabelmap(segmentationNode, one, self.volumeNode) for one in ids]
        kji = np.argwhere(np.any(arrays, axis=0))
        matrix = vtk.vtkMatrix4x4()
        self.volumeNode.GetIJKToRASMatrix(matrix)
        corners = np.array([kji.min(axis=0) - 0.5, kji.max(axis=0) + 0.5])[:, ::-1]
        ras = np.c_[corners, np.ones(2)] @ slicer.util.arrayFromVTKMatrix(matrix).T
        return ras[:, :3].min(axis=0), ras[:, :3].max(axis=0)

    def _save(self, name: str) -> None:
        slicer.app.processEvents()
        windowPicture(self.module.parent, self.position).save(self.folder / name, optimize=True)
        print(f"{self.folder / name}", flush=True)

    def _named(self, name: str):
        """A widget of the panel by its name in the .ui files."""
        (widget,) = slicer.util.findChildren(self.module.parent, name=name)
        return widget

    def _waitUntil(self, condition) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise RuntimeError(f"Waited in vain; the panel says: {self.ui.messageLabel.text}")
            slicer.app.processEvents()


def main() -> int:
    parser = argparse.ArgumentParser(description="Write pictures of the panel at work.")
    parser.add_argument("--output", type=Path, default=Path("Docs/pictures"), help="folder to write to")
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    session = Session(folder)
    session.loadSample()
    session.before()
    session.advanced()
    session.region()
    session.during()
    session.after()
    session.steps()
    session.parts()
    session.uncertainty()
    session.doubtful()
    return 0


if __name__ == "__main__":
    sys.exit(main())
