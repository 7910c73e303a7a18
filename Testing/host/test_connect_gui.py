"""Widgets and parameters stay the same while they are connected, and not a moment longer."""

import enum
import pathlib
from typing import Annotated

import pytest

pytest.importorskip("PySide6", reason="the Qt side of the host needs PySide6")

import ctk  # noqa: E402
import qt  # noqa: E402
import slicer  # noqa: E402
from slicer.parameterNodeWrapper import (  # noqa: E402
    Choice,
    Decimals,
    SingleStep,
    WithinRange,
    findChildWidgetForParameter,
    parameterNodeWrapper,
)
from slicer_host.pythonqt.signals import connectionCount  # noqa: E402


class Device(enum.Enum):
    CPU = 1
    GPU = 2


@parameterNodeWrapper
class Parameters:
    volume: slicer.vtkMRMLScalarVolumeNode
    steps: Annotated[int, WithinRange(0, 64)] = 16
    rate: Annotated[float, WithinRange(0, 1), Decimals(3), SingleStep(0.1)] = 0.5
    engine: Annotated[str, Choice(["auto", "numpy"])] = "auto"
    keep: bool = True
    name: str = "x"
    folder: pathlib.Path = pathlib.Path("/data")
    device: Device = Device.CPU
    free: int = 0


WIDGETS = {
    "volume": lambda: slicer.qMRMLNodeComboBox(),
    "steps": lambda: qt.QSpinBox(),
    "rate": lambda: ctk.ctkSliderWidget(),
    "engine": lambda: qt.QComboBox(),
    "keep": lambda: qt.QCheckBox(),
    "name": lambda: qt.QLineEdit(),
    "folder": lambda: ctk.ctkPathLineEdit(),
    "device": lambda: qt.QComboBox(),
    "free": lambda: qt.QSpinBox(),
}


@pytest.fixture
def parameters(scene):
    return Parameters(scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode"))


@pytest.fixture
def panel(scene):
    widget = slicer.qMRMLWidget()
    layout = qt.QVBoxLayout(widget)
    for name, make in WIDGETS.items():
        child = make()
        child.setProperty("SlicerParameterName", name)
        layout.addWidget(child)
        if name == "volume":
            child.setMRMLScene(scene)
    return widget


def child(panel, name):
    return findChildWidgetForParameter(panel, name)


def test_widgets_show_the_parameters_and_their_ranges(parameters, panel):
    parameters.connectGui(panel)
    assert (child(panel, "steps").value, child(panel, "steps").maximum) == (16, 64)
    rate = child(panel, "rate")
    assert (rate.value, rate.maximum, rate.decimals, rate.singleStep) == (0.5, 1.0, 3, 0.1)
    assert child(panel, "engine").currentText == "auto" and child(panel, "device").currentText == "CPU"
    assert child(panel, "keep").checked is True
    assert child(panel, "volume").nodeTypes == ("vtkMRMLScalarVolumeNode",)
    parameters.steps = 3
    parameters.device = Device.GPU
    assert child(panel, "steps").value == 3 and child(panel, "device").currentText == "GPU"


def test_what_the_user_does_reaches_the_parameters(parameters, panel):
    parameters.connectGui(panel)
    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Scan")
    child(panel, "volume").setCurrentNode(volume)
    child(panel, "steps").value = 5
    child(panel, "rate").value = 0.25
    child(panel, "engine").currentIndex = 1
    child(panel, "keep").click()
    child(panel, "name").text = "y"
    child(panel, "folder").currentPath = "/other"
    child(panel, "device").currentIndex = 1
    child(panel, "free").value = -7
    values = [parameters.getValue(name) for name in WIDGETS]
    assert values == [volume, 5, 0.25, "numpy", False, "y", pathlib.Path("/other"), Device.GPU, -7]


def test_after_disconnecting_nothing_is_connected(parameters, panel):
    observers = parameters.parameterNode.HasObserver("ModifiedEvent")
    tag = parameters.connectGui(panel)
    assert all(connectionCount(child(panel, name)._object) == 1 for name in WIDGETS)
    parameters.disconnectGui(tag)
    assert all(connectionCount(child(panel, name)._object) == 0 for name in WIDGETS)
    child(panel, "steps").value = 5
    parameters.name = "z"
    assert parameters.steps == 16 and child(panel, "name").text == "x"
    assert parameters.parameterNode.HasObserver("ModifiedEvent") == observers


def test_a_widget_that_cannot_show_the_type_is_refused(parameters):
    with pytest.raises(RuntimeError, match="Unable to create GUI connector"):
        parameters.connectParametersToGui({"keep": qt.QSpinBox()})
    with pytest.raises(RuntimeError, match="unbounded"):
        parameters.connectParametersToGui({"free": qt.QSlider()})
    with pytest.raises(RuntimeError, match="Choice"):
        parameters.connectParametersToGui({"name": qt.QComboBox()})
    with pytest.raises(ValueError, match="Cannot find"):
        parameters.connectParametersToGui({"nothing": qt.QSpinBox()})
