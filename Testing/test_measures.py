"""The figures of a result, and the table that they are written into.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import unittest
from types import SimpleNamespace
from unittest import mock

from slicer_case import SlicerCase

# isort: split
import numpy as np
import slicer
from MedNCASegmentLib import measures

CARD = SimpleNamespace(labels=[SimpleNamespace(name="Front", value=1), SimpleNamespace(name="Back", value=3)])


def result():
    """Two voxels of the first label, apart from a third one; two of the second; a voxel is half a millilitre."""
    labels = np.zeros((5, 4, 3), np.uint8)
    labels[0, 0, :2] = labels[4, 3, 2] = 1
    labels[2, 1:3, 0] = 3
    return SimpleNamespace(labels=labels, volume_ml={"Front": 1.5, "Back": 1.0}, seconds=2.0, deviation=None)


class MeasuresTest(SlicerCase):
    def test_a_label_is_measured_only_when_it_is_asked_for(self):
        with mock.patch.object(measures, "largest_component", wraps=measures.largest_component) as component:
            found = measures.measure(result(), CARD)
            self.assertEqual(next(found), measures.Measures("Front", 1.5, 3, 1.0, 2.0, None))
            self.assertEqual(component.call_count, 1)
            self.assertEqual(list(found), [measures.Measures("Back", 1.0, 2, 1.0, 2.0, None)])

    def test_the_table_has_a_row_a_label(self):
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode")
        measures.fillTable(node, list(measures.measure(result(), CARD)))
        table = node.GetTable()
        rows = [[table.GetValue(row, column).ToString() for column in range(3)] for row in range(2)]
        self.assertEqual([row[0] for row in rows], ["Front", "Back"])
        self.assertEqual([float(row[1]) for row in rows], [1.5, 1.0])
        self.assertEqual(table.GetNumberOfColumns(), 5, "one run has no spread")


if __name__ == "__main__":
    unittest.main()
