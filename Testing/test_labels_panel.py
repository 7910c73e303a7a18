"""A model with several labels on MedNCASegment's panel: segments, figures, steps, maps and a saved scene.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import dataclasses
import unittest

from panel_case import PanelCase, library

# isort: split
import numpy as np
import slicer
import vtk

CATEGORY, HIPPOCAMPUS = ["SCT", "123037004", "Anatomical Structure"], ["SCT", "5366008", "Hippocampus"]
MODIFIERS = {"Front": ["SCT", "255549009", "Anterior"], "Back": ["SCT", "255551008", "Posterior"]}
COLORS = {"Front": (0.9, 0.7, 0.2), "Back": (0.3, 0.6, 0.9)}


class LabelsPanelTest(PanelCase):
    def setUp(self):
        super().setUp()
        self.importModel(self.modelFile(self.useOwnModelFolder()))
        self.volume = self.loadSample()

    def modelFile(self, folder):
        """The shipped model with a second label, which is read from its next channel: no anatomy, but two labels."""
        import mednca

        model = self.panel.logic.model("hippocampus").of_plane("coronal")
        (shipped,) = model.card.labels
        labels = [
            dataclasses.replace(
                shipped,
                value=value,
                name=name,
                color=COLORS[name],
                terminology={"category": CATEGORY, "type": HIPPOCAMPUS, "modifier": MODIFIERS[name]},
                offset=offset,
            )
            for value, name, offset in ((3, "Front", shipped.offset), (1, "Back", 1.25))
        ]
        card = dataclasses.replace(model.card, title="Two labels", labels=labels)
        mednca.save_model(mednca.Model(card, model.rules), folder / "two.npz")
        return folder / "two.npz"

    @property
    def segmentation(self):
        return self.ui.segmentationSelector.currentNode()

    def steps(self):
        """The sequence of recorded steps, and its browser; there is one run in the scene."""
        (sequence,) = slicer.util.getNodesByClass("vtkMRMLSequenceNode")
        (browser,) = slicer.util.getNodesByClass("vtkMRMLSequenceBrowserNode")
        return sequence, browser

    def colors(self):
        sequence, browser = self.steps()
        return browser.GetProxyNode(sequence).GetDisplayNode().GetColorNode()

    def assertTerminology(self, text, name):
        codes = "~".join("^".join(code) for code in (CATEGORY, HIPPOCAMPUS, MODIFIERS[name]))
        self.assertIn(f"~{codes}~~^^~^^", text)

    def assertColorsOfTheCard(self, colors):
        for value, name in ((3, "Front"), (1, "Back")):
            color = [0.0] * 4
            colors.GetColor(value, color)
            np.testing.assert_allclose(color, [*COLORS[name], 1.0], atol=0.01)
            self.assertEqual(colors.GetColorName(value), name)
            self.assertTerminology(colors.GetTerminologyAsString(value), name)

    def test_eachLabelIsASegmentWithItsNameColorAndTerminology(self):
        self.segment()
        content = self.segmentation.GetSegmentation()
        self.assertEqual(content.GetNumberOfSegments(), 2)
        for index, name in enumerate(COLORS):
            segment = content.GetNthSegment(index)
            self.assertEqual(segment.GetName(), name)
            np.testing.assert_allclose(segment.GetColor(), COLORS[name], atol=0.01)
            tag = vtk.reference("")
            segment.GetTag(slicer.vtkSegment.GetTerminologyEntryTagName(), tag)
            self.assertTerminology(str(tag), name)
        front, back = (self.voxels(self.segmentation, self.volume, index) for index in range(2))
        self.assertTrue(front.any() and back.any())
        self.assertFalse((front & back).any())

    def test_figuresAndStepsTellTheLabelsApart(self):
        self.segment()
        masks = [self.voxels(self.segmentation, self.volume, index) for index in range(2)]
        milliliters = [mask.sum() / 1000 for mask in masks]
        for name, volume in zip(COLORS, milliliters, strict=True):
            self.assertIn(name, self.ui.resultLabel.text)
            self.assertIn(f"{volume:.2f} mL", self.ui.resultLabel.text)

        player = self.panel._results.player.ui
        self.assertFalse(player.labelsLabel.isHidden())
        for name, volume in zip(COLORS, milliliters, strict=True):
            self.assertIn(f"{name}: {volume:.2f} mL", player.labelsLabel.text)
        self.assertIn(f"{sum(milliliters):.2f} mL", player.stepLabel.text)
        sequence, browser = self.steps()
        last = slicer.util.arrayFromVolume(sequence.GetNthDataNode(sequence.GetNumberOfDataNodes() - 1))
        for value, mask in zip((3, 1), masks, strict=True):
            np.testing.assert_array_equal(last == value, mask)
        browser.SetSelectedItemNumber(0)
        slicer.app.processEvents()
        self.assertNotIn(f"Front: {milliliters[0]:.2f} mL", player.labelsLabel.text)
        self.assertColorsOfTheCard(self.colors())

    def test_stepsIn3DShowBothLabels(self):
        for view in slicer.util.getNodesByClass("vtkMRMLViewNode") or [
            slicer.mrmlScene.AddNewNodeByClass("vtkMRMLViewNode")
        ]:
            view.SetMappedInLayout(True)
        self.segment()
        self.panel._results.player.ui.showIn3DCheckBox.click()
        (model,) = [
            node
            for node in slicer.util.getNodesByClass("vtkMRMLModelNode")
            if node.GetNodeReference("MedNCA.Steps") is not None
        ]
        scalars = vtk.util.numpy_support.vtk_to_numpy(model.GetPolyData().GetPointData().GetScalars())
        self.assertEqual(set(scalars), {1, 3})
        self.panel._results.player.ui.showIn3DCheckBox.click()

    def test_severalRunsGiveMapsAndASpreadForEachLabel(self):
        self.ui.runsSpinBox.value = 2
        self.ui.probabilityCheckBox.click()
        self.ui.uncertaintyCheckBox.click()
        self.segment()
        names = [node.GetName() for node in self.scans()]
        for name in COLORS:
            for what in ("probability", "uncertainty"):
                self.assertIn(f"Scan {name} {what}", names)
        front, back = (slicer.util.arrayFromVolume(slicer.util.getNode(f"Scan {name} probability")) for name in COLORS)
        np.testing.assert_array_equal(self.voxels(self.segmentation, self.volume, 1), (back > 0.5) & (back > front))
        table = slicer.util.getNode("Scan volumes")
        spreads = [table.GetTable().GetColumnByName("Spread of runs").GetValue(row) for row in range(2)]
        for name, spread in zip(COLORS, spreads, strict=True):
            chance = slicer.util.arrayFromVolume(slicer.util.getNode(f"Scan {name} probability")).astype(float)
            deviation = slicer.util.arrayFromVolume(slicer.util.getNode(f"Scan {name} uncertainty")).astype(float)
            self.assertAlmostEqual(spread, deviation.sum() / chance.sum(), places=5)
        self.assertNotAlmostEqual(*spreads, places=4)

    def test_savedSceneKeepsLabelsColorsAndTerminology(self):
        self.segment()
        legend, figures = self.panel._results.player.ui.labelsLabel.text, self.ui.resultLabel.text
        self.saveAndOpenAgain()
        self.assertEqual(self.ui.resultLabel.text, figures)
        self.assertEqual(self.panel._results.player.ui.labelsLabel.text, legend)
        self.assertColorsOfTheCard(self.colors())

    def test_severalVolumesHaveALineForEachLabel(self):
        other = self.loadSample("Other")
        batch = library("batch").SegmentationBatch(self.panel.logic, [self.volume, other], self.parameters.model)
        while not batch.finished:
            batch.advance()
        table = batch.tableNode.GetTable()
        segments = [table.GetColumnByName("Segment").GetValue(row) for row in range(table.GetNumberOfRows())]
        self.assertEqual(segments, ["Front", "Back"] * 2)


if __name__ == "__main__":
    unittest.main()
