"""What is connected with parameters and let go of leaves nothing behind, in the oldest Slicer neither."""

import gc
import unittest
import weakref

from panel_case import PanelCase, library

# isort: split
import vtk


class Parameters(vtk.vtkObject):
    """Parameters as those of Slicer 5.10: disconnectGui leaves the observer of connectGui behind."""

    def __init__(self):
        self.updates = []

    def connectGui(self, gui):
        self.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda caller, event: self.updates.append(gui))
        return 0

    def disconnectGui(self, tag):
        pass


class GuiConnectionTest(unittest.TestCase):
    def setUp(self):
        self.parameters = Parameters()
        self.connection = library("gui_connection").GuiConnection("widgets")

    def changed(self):
        """How often the widgets are updated by one change."""
        self.parameters.updates.clear()
        self.parameters.Modified()
        return len(self.parameters.updates)

    def test_openedManyTimesAPanelIsUpdatedOnce(self):
        for _ in range(3):
            self.connection.connect(self.parameters)
        self.assertEqual(self.changed(), 1)
        self.connection.disconnect()
        self.assertEqual(self.changed(), 0)
        self.connection.disconnect()

    def test_otherObserversStay(self):
        calls = []
        self.parameters.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda caller, event: calls.append("before"))
        self.connection.connect(self.parameters)
        self.parameters.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda caller, event: calls.append("after"))
        self.connection.disconnect()
        self.assertEqual(self.changed(), 0)
        self.assertCountEqual(calls, ["before", "after"])

    def test_otherParametersTakeTheWidgetsOver(self):
        self.connection.connect(self.parameters)
        other = Parameters()
        self.connection.connect(other)
        self.assertEqual(self.changed(), 0)
        other.Modified()
        self.assertEqual(other.updates, ["widgets"])


class LeavingTest(PanelCase):
    def test_aModuleThatWasLeftKeepsNoParametersInMemory(self):
        shown = weakref.ref(self.panel._parameterNode)
        self.assertIsNotNone(shown())
        self.panel.exit()
        gc.collect()
        self.assertIsNone(shown())
        self.panel.enter()


if __name__ == "__main__":
    unittest.main()
