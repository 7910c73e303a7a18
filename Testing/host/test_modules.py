"""Scripted modules are loaded, shown, left and reloaded as Slicer does it."""

import sys

import pytest
import slicer
from slicer_host import loadModule

SOURCE = """
import qt, slicer
from slicer.ScriptedLoadableModule import *
CALLS = []
class {name}(ScriptedLoadableModule):
    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = "A module"
        parent.categories = ["Testing"]
        slicer.app.connect("startupCompleted()", lambda: CALLS.append("started"))
class {name}Widget(ScriptedLoadableModuleWidget):
    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        self.layout.addWidget(qt.QLabel("Hello"))
        CALLS.append("setup")
    def enter(self): CALLS.append("enter")
    def exit(self): CALLS.append("exit")
    def cleanup(self): CALLS.append("cleanup")
class {name}Logic(ScriptedLoadableModuleLogic): pass
class {name}Test(ScriptedLoadableModuleTest):
    def test_one(self): CALLS.append("test_one")
"""


@pytest.fixture
def module(tmp_path, request):
    """A module loaded from a file of its own."""
    name = "Module" + "".join(part.capitalize() for part in request.node.name.split("_"))
    (tmp_path / "Resources" / "Icons").mkdir(parents=True)
    path = tmp_path / f"{name}.py"
    path.write_text(SOURCE.format(name=name))
    yield loadModule(str(path))
    sys.path.remove(str(tmp_path))


def entry(module):
    return getattr(slicer.modules, module.__name__.lower())


def test_a_module_is_known_by_name_path_and_instance(module):
    assert entry(module).title == "A module" and entry(module).categories == ["Testing"]
    assert slicer.util.modulePath(module.__name__) == module.__file__
    assert isinstance(getattr(slicer.modules, module.__name__ + "Instance"), getattr(module, module.__name__))
    assert module.CALLS == ["started"]
    assert loadModule(module.__file__) is module and module.CALLS == ["started"]


def test_an_unknown_property_of_the_module_raises(module):
    with pytest.raises(AttributeError):
        entry(module).titel = "x"


def test_the_self_test_runs(module):
    slicer.selfTests[module.__name__]()
    assert module.CALLS[-1] == "test_one"


def test_the_parameter_node_is_one_per_scene(module, scene):
    logic = getattr(module, module.__name__ + "Logic")()
    node = logic.getParameterNode()
    assert node.GetAttribute("ModuleName") == module.__name__
    assert getattr(module, module.__name__ + "Logic")().getParameterNode() is node
    assert logic.getAllParameterNodes() == [node]


def test_a_panel_is_entered_left_and_reloaded(module):
    pytest.importorskip("PySide6", reason="the Qt side of the host needs PySide6")
    name = module.__name__
    slicer.util.selectModule(name)
    widget = getattr(slicer.modules, name + "Widget")
    assert widget.parent.isEntered is True and slicer.util.selectedModule() == name
    assert slicer.util.getModuleWidget(name) is widget
    slicer.util.selectModule("Volumes")
    assert widget.parent.isEntered is False
    assert module.CALLS == ["started", "setup", "enter", "exit"]
    reloaded = slicer.util.reloadScriptedModule(name)
    assert module.CALLS[-1] == "cleanup" and reloaded.CALLS == ["setup"]
    assert getattr(slicer.modules, name + "Widget") is not widget


def test_an_unloaded_module_is_cleaned_up_once(module):
    pytest.importorskip("PySide6", reason="the Qt side of the host needs PySide6")
    slicer.util.selectModule(module.__name__)
    slicer.util.selectModule("Volumes")
    slicer.app.moduleManager().unload(module.__name__)
    slicer.app.moduleManager().unload(module.__name__)
    assert module.CALLS.count("cleanup") == 1


def test_nothing_real_is_replaced():
    from slicer_host.namespace import add

    with pytest.raises(RuntimeError, match="must not replace"):
        add(slicer, "vtkMRMLScene", object)
