"""What MedNCASegment's panel shows of its parameters: of a saved scene, one node at a time, and once reloaded.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import sys
import unittest

from panel_case import PanelCase, library

# isort: split
import slicer


class ParametersPanelTest(PanelCase):
    def test_savedSceneRestoresThePanel(self):
        volume = self.loadSample("Kept")
        self.ui.runsSpinBox.value = 2
        self.ui.seedSpinBox.value = 7
        self.ui.fireRateSpinBox.value = 0.6
        self.ui.recordEverySpinBox.value = 4
        self.ui.uncertaintyCheckBox.click()
        self.ui.largestComponentSelector.setCurrentIndex(1)
        self.ui.engineSelector.setCurrentIndex(1)
        self.segment()
        result, output = self.ui.resultLabel.text, self.ui.segmentationSelector.currentNode().GetName()
        self.assertIn("mL", result)
        with self.closedScene():
            self.assertEqual(self.ui.seedSpinBox.value, 0)

        self.assertEqual(self.ui.volumeSelector.currentNode().GetName(), volume.GetName())
        self.assertEqual(self.ui.segmentationSelector.currentNode().GetName(), output)
        self.assertEqual(self.ui.runsSpinBox.value, 2)
        self.assertEqual(self.ui.seedSpinBox.value, 7)
        self.assertAlmostEqual(self.ui.fireRateSpinBox.value, 0.6)
        self.assertEqual(self.ui.recordEverySpinBox.value, 4)
        self.assertTrue(self.ui.uncertaintyCheckBox.checked)
        self.assertEqual(self.ui.largestComponentSelector.currentIndex, 1)
        self.assertEqual(self.ui.engineSelector.currentIndex, 1)
        self.assertEqual(self.ui.resultLabel.text, result)
        self.segment()
        self.assertMessage(output)

    def test_parameterNodesAreShownOneAtATime(self):
        wrapper = library("parameters").MedNCASegmentParameterNode
        first = self.parameters
        second = wrapper(slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "Second set"))
        first.seed, second.seed = 3, 5
        self.panel.setParameterNode(second)
        self.assertEqual(self.ui.seedSpinBox.value, 5)
        self.ui.seedSpinBox.value = 6
        self.assertEqual((first.seed, second.seed), (3, 6))
        self.panel.setParameterNode(first)
        self.assertEqual(self.ui.seedSpinBox.value, 3)

    def test_nothingIsConnectedAfterLeaving(self):
        parameters = self.parameters
        self.panel.exit()
        parameters.seed = 9
        self.assertEqual(self.ui.seedSpinBox.value, 0)
        self.ui.runsSpinBox.value = 4
        self.assertEqual(parameters.runs, 0)
        self.panel.enter()
        self.assertEqual((self.ui.seedSpinBox.value, self.ui.runsSpinBox.value), (9, 0))

    @staticmethod
    def bringBack(modules):
        """Put the modules of before in place again: other tests hold on to their classes."""
        sys.modules.update(modules)
        slicer.util.reloadScriptedModule("MedNCASegment")

    def test_reloadGivesANewPanelThatWorks(self):
        self.loadSample()
        self.startAndWaitForHalf()
        panel, core = self.panel, sys.modules["mednca"]
        names = ("MedNCASegmentLib", "mednca")
        self.addCleanup(
            self.bringBack, {name: one for name, one in sys.modules.items() if name.partition(".")[0] in names}
        )
        panel.onReload()
        slicer.app.processEvents()

        self.assertIsNot(self.panel, panel)
        self.assertIsNot(sys.modules["mednca"], core)
        self.assertEqual(slicer.util.getNodesByClass("vtkMRMLSegmentationNode"), [], "the run went on after reloading")
        self.segment()
        self.assertIsNotNone(self.ui.segmentationSelector.currentNode())


if __name__ == "__main__":
    unittest.main()
