"""Widgets that show parameters, for as long as a module is open."""

import vtk


class GuiConnection:
    """Connects the widgets of a panel with one parameter node wrapper after the other.

    In Slicer before 5.12, disconnectGui leaves the observer of connectGui on the node. It keeps the wrapper, which
    reads its parameters again at each change; a module is opened often, so the observer is removed here.
    """

    def __init__(self, ui) -> None:
        self._ui = ui
        self._parameters = self._tag = None
        self._observers = range(0)

    def connect(self, parameters) -> None:
        """Let the widgets show these parameters and change them, and those before no more."""
        self.disconnect()
        before = _nextObserver(parameters)
        self._parameters, self._tag = parameters, parameters.connectGui(self._ui)
        self._observers = range(before + 1, _nextObserver(parameters))

    def disconnect(self) -> None:
        """Leave widgets and parameters as they are."""
        if self._parameters is None:
            return
        self._parameters.disconnectGui(self._tag)
        for observer in self._observers:
            # One that newer versions of Slicer have removed already does no harm.
            self._parameters.RemoveObserver(observer)
        self._parameters = self._tag = None


def _nextObserver(parameters) -> int:
    """A number that no observer of the node has yet; VTK counts them up."""
    number = parameters.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda caller, event: None)
    parameters.RemoveObserver(number)
    return number
