"""The surface of a step in the 3D views.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import unittest

from step_case import StepCase, sceneNodes, setThreeDViewOnDisplay

# isort: split
import numpy as np
import slicer
import vtk
from MedNCASegmentLib.logic import MedNCASegmentLogic
from MedNCASegmentLib.step_surface import labelSurface


def signedVolume(surface):
    """Volume in mm3 inside closed triangles; negative where they are inside out."""
    triangles = vtk.util.numpy_support.vtk_to_numpy(surface.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    points = vtk.util.numpy_support.vtk_to_numpy(surface.GetPoints().GetData()).astype(float)[triangles]
    return np.einsum("ij,ij->i", points[:, 0], np.cross(points[:, 1], points[:, 2])).sum() / 6


class StepSurfaceTest(StepCase):
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
        self.saveAndOpenAgain()
        self.sequence = slicer.util.getNodesByClass("vtkMRMLSequenceNode")[0]
        self.browser = slicer.util.getNodesByClass("vtkMRMLSequenceBrowserNode")[0]
        (model,) = self.surfaces()
        self.assertGreater(model.GetPolyData().GetNumberOfPoints(), 0)
        self.ui.showIn3DCheckBox.checked = False
        setThreeDViewOnDisplay(True)
        self.show()
        self.assertTrue(self.ui.showIn3DCheckBox.checked)
        self.assertEqual(self.surfaces(), [model])


if __name__ == "__main__":
    unittest.main()
