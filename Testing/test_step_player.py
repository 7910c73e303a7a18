"""The steps of a real run, scrubbed and played as a person does: slices, 3D, plot, toolbar, and what stays behind.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
if not hasattr(sys.modules.get("slicer"), "app") or "slicer_host" in sys.modules:
    sys.path.insert(0, str(HERE))
    from slicer_host import loadModule, start

    start()
    loadModule(str(HERE.parent / "MedNCASegment" / "MedNCASegment.py"))

import numpy as np  # noqa: E402
import qt  # noqa: E402
import slicer  # noqa: E402
import vtk  # noqa: E402
from mednca import Options, Segmenter, load_model  # noqa: E402
from MedNCASegmentLib.live_view import LiveView  # noqa: E402
from MedNCASegmentLib.logic import MedNCASegmentLogic  # noqa: E402
from MedNCASegmentLib.reading import readScan  # noqa: E402
from MedNCASegmentLib.step_player import StepPlayer  # noqa: E402
from MedNCASegmentLib.step_surface import labelSurface  # noqa: E402
from MedNCASegmentLib.steps import addStepSequence  # noqa: E402

SCAN = str(HERE.parent / "MedNCASegment" / "Resources" / "SampleData" / "MedNCA_Hippocampus_T1.nii.gz")


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


def signedVolume(surface):
    """Volume in mm3 inside closed triangles; negative where they are inside out."""
    triangles = vtk.util.numpy_support.vtk_to_numpy(surface.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    points = vtk.util.numpy_support.vtk_to_numpy(surface.GetPoints().GetData()).astype(float)[triangles]
    return np.einsum("ij,ij->i", points[:, 0], np.cross(points[:, 1], points[:, 2])).sum() / 6


class WithSample(unittest.TestCase):
    """A scene with the sample scan, and the result of a run on it that was recorded once for all tests."""

    @classmethod
    def setUpClass(cls):
        slicer.mrmlScene.Clear(0)
        model = load_model("hippocampus")
        cls.card = model.card
        scan = readScan(slicer.util.loadVolume(SCAN))
        cls.result = Segmenter(model, options=Options(record=True)).run(scan.volume)

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        self.volume = slicer.util.loadVolume(SCAN)
        self.scan = readScan(self.volume)
        slicer.app.processEvents()

    def tearDown(self):
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()


class StepPlayerTest(WithSample):
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

    def waitUntil(self, condition, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "waited in vain")
            slicer.app.processEvents()

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

    # Scrubbing and playing

    def test_scrubbing_shows_the_recorded_label_map_and_says_which_step_it_is(self):
        self.show()
        for item, words in (
            (0, "Level 1, step 1 of 16"),
            (15, "Level 1, step 16 of 16"),
            (20, "Level 2, step 5 of 16"),
        ):
            self.scrub(item)
            self.assertEqual(self.browser.GetSelectedItemNumber(), item)
            self.assertShown(item)
            milliliters = np.count_nonzero(self.result.steps[item].labels) * self.scan.volume.voxel_volume_ml
            self.assertEqual(self.ui.stepLabel.text, f"{words}: {milliliters:.2f} mL")
            self.assertTrue(self.ui.labelsLabel.isHidden())

    def test_it_begins_with_the_step_that_was_chosen_last(self):
        self.browser.SetSelectedItemNumber(7)
        self.show()
        self.assertEqual(self.player.seekWidget.slider().value, 7)
        self.assertIn("Level 1, step 8 of 16", self.ui.stepLabel.text)
        self.assertShown(7)

    def test_playing_shows_each_step_in_turn_and_stops_at_the_end(self):
        self.browser.SetPlaybackLooped(False)
        self.browser.SetPlaybackItemSkippingEnabled(False)
        self.browser.SetPlaybackRateFps(40.0)
        self.show()
        self.press("VcrFirst")
        seen = []

        def look(caller, event):
            item = self.browser.GetSelectedItemNumber()
            if not seen or item != seen[-1]:
                seen.append(item)
                self.assertShown(item)

        tag = self.browser.AddObserver(vtk.vtkCommand.ModifiedEvent, look)
        self.press("VcrPlayPause")
        self.assertTrue(self.browser.GetPlaybackActive())
        self.waitUntil(lambda: not self.browser.GetPlaybackActive())
        self.browser.RemoveObserver(tag)
        self.assertEqual(seen, [*range(len(self.result.steps)), 0])

    def test_pause_stays_at_the_step(self):
        self.browser.SetPlaybackRateFps(40.0)
        self.show()
        self.press("VcrFirst")
        self.press("VcrPlayPause")
        self.waitUntil(lambda: self.browser.GetSelectedItemNumber() >= 3)
        self.press("VcrPlayPause")
        item = self.browser.GetSelectedItemNumber()
        end = time.monotonic() + 0.2
        self.waitUntil(lambda: time.monotonic() > end)
        self.assertEqual(self.browser.GetSelectedItemNumber(), item)
        self.assertShown(item)

    def test_loop_begins_again_and_can_be_switched_off(self):
        self.browser.SetPlaybackRateFps(40.0)
        self.show()
        self.assertTrue(self.part(self.player.playWidget, "pushButton_VcrLoop").checked)
        self.scrub(len(self.result.steps) - 1)
        self.press("VcrPlayPause")
        self.waitUntil(lambda: self.browser.GetSelectedItemNumber() == 2)
        self.assertTrue(self.browser.GetPlaybackActive())
        self.press("VcrLoop")
        self.assertFalse(self.browser.GetPlaybackLooped())

    def test_speed_is_that_of_the_browser(self):
        self.show()
        speed = self.part(self.player.playWidget, "doubleSpinBox_VcrPlaybackRate")
        self.assertEqual(speed.value, self.browser.GetPlaybackRateFps())
        speed.setValue(3.5)
        self.assertEqual(self.browser.GetPlaybackRateFps(), 3.5)

    def test_toolbar_and_panel_are_in_step(self):
        self.show()
        toolBar = slicer.modules.sequences.toolBar()
        self.assertTrue(slicer.modules.sequences.isToolBarVisible() or toolBar.parent() is None)
        self.assertIs(toolBar.activeBrowserNode(), self.browser)
        self.part(toolBar, "slider_IndexValue").setValue(11)
        self.assertEqual(self.player.seekWidget.slider().value, 11)
        self.assertIn("Level 1, step 12", self.ui.stepLabel.text)
        self.assertShown(11)
        self.scrub(25)
        self.assertEqual(self.part(toolBar, "slider_IndexValue").value, 25)
        self.part(toolBar, "pushButton_VcrPlayPause").click()
        self.assertTrue(self.part(self.player.playWidget, "pushButton_VcrPlayPause").checked)
        self.press("VcrPlayPause")
        self.assertFalse(self.part(toolBar, "pushButton_VcrPlayPause").checked)

    def test_keyboard_shortcuts_are_left_to_the_toolbar(self):
        shortcuts = slicer.util.findChildren(self.player.playWidget, className="QShortcut")
        self.assertEqual(len(shortcuts), 3)
        self.assertFalse(any(shortcut.isEnabled() for shortcut in shortcuts))

    # What stays behind

    def test_leaving_shows_the_label_layer_that_was_there(self):
        other = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Other")
        first = composites()[0]
        first.SetLabelVolumeID(other.GetID())
        first.SetLabelOpacity(0.3)
        before = layers()
        self.show()
        self.assertEqual(set(layers().values()), {(self.browser.GetProxyNode(self.sequence).GetID(), 0.6)})
        self.scrub(4)
        self.player.hide()
        self.assertEqual(layers(), before)
        self.assertFalse(self.visible)

    def test_a_label_layer_that_somebody_chose_meanwhile_is_left_alone(self):
        other = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Other")
        self.show()
        composites()[0].SetLabelVolumeID(other.GetID())
        self.player.hide()
        self.assertEqual(composites()[0].GetLabelVolumeID(), other.GetID())

    def test_a_label_map_that_was_removed_meanwhile_does_not_come_back(self):
        other = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Other")
        for composite in composites():
            composite.SetLabelVolumeID(other.GetID())
        self.show()
        slicer.mrmlScene.RemoveNode(other)
        self.player.hide()
        self.assertEqual({label for label, _ in layers().values()}, {None})

    def test_hiding_leaves_the_scene_as_it_was_and_playing_stops(self):
        setThreeDViewOnDisplay(True)
        before = sceneNodes()
        self.ui.showIn3DCheckBox.checked = True
        self.show()
        self.assertNotEqual(sceneNodes(), before)
        self.press("VcrPlayPause")
        self.player.hide()
        self.assertEqual(sceneNodes(), before)
        self.assertFalse(self.browser.GetPlaybackActive())

    def test_nothing_is_observed_after_closing(self):
        self.show()
        self.assertTrue(self.player.Observations)
        self.player.close()
        self.assertFalse(self.player.Observations)
        text = self.ui.stepLabel.text
        self.browser.SetSelectedItemNumber(2)
        self.ui.showIn3DCheckBox.toggle()
        slicer.app.processEvents()
        self.assertEqual(self.ui.stepLabel.text, text)
        self.assertEqual(self.surfaces(), [])

    def test_it_hides_when_what_it_shows_is_removed(self):
        setThreeDViewOnDisplay(True)
        self.ui.showIn3DCheckBox.checked = True
        for what in ("sequence", "browser"):
            before = layers()
            self.show()
            self.press("VcrPlayPause")
            slicer.mrmlScene.RemoveNode(getattr(self, what))
            slicer.app.processEvents()
            self.assertFalse(self.visible)
            self.assertEqual(layers(), before)
            self.assertEqual(self.surfaces(), [])
            self.sequence, self.browser = self.addSteps()
        self.show()
        self.assertTrue(self.visible)

    def test_closing_the_scene_while_playing_hides_it(self):
        self.show()
        self.press("VcrPlayPause")
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()
        self.assertFalse(self.visible)
        self.assertFalse(self.player.Observations)

    def test_another_run_takes_the_place_of_the_first(self):
        self.show()
        self.browser.SetPlaybackActive(True)
        before, first = layers(), self.browser
        self.sequence, self.browser = self.addSteps()
        self.show()
        self.assertFalse(first.GetPlaybackActive())
        self.assertNotEqual(layers(), before)
        self.player.hide()
        self.assertEqual({label for label, _ in layers().values()}, {None})

    def test_the_result_is_an_outline_meanwhile(self):
        segmentation = MedNCASegmentLogic().segment(self.volume)
        display = segmentation.GetDisplayNode()
        display.SetVisibility3D(True)
        setThreeDViewOnDisplay(True)
        self.show(segmentationNode=segmentation)
        self.assertFalse(display.GetVisibility2DFill())
        self.assertTrue(display.GetVisibility2DOutline() and display.GetVisibility3D())
        self.ui.showIn3DCheckBox.checked = True
        self.assertFalse(display.GetVisibility3D())
        self.player.hide()
        self.assertTrue(display.GetVisibility2DFill() and display.GetVisibility3D())

    def test_a_saved_scene_is_watched_like_a_new_run(self):
        self.show()
        self.scrub(20)
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "scene.mrb")
            self.assertTrue(slicer.util.saveScene(path))
            self.player.hide()
            slicer.mrmlScene.Clear(0)
            slicer.util.loadScene(path)
        slicer.app.processEvents()
        self.assertEqual(slicer.util.getNodesByClass("vtkMRMLPlotChartNode"), [], "the plot was saved")
        self.sequence = slicer.util.getNodesByClass("vtkMRMLSequenceNode")[0]
        self.browser = slicer.util.getNodesByClass("vtkMRMLSequenceBrowserNode")[0]
        self.show()
        self.assertIn("Level 2, step 5 of 16", self.ui.stepLabel.text)
        self.assertShown(20)
        self.player.hide()
        self.assertEqual({label for label, _ in layers().values()}, {None})

    # 3D

    def test_3d_is_offered_only_where_the_layout_has_a_3d_view(self):
        self.show()
        self.assertFalse(self.ui.showIn3DCheckBox.enabled)
        self.assertIn("no 3D view", self.ui.showIn3DCheckBox.toolTip)
        setThreeDViewOnDisplay(True)
        self.assertTrue(self.ui.showIn3DCheckBox.enabled)
        self.ui.showIn3DCheckBox.click()
        self.assertEqual(len(self.surfaces()), 1)
        setThreeDViewOnDisplay(False)
        self.assertEqual(self.surfaces(), [])

    def test_the_surface_follows_the_step(self):
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        self.browser.GetProxyNode(self.sequence).SetAndObserveTransformNodeID(transform.GetID())
        setThreeDViewOnDisplay(True)
        self.show()
        self.ui.showIn3DCheckBox.click()
        (model,) = self.surfaces()
        for item in (12, 18, 31):
            self.scrub(item)
            self.assertEqual(self.surfaces(), [model])
            self.assertIs(model.GetParentTransformNode(), transform)
            cubic_mm = 1000 * np.count_nonzero(self.result.steps[item].labels) * self.scan.volume.voxel_volume_ml
            # Smoothing takes from the corners: most where there are many.
            self.assertAlmostEqual(signedVolume(model.GetPolyData()) / cubic_mm, 0.9, delta=0.15)
            voxels = np.argwhere(self.result.steps[item].labels)
            corners = np.c_[np.vstack([voxels.min(0) - 0.5, voxels.max(0) + 0.5]), [1, 1]] @ self.scan.volume.affine.T
            bounds = np.reshape(model.GetPolyData().GetBounds(), (3, 2))
            np.testing.assert_allclose(bounds, np.sort(corners[:, :3].T, axis=1), atol=1.0)
        self.ui.showIn3DCheckBox.click()
        self.assertEqual(self.surfaces(), [])

    def test_the_surface_has_the_colour_of_its_label(self):
        setThreeDViewOnDisplay(True)
        self.show()
        self.ui.showIn3DCheckBox.click()
        (model,) = self.surfaces()
        display = model.GetDisplayNode()
        self.assertTrue(display.GetScalarVisibility())
        values = vtk.util.numpy_support.vtk_to_numpy(model.GetPolyData().GetPointData().GetScalars())
        label = self.card.labels[0]
        self.assertEqual(set(values), {label.value})
        table = display.GetColorNode().CreateLookupTableCopy()
        table.SetRange(display.GetScalarRange())
        color = [0.0] * 3
        table.GetColor(label.value, color)
        np.testing.assert_allclose([*color, table.GetOpacity(label.value)], [*label.color, 1.0], atol=0.01)

    def test_the_surface_is_not_inside_out_on_a_mirrored_grid(self):
        node = self.sequence.GetNthDataNode(31)
        straight = signedVolume(labelSurface(node))
        matrix = vtk.vtkMatrix4x4()
        node.GetIJKToRASMatrix(matrix)
        matrix.SetElement(2, 2, -matrix.GetElement(2, 2))
        node.SetIJKToRASMatrix(matrix)
        self.assertGreater(straight, 0)
        self.assertAlmostEqual(signedVolume(labelSurface(node)), straight, delta=0.01 * straight)

    def test_an_empty_step_has_an_empty_surface(self):
        slicer.util.arrayFromVolume(self.sequence.GetNthDataNode(0))[:] = 0
        setThreeDViewOnDisplay(True)
        self.show()
        self.scrub(0)
        self.ui.showIn3DCheckBox.click()
        (model,) = self.surfaces()
        self.assertEqual(model.GetPolyData().GetNumberOfPoints(), 0)
        self.scrub(31)
        self.assertGreater(model.GetPolyData().GetNumberOfPoints(), 0)

    def test_the_surface_lies_in_the_folder_of_its_run_and_goes_with_it(self):
        setThreeDViewOnDisplay(True)
        before = sceneNodes()
        run = MedNCASegmentLogic().start(self.volume)
        while not run.finished:
            run.advance(1.0)
        outputs = run.outputs
        self.ui.showIn3DCheckBox.checked = True
        self.player.show(outputs.sequenceNode, outputs.browserNode, outputs.folder, outputs.segmentationNode)
        (model,) = self.surfaces()
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        self.assertEqual(hierarchy.GetItemParent(hierarchy.GetItemByDataNode(model)), outputs.folder)
        hierarchy.RemoveItem(outputs.folder, True, True)
        slicer.app.processEvents()
        self.assertFalse(self.visible)
        self.assertEqual(self.surfaces(), [])
        left = {node: name for node, name in sceneNodes().items() if node not in before}
        kinds = {slicer.mrmlScene.GetNodeByID(node).GetClassName() for node in left}
        self.assertFalse(kinds & {"vtkMRMLModelNode", "vtkMRMLModelDisplayNode", "vtkMRMLPlotViewNode"}, left)

    def test_removing_the_surface_switches_3d_off(self):
        setThreeDViewOnDisplay(True)
        self.show()
        before = sceneNodes()
        self.ui.showIn3DCheckBox.click()
        slicer.mrmlScene.RemoveNode(self.surfaces()[0])
        slicer.app.processEvents()
        self.assertFalse(self.ui.showIn3DCheckBox.checked)
        self.scrub(3)
        self.assertEqual(sceneNodes(), before)

    def test_a_surface_that_was_saved_is_taken_over(self):
        setThreeDViewOnDisplay(True)
        self.show()
        self.ui.showIn3DCheckBox.click()
        (model,) = self.surfaces()
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "scene.mrb")
            self.assertTrue(slicer.util.saveScene(path))
            slicer.mrmlScene.Clear(0)
            slicer.util.loadScene(path)
        slicer.app.processEvents()
        self.sequence = slicer.util.getNodesByClass("vtkMRMLSequenceNode")[0]
        self.browser = slicer.util.getNodesByClass("vtkMRMLSequenceBrowserNode")[0]
        (model,) = self.surfaces()
        self.assertGreater(model.GetPolyData().GetNumberOfPoints(), 0)
        self.ui.showIn3DCheckBox.checked = False
        setThreeDViewOnDisplay(True)
        self.show()
        self.assertTrue(self.ui.showIn3DCheckBox.checked)
        self.assertEqual(self.surfaces(), [model])

    # The plot

    def test_the_plot_has_the_volume_of_every_step_and_marks_the_one_on_display(self):
        manager = slicer.app.layoutManager()
        layout, plotViews = manager.layout, manager.plotViewCount
        self.show()
        chart = slicer.mrmlScene.GetNodeByID(self.player.plotWidget.mrmlPlotViewNode().GetPlotChartNodeID())
        *levels, marker = (chart.GetNthPlotSeriesNode(i) for i in range(chart.GetNumberOfPlotSeriesNodes()))
        self.assertEqual(len(levels), 2)

        def points(series):
            table = series.GetTableNode().GetTable()
            names = (series.GetXColumnName(), series.GetYColumnName())
            return [vtk.util.numpy_support.vtk_to_numpy(table.GetColumnByName(name)).copy() for name in names]

        steps, volumes = np.hstack([points(series) for series in levels])
        expected = [np.count_nonzero(step.labels) * self.scan.volume.voxel_volume_ml for step in self.result.steps]
        np.testing.assert_array_equal(steps, np.arange(1, 33))
        np.testing.assert_allclose(volumes, expected, rtol=1e-5)
        for item in (0, 21):
            self.scrub(item)
            x, y = points(marker)
            np.testing.assert_allclose([x[0], y[0]], [item + 1, expected[item]], rtol=1e-5)
        self.assertEqual((manager.layout, manager.plotViewCount), (layout, plotViews))

    def test_each_label_has_a_line_of_its_own(self):
        colors = self.browser.GetProxyNode(self.sequence).GetDisplayNode().GetColorNode()
        colors.SetNumberOfColors(3)
        colors.SetColor(2, "Upper half", 0.1, 0.2, 0.9, 1.0)
        for index in range(self.sequence.GetNumberOfDataNodes()):
            labels = slicer.util.arrayFromVolume(self.sequence.GetNthDataNode(index))
            labels[18:][labels[18:] > 0] = 2
        self.show()
        chart = slicer.mrmlScene.GetNodeByID(self.player.plotWidget.mrmlPlotViewNode().GetPlotChartNodeID())
        series = [chart.GetNthPlotSeriesNode(index) for index in range(chart.GetNumberOfPlotSeriesNodes())]
        hippocampus = self.card.labels[0].name
        self.assertEqual([one.GetYColumnName() for one in series], 2 * [hippocampus, "Upper half"] + ["Volume"])
        np.testing.assert_allclose(series[1].GetColor(), [0.1, 0.2, 0.9], atol=0.01)
        marks = vtk.util.numpy_support.vtk_to_numpy(series[-1].GetTableNode().GetTable().GetColumn(1))
        milliliters = np.count_nonzero(self.result.steps[31].labels) * self.scan.volume.voxel_volume_ml
        self.assertAlmostEqual(float(marks[:2].sum()), milliliters, places=4)
        self.assertIn(f"{milliliters:.2f} mL", self.ui.stepLabel.text)
        self.assertFalse(self.ui.labelsLabel.isHidden())
        for name, volume in zip((hippocampus, "Upper half"), marks, strict=False):
            self.assertIn(f"{name}: {volume:.2f} mL", self.ui.labelsLabel.text)
        self.assertIn("#1a33e6", self.ui.labelsLabel.text)

    def test_nodes_of_the_plot_are_hidden_and_never_saved(self):
        before = sceneNodes()
        self.show()
        added = [slicer.mrmlScene.GetNodeByID(node) for node in sceneNodes() if node not in before]
        self.assertEqual(len(added), 8)  # chart, view, 3 tables, 3 series
        self.assertTrue(all(node.GetHideFromEditors() and not node.GetSaveWithScene() for node in added))


class LiveViewTest(WithSample):
    def events(self):
        segmenter = Segmenter(load_model("hippocampus"), options=Options(live=True))
        return segmenter.events(self.scan.volume)

    def test_the_label_map_over_the_slices_follows_the_run_and_leaves_nothing(self):
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        self.volume.SetAndObserveTransformNodeID(transform.GetID())
        nodes, before = sceneNodes(), layers()
        live = LiveView(self.volume, self.scan, self.card)
        self.assertIs(live.node.GetParentTransformNode(), transform)
        self.assertFalse(live.node.GetSaveWithScene())
        seen = []
        for progress in self.events():
            live.update(progress)
            shown = slicer.util.arrayFromVolume(live.node)
            if not seen or not np.array_equal(shown, seen[-1]):
                np.testing.assert_array_equal(shown, progress.live.transpose(2, 1, 0))
                seen.append(shown.copy())
            if len(seen) == 4:
                break
        self.assertEqual(len(seen), 4, "the label map did not change while the run went on")
        self.assertEqual({label for label, _ in layers().values()}, {live.node.GetID()})
        live.close()
        self.assertEqual((sceneNodes(), layers()), (nodes, before))

    def test_it_shows_at_most_fifteen_label_maps_a_second(self):
        live = LiveView(self.volume, self.scan, self.card)
        changes = []
        live.node.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_: changes.append(1))
        progress = next(self.events())
        end = time.monotonic() + 0.4
        while time.monotonic() < end:
            live.update(progress)
        live.close()
        self.assertGreaterEqual(len(changes), 2)
        self.assertLessEqual(len(changes), 7)

    def test_closing_the_scene_ends_it_in_peace(self):
        live = LiveView(self.volume, self.scan, self.card)
        progress = next(self.events())
        slicer.mrmlScene.Clear(0)
        live.update(progress)
        live.close()
        live.close()
        self.assertEqual(slicer.util.getNodesByClass("vtkMRMLLabelMapVolumeNode"), [])


if __name__ == "__main__":
    unittest.main()
