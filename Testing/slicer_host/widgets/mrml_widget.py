"""``qMRMLWidget``: a widget with a MRML scene, which it hands on to the widgets in it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget


class qMRMLWidget(QWidget):
    """``mrmlSceneChanged(vtkMRMLScene*)`` tells of every new scene."""

    mrmlSceneChanged = Signal(object)
    SIGNATURES = ("mrmlSceneChanged(vtkMRMLScene*)",)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._scene = None

    def mrmlScene(self):
        return self._scene

    @Slot(object)
    def setMRMLScene(self, scene) -> None:
        if scene is not self._scene:
            self._scene = scene
            self.mrmlSceneChanged.emit(scene)
