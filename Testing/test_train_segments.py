"""The segments to learn on MedNCATrain's panel, over all cases, and their terminology.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import unittest

from train_cases_case import TrainCasesCase

# isort: split
import qt
import slicer


class TrainSegmentsTest(TrainCasesCase):
    def test_segmentsAreChosenByNameOverAllCases(self):
        self.add(*self.addPair("A", ("Liver", "Spleen")))
        self.add(*self.addPair("B", (" liver",)))
        self.assertEqual(self.segments(), {"Liver": "2", "Spleen": "1"})
        self.assertIn("no 'Spleen'", self.rows()[1][2])
        self.assertEqual([label.name for label in self.panel.logic.labels(self.parameters)], ["Liver", "Spleen"])

        self.ui.segmentsTable.item(1, 0).setCheckState(qt.Qt.Unchecked)
        self.settle()
        self.assertEqual([label.name for label in self.panel.logic.labels(self.parameters)], ["Liver"])
        self.assertEqual([row[2] for row in self.rows()], ["Ready.", "Ready."])
        self.ui.segmentsTable.item(0, 0).setCheckState(qt.Qt.Unchecked)
        self.settle()
        self.assertIn("no label to learn", self.reason())

    def test_terminologyOfASegmentIsShownAndGoesIntoTheLabel(self):
        volume, segmentation = self.addPair("A")
        segmentation.GetSegmentation().GetNthSegment(0).SetTag(
            slicer.vtkSegment.GetTerminologyEntryTagName(),
            "Segmentation category and type - DICOM master list~SCT^123037004^Anatomical Structure"
            "~SCT^5366008^Hippocampus~SCT^255549009^Anterior~~^^~^^",
        )
        self.add(volume, segmentation)
        self.assertEqual(self.ui.segmentsTable.item(0, 2).text(), "Hippocampus, Anterior (SCT 5366008)")
        (label,) = self.panel.logic.labels(self.parameters)
        self.assertEqual(label.terminology["modifier"], ["SCT", "255549009", "Anterior"])

    def test_terminologyCanBeWrittenByHand(self):
        self.add(*self.addPair("A", ("Liver", "Spleen")))
        cell = self.ui.segmentsTable.item(1, 2)
        cell.setText("Spleen (SCT 78961009)")
        labels = self.panel.logic.labels(self.parameters)
        self.assertEqual(labels[1].terminology["type"], ["SCT", "78961009", "Spleen"])
        self.assertEqual(labels[1].terminology["category"][2], "Anatomical Structure")
        cell.setText("spleen")
        self.assertIn("Write a code as", self.ui.casesLabel.text)
        self.assertEqual(cell.text(), "Spleen (SCT 78961009)")
        own = self.ui.segmentsTable.item(0, 2).text()
        cell.setText("")
        self.assertEqual(cell.text(), own)
        self.assertEqual(dict(self.parameters.segmentCodes), {})


if __name__ == "__main__":
    unittest.main()
