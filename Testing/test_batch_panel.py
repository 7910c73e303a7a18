"""Many volumes from MedNCASegment's panel: those of a folder and those of a sequence.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import unittest

from panel_case import SCAN, PanelCase, library

# isort: split
import numpy as np
import slicer

VOLUME, FOLDER, SEQUENCE = range(3)


class BatchPanelTest(PanelCase):
    def tearDown(self):
        self.ui.scopeSelector.setCurrentIndex(VOLUME)
        super().tearDown()

    def loadFolder(self):
        """Two scans and one that is of one value, in a folder."""
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        folder = hierarchy.CreateFolderItem(hierarchy.GetSceneItemID(), "Study")
        self.loadSample("Elsewhere")
        for name in ("First", "Second", "Empty"):
            volume = slicer.util.loadVolume(SCAN, {"name": name})
            hierarchy.SetItemParent(hierarchy.GetItemByDataNode(volume), folder)
        volume.SetAndObserveImageData(None)
        first = slicer.util.getNode("First")
        self.ui.volumeSelector.setCurrentNode(first)
        return first

    @staticmethod
    def segmentations():
        return slicer.util.getNodesByClass("vtkMRMLSegmentationNode")

    def test_allVolumesOfTheFolderAreSegmented(self):
        self.loadFolder()
        self.ui.scopeSelector.setCurrentIndex(FOLDER)
        self.segment()
        self.assertEqual(len(self.segmentations()), 2)
        self.assertMessage("2 of 3 volumes were segmented")
        self.assertMessage("what was wrong with the others")
        self.assertFalse(self.ui.segmentationSelector.enabled)
        self.assertIn("load an image", self.ui.resultLabel.text)
        for words in ("First", "Second", "Empty", " mL"):
            self.assertIn(words, self.ui.resultLabel.text)
        self.assertNotIn("Elsewhere", self.ui.resultLabel.text)
        self.assertFalse(self.ui.resultsSection.isHidden())
        self.assertTrue(self.ui.editButton.isHidden())

        self.ui.scopeSelector.setCurrentIndex(VOLUME)
        self.assertTrue(self.ui.resultsSection.isHidden())
        self.ui.scopeSelector.setCurrentIndex(FOLDER)
        figures = self.ui.resultLabel.text
        self.assertIn("Second", figures)
        self.saveAndOpenAgain()
        self.assertEqual(self.ui.resultLabel.text, figures)

    def test_cancelKeepsWhatIsComplete(self):
        self.loadFolder()
        self.ui.scopeSelector.setCurrentIndex(FOLDER)
        self.ui.segmentButton.click()
        self.waitUntil(lambda: self.ui.progressLabel.text.startswith("Volume 2 of 3, Second"))
        self.ui.segmentButton.click()
        self.assertMessage("the 1 of 3 volumes")
        self.assertEqual(len(self.segmentations()), 1)
        self.assertIn("First", self.ui.resultLabel.text)

    def test_regionIsForOneVolumeOnly(self):
        self.loadFolder()
        self.ui.scopeSelector.setCurrentIndex(FOLDER)
        self.ui.regionSelector.addNode()
        self.assertCannotStart("for one volume")
        self.ui.scopeSelector.setCurrentIndex(VOLUME)
        self.assertTrue(self.ui.segmentButton.enabled, self.ui.reasonLabel.text)

    def test_sequenceIsSegmented(self):
        volume = self.loadSample("Beating")
        self.ui.scopeSelector.setCurrentIndex(SEQUENCE)
        self.assertCannotStart("does not come from a sequence")

        scene, array = slicer.mrmlScene, slicer.util.arrayFromVolume(volume).copy()
        sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "Time points")
        browser = scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", "Browser")
        for index, value in enumerate(("0.04", "61.5")):
            slicer.util.updateVolumeFromArray(volume, np.roll(array, index, axis=0))
            sequence.SetDataNodeAtValue(volume, value)
        browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
        slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
        self.ui.volumeSelector.setCurrentNode(browser.GetProxyNode(sequence))
        self.segment()
        self.assertMessage("2 of 2 volumes were segmented")
        for words in ("Time points", "0.04 s", "61.5 s"):
            self.assertIn(words, self.ui.resultLabel.text)
        self.assertIsNotNone(library("many_volumes").sequenceOf(browser.GetProxyNode(sequence))[0])


if __name__ == "__main__":
    unittest.main()
