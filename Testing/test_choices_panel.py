"""What a person chooses on MedNCASegment's panel besides the volume: a region of interest, and models of their own.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import dataclasses
import unittest
from unittest import mock

from panel_case import PanelCase, library

# isort: split
import numpy as np
import slicer
import vtk


class RegionPanelTest(PanelCase):
    @staticmethod
    def boxAround(mask, volume, margin):
        """A region of interest around the voxels of a mask [k, j, i] of an axis-aligned volume; margin in voxels."""
        found = np.argwhere(mask)[:, ::-1]
        corners = np.array([found.min(axis=0) - margin, found.max(axis=0) + margin])
        affine = library("reading").worldAffine(volume)
        corners = corners @ affine[:3, :3].T + affine[:3, 3]
        roi = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "Box")
        roi.SetCenterWorld(*corners.mean(axis=0))
        roi.SetSizeWorld(*abs(corners[1] - corners[0]))
        return roi

    def test_onlyTheInsideIsSegmented(self):
        volume = self.loadSample()
        self.assertIsNone(self.ui.regionSelector.currentNode())
        self.assertTrue(self.ui.regionLabel.isHidden())
        self.segment()
        whole = self.voxels(self.ui.segmentationSelector.currentNode(), volume)
        memory = self.ui.recordMemoryLabel.text
        roi = self.boxAround(whole, volume, 3)
        roi.SetCenterWorld(np.array(roi.GetCenterWorld()) + [0, 10, 0])
        self.ui.regionSelector.setCurrentNode(roi)
        self.assertEqual(self.ui.regionLabel.text, "Only what is inside 'Box' is segmented.")
        self.assertNotEqual(self.ui.recordMemoryLabel.text, memory)
        self.segment()

        part = self.voxels(self.ui.segmentationSelector.currentNode(), volume)
        self.assertTrue(part.any())
        affine = library("reading").worldAffine(volume)
        positions = np.argwhere(part)[:, ::-1] @ affine[:3, :3].T + affine[:3, 3]
        bounds = [0.0] * 6
        roi.GetRASBounds(bounds)
        self.assertTrue((positions >= np.array(bounds[::2]) - 1e-3).all())
        self.assertTrue((positions <= np.array(bounds[1::2]) + 1e-3).all())
        self.assertTrue((whole & ~part).any(), "the region left nothing out")

    def test_sizeOfTheRegionHardlyMatters(self):
        volume = self.loadSample()
        self.segment()
        roi = self.boxAround(self.voxels(self.ui.segmentationSelector.currentNode(), volume), volume, 8)
        size = np.array(roi.GetSize())
        self.ui.regionSelector.setCurrentNode(roi)
        counts = []
        for factor in (1.0, 0.8, 1.2):
            roi.SetSizeWorld(*(factor * size))
            self.segment()
            counts.append(self.voxels(self.ui.segmentationSelector.currentNode(), volume).sum())
        for count in counts[1:]:
            self.assertLess(abs(count / counts[0] - 1), 0.05, counts)

    def test_regionThatMissesTheVolumeIsAReasonUntilItIsMoved(self):
        volume = self.loadSample()
        roi = self.ui.regionSelector.addNode()
        slicer.app.processEvents()
        self.assertTrue(self.ui.segmentButton.enabled, "a new region does not lie in the volume")
        center = roi.GetCenterWorld()
        roi.SetCenterWorld(5000, 5000, 5000)
        self.assertCannotStart("move it over the organ")
        self.assertIn(volume.GetName(), self.ui.reasonLabel.text)
        toRegion = vtk.vtkMatrix4x4()
        for axis in range(3):
            toRegion.SetElement(axis, 3, 5000 - center[axis])
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        transform.SetMatrixTransformToParent(toRegion)
        volume.SetAndObserveTransformNodeID(transform.GetID())
        self.assertTrue(self.ui.segmentButton.enabled, "the volume was moved to the region")
        volume.SetAndObserveTransformNodeID(None)
        self.assertCannotStart("move it over the organ")
        roi.SetCenterWorld(center)
        self.assertTrue(self.ui.segmentButton.enabled)
        slicer.mrmlScene.RemoveNode(roi)
        slicer.app.processEvents()
        self.assertTrue(self.ui.regionLabel.isHidden())


class ModelsPanelTest(PanelCase):
    def setUp(self):
        super().setUp()
        self.folder = self.useOwnModelFolder()

    def modelFile(self, title="Of my own"):
        """A file with the shipped model under another title."""
        import mednca

        model = self.panel.logic.model("hippocampus")
        path = self.folder / "mine.npz"
        mednca.save_model(mednca.Model(dataclasses.replace(model.card, title=title), model.rules), path)
        return path

    def titles(self):
        return [self.ui.modelSelector.itemText(index) for index in range(self.ui.modelSelector.count)]

    def test_importedModelIsListedChosenAndRuns(self):
        self.assertFalse(self.ui.removeModelButton.enabled)
        self.loadSample()
        path = self.modelFile()
        self.importModel(path)
        path.unlink()
        self.assertMessage("'Of my own' was imported")
        self.assertEqual(self.ui.modelSelector.currentText, "Of my own")
        self.assertEqual(self.parameters.model, "mine")
        self.assertTrue(self.ui.removeModelButton.enabled)
        self.segment()
        self.assertIsNotNone(self.ui.segmentationSelector.currentNode(), self.ui.messageLabel.text)

        again = library("model_store").ModelStore(self.folder / "settings" / "models")
        self.assertIn("mine", again.names())

    def test_removedModelIsGone(self):
        before = self.titles()
        self.importModel(self.modelFile())
        self.assertEqual(self.titles(), [*before, "Of my own"])
        with mock.patch.object(slicer.util, "confirmOkCancelDisplay", return_value=False):
            self.ui.removeModelButton.click()
        self.assertEqual(self.titles(), [*before, "Of my own"])
        with mock.patch.object(slicer.util, "confirmOkCancelDisplay", return_value=True):
            self.ui.removeModelButton.click()
        self.assertEqual(self.titles(), before)
        self.assertEqual(self.parameters.model, "hippocampus")
        self.assertEqual(list((self.folder / "settings" / "models").iterdir()), [])

    def test_sameFileIsImportedOnceAndAnotherOfTheSameNameBeside(self):
        self.importModel(self.modelFile())
        self.importModel(self.modelFile())
        self.importModel(self.modelFile("Another"))
        self.assertEqual(self.panel.logic.modelNames()[-2:], ["mine", "mine 2"])

    def test_brokenFileIsOneSentenceAndChangesNothing(self):
        before = self.titles()
        broken = self.folder / "broken.npz"
        for content in (b"", b"not a model", self.modelFile().read_bytes()[:5000]):
            broken.write_bytes(content)
            self.importModel(broken)
            self.assertMessage("'broken.npz' cannot be used as a model")
        self.assertEqual(self.titles(), before)
        self.assertEqual(self.parameters.model, "hippocampus")
        self.assertFalse((self.folder / "settings").exists())

    def test_modelThatIsNotHereIsSaid(self):
        self.loadSample()
        self.parameters.model = "mine"
        self.assertCannotStart("Choose a model")
        self.assertIn("no model", self.ui.cardLabel.text)


if __name__ == "__main__":
    unittest.main()
