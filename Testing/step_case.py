"""The steps of a real run and the section of the panel that plays them: what tests of them have in common."""

import functools

from panel_case import SCAN
from slicer_case import SlicerCase

# isort: split
import numpy as np
import qt
import slicer
from mednca import Options, Segmenter, load_model
from MedNCASegmentLib.reading import readScan
from MedNCASegmentLib.step_player import StepPlayer
from MedNCASegmentLib.steps import addStepSequence


def composites():
    return slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")


def layers():
    """Label layer and its opacity in every slice view."""
    return {one.GetID(): (one.GetLabelVolumeID() or None, one.GetLabelOpacity()) for one in composites()}


def sceneNodes():
    nodes = (slicer.mrmlScene.GetNthNode(index) for index in range(slicer.mrmlScene.GetNumberOfNodes()))
    return {node.GetID(): node.GetName() for node in nodes}


def setThreeDViewOnDisplay(shown):
    """What a change of the layout does to the 3D views."""
    views = slicer.util.getNodesByClass("vtkMRMLViewNode")
    if shown and not views:
        views = [slicer.mrmlScene.AddNewNodeByClass("vtkMRMLViewNode")]
    for view in views:
        view.SetMappedInLayout(shown)


@functools.cache
def recordedRun():
    """The shipped model's card, and its result on the sample scan with every step."""
    model = load_model("hippocampus")
    scan = readScan(slicer.util.loadVolume(SCAN))
    return model.card, Segmenter(model, options=Options(record=True)).run(scan.volume)


class WithSample(SlicerCase):
    """A scene with the sample scan, and the result of a run on it that was recorded once for all tests."""

    @classmethod
    def setUpClass(cls):
        slicer.mrmlScene.Clear(0)
        cls.card, cls.result = recordedRun()

    def setUp(self):
        super().setUp()
        self.volume = slicer.util.loadVolume(SCAN)
        self.scan = readScan(self.volume)
        slicer.app.processEvents()


class StepCase(WithSample):
    """A player of the steps, in a widget of its own."""

    def setUp(self):
        super().setUp()
        setThreeDViewOnDisplay(False)
        self.sequence, self.browser = self.addSteps()
        self.parent = qt.QWidget()
        self.player = StepPlayer(qt.QVBoxLayout(self.parent))
        self.ui = self.player.ui

    def tearDown(self):
        self.player.close()
        super().tearDown()

    # What a person sees and does

    def addSteps(self):
        adding = addStepSequence(self.result, self.card, self.volume, self.scan, [])
        while True:
            try:
                next(adding)
            except StopIteration as end:
                return end.value

    def show(self, **kwargs):
        self.player.show(self.sequence, self.browser, **kwargs)
        slicer.app.processEvents()

    @property
    def visible(self):
        return not self.ui.StepPlayer.isHidden()

    @staticmethod
    def part(widget, name):
        return slicer.util.findChildren(widget, name=name)[0]

    def press(self, name):
        self.part(self.player.playWidget, f"pushButton_{name}").click()

    def scrub(self, item):
        self.player.seekWidget.slider().setValue(item)

    def assertShown(self, item):
        """The label map over every slice is the recorded one of this item."""
        for composite in composites():
            shown = slicer.mrmlScene.GetNodeByID(composite.GetLabelVolumeID())
            np.testing.assert_array_equal(
                slicer.util.arrayFromVolume(shown), self.result.steps[item].labels.transpose(2, 1, 0)
            )

    def surfaces(self):
        models = slicer.util.getNodesByClass("vtkMRMLModelNode")
        return [model for model in models if model.GetNodeReference("MedNCA.Steps") is not None]
