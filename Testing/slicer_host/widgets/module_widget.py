"""``qSlicerScriptedLoadableModuleWidget``: what a scripted module's panel is put into."""

import sys

import slicer
from PySide6.QtCore import Property, Slot
from PySide6.QtWidgets import QVBoxLayout

from .mrml_widget import qMRMLWidget


class qSlicerScriptedLoadableModuleWidget(qMRMLWidget):
    """Makes the module's ``<Name>Widget``; calls its ``setup``, and its ``enter`` and ``exit`` with the modules."""

    def __init__(self, module):
        """``module`` is the :class:`~slicer_host.modules.ScriptedModule`."""
        super().__init__()
        self._module = module
        self._python = None
        self._entered = False
        self.setObjectName(f"{module.name}ModuleWidget")
        QVBoxLayout(self)
        self.setMRMLScene(slicer.mrmlScene)
        self.reload()

    isEntered = Property(bool, lambda self: self._entered)

    def self(self):
        """The Python object of the panel."""
        return self._python

    @Slot()
    def reload(self) -> None:
        """Makes a new panel from the module's file as it is in ``sys.modules`` now."""
        from ..pythonqt.proxies import wrap

        name = f"{self._module.name}Widget"
        self._python = getattr(sys.modules[self._module.name], name)(wrap(self))
        setattr(slicer.modules, name, self._python)
        self._python.setup()

    @Slot()
    def enter(self) -> None:
        self._entered = True
        self._call("enter")

    @Slot()
    def exit(self) -> None:
        self._entered = False
        self._call("exit")

    def _call(self, name: str) -> None:
        method = getattr(self._python, name, None)
        if method is not None:
            method()
