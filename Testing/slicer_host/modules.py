"""``slicer.modules``: entries of Slicer's own modules (their logic only) and of scripted modules loaded from a path."""

import importlib
import os
import sys
import types

import slicer

from .namespace import addPackage


class CoreModule:
    """What scripts use of a loadable C++ module: its name and its logic."""

    def __init__(self, name: str, logic):
        self.name = name
        self.title = name
        self.path = ""
        self._logic = logic

    def logic(self):
        return self._logic

    def widgetRepresentation(self):
        """None: the host has no panels of Slicer's own modules."""


class ScriptedModule:
    """``qSlicerScriptedLoadableModule``: the parent object that a module's class fills in. Unknown properties raise."""

    def __init__(self, name: str, path: str):
        self.name = name
        self.path = path
        self.title = name
        self.categories = []
        self.associatedNodeTypes = []
        self.dependencies = []
        self.contributors = []
        self.helpText = ""
        self.acknowledgementText = ""
        self.icon = None
        self.hidden = False
        self.index = -1
        self.widgetRepresentationCreationEnabled = True
        self._representation = None
        self._logic = slicer.vtkSlicerScriptedLoadableModuleLogic()
        self._logic.SetMRMLApplicationLogic(slicer.app.applicationLogic())
        self._logic.SetMRMLScene(slicer.mrmlScene)
        self._complete = True

    def __setattr__(self, attribute, value):
        if getattr(self, "_complete", False) and not hasattr(self, attribute):
            raise AttributeError(f"qSlicerScriptedLoadableModule has no property {attribute}")
        object.__setattr__(self, attribute, value)

    def logic(self):
        return self._logic

    def widgetRepresentation(self):
        """The module's panel, made at the first call."""
        if self._representation is None:
            self._representation = self.createNewWidgetRepresentation()
        return self._representation

    def createNewWidgetRepresentation(self):
        """A new panel (``qSlicerScriptedLoadableModuleWidget``); needs the Qt side of the host."""
        return slicer.qSlicerScriptedLoadableModuleWidget(self)


class ModuleManager:
    """What scripts use of ``qSlicerModuleManager`` and its factory manager."""

    _signals = ("moduleAboutToBeUnloaded(QString)", "moduleLoaded(QString)", "moduleUnloaded(QString)")

    def __init__(self):
        self._modules = {}
        self._slots = {signal: [] for signal in self._signals}

    def register(self, module) -> None:
        """Adds a module entry, also as ``slicer.modules.<name in lower case>`` (host only)."""
        self._modules[module.name] = module
        setattr(slicer.modules, module.name.lower(), module)

    def module(self, name: str):
        return self._modules.get(name)

    def modulesNames(self) -> tuple:
        return tuple(self._modules)

    def factoryManager(self):
        return self

    def loadedModuleNames(self) -> tuple:
        return tuple(self._modules)

    def connect(self, signal: str, slot) -> bool:
        if signal not in self._slots:
            raise AttributeError(f"qSlicerModuleManager has no signal {signal}")
        self._slots[signal].append(slot)
        return True

    def disconnect(self, signal: str, slot) -> bool:
        if slot in self._slots.get(signal, []):
            self._slots[signal].remove(slot)
            return True
        return False

    def unload(self, name: str) -> None:
        """Announces that a module goes away, as Slicer does when it closes (host only)."""
        for slot in list(self._slots["moduleAboutToBeUnloaded(QString)"]):
            slot(name)


moduleManager = ModuleManager()


def addModulesNamespace(host) -> None:
    """Adds ``slicer.modules`` with an entry for each logic of the scene host."""
    namespace = types.ModuleType("slicer.modules", __doc__)
    addPackage("modules", namespace)
    for name, logic in host.moduleLogics.items():
        moduleManager.register(CoreModule(name, logic))


def addBuiltInScriptedModule(name: str, module: types.ModuleType) -> None:
    """Makes one of Slicer's own scripted modules, as far as the host has it, importable and listed."""
    sys.modules.setdefault(name, module)
    moduleManager.register(CoreModule(name, None))


def loadModule(path: str) -> types.ModuleType:
    """Loads the scripted module file ``path`` as Slicer does at startup, and returns its Python module.

    Its folder goes onto ``sys.path``, ``slicer.modules.<name>`` and ``slicer.modules.<Name>Instance`` are set, and
    ``startupCompleted()`` is emitted. A module that is loaded already is returned as it is. ImportError and whatever
    the module's constructor raises are passed on.
    """
    path = os.path.abspath(path)
    name = os.path.splitext(os.path.basename(path))[0]
    if moduleManager.module(name) is not None:
        return sys.modules[name]
    if os.path.dirname(path) not in sys.path:
        sys.path.insert(0, os.path.dirname(path))
    python = importlib.import_module(name)
    entry = ScriptedModule(name, path)
    instance = getattr(python, name)(entry)
    moduleManager.register(entry)
    setattr(slicer.modules, f"{name}Instance", instance)
    slicer.app.completeStartup()
    return python
