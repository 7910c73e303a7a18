"""The label map over the slices that follows a run under way.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import unittest
from types import SimpleNamespace
from unittest import mock

from step_case import WithSample, layers, sceneNodes

# isort: split
import numpy as np
import slicer
import vtk
from mednca import Options, Segmenter, load_model
from MedNCASegmentLib import live_view
from MedNCASegmentLib.live_view import LiveView


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
        now, changed = 1000.0, set()
        live.node.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_: changed.add(now))
        progress = next(self.events())
        with mock.patch.object(live_view, "time", SimpleNamespace(monotonic=lambda: now)):
            for hundredth in range(100):
                now = 1000.0 + hundredth / 100
                live.update(progress)
        # One every 0.07 s: the first hundredth that is no sooner than a fifteenth after the last.
        self.assertEqual(sorted(changed), [1000.0 + hundredth / 100 for hundredth in range(0, 100, 7)])
        live.close()

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
