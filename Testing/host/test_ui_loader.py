"""Panels from Designer files, stricter than Qt."""

import pytest

pytest.importorskip("PySide6", reason="the Qt side of the host needs PySide6")

import slicer  # noqa: E402

PANEL = """<?xml version="1.0" encoding="UTF-8"?>
<ui version="4.0">
 <class>Panel</class>
 <widget class="qMRMLWidget" name="Panel">
  <layout class="QVBoxLayout" name="layout">
   <item><widget class="{widget}" name="selector">
     <property name="nodeTypes"><stringlist><string>vtkMRMLScalarVolumeNode</string></stringlist></property>
     <property name="{property}"><bool>true</bool></property>
     <property name="SlicerParameterName" stdset="0"><string>inputVolume</string></property>
   </widget></item>
   <item><widget class="ctkSliderWidget" name="slider"/></item>
  </layout>
 </widget>
 <connections><connection>
   <sender>Panel</sender><signal>{signal}</signal><receiver>{receiver}</receiver><slot>{slot}</slot>
 </connection></connections>
</ui>
"""
GOOD = {
    "widget": "qMRMLNodeComboBox",
    "property": "noneEnabled",
    "signal": "mrmlSceneChanged(vtkMRMLScene*)",
    "receiver": "selector",
    "slot": "setMRMLScene(vtkMRMLScene*)",
}


@pytest.fixture
def load(tmp_path):
    def write(**changes):
        path = tmp_path / "panel.ui"
        path.write_text(PANEL.format(**{**GOOD, **changes}))
        return slicer.util.loadUI(str(path))

    return write


def test_a_panel_has_its_widgets_properties_and_connections(scene, load):
    widget = load()
    ui = slicer.util.childWidgetVariables(widget)
    assert type(ui.selector) is slicer.qMRMLNodeComboBox
    assert ui.selector.noneEnabled is True
    assert ui.selector.nodeTypes == ("vtkMRMLScalarVolumeNode",)
    assert ui.selector.property("SlicerParameterName") == "inputVolume"
    assert ui.selector.mrmlScene() is None
    widget.setMRMLScene(scene)
    assert ui.selector.mrmlScene() is scene
    with pytest.raises(AttributeError):
        widget.mrmlScene = scene


@pytest.mark.parametrize(
    "change",
    [
        {"widget": "qMRMLNodeComboBocks"},
        {"property": "noneEnable"},
        {"signal": "mrmlSceneChange(vtkMRMLScene*)"},
        {"signal": "mrmlSceneChanged(int)"},
        {"slot": "setMRMLSzene(vtkMRMLScene*)"},
        {"receiver": "selektor"},
    ],
)
def test_a_mistake_in_a_designer_file_raises(scene, load, change):
    with pytest.raises((RuntimeError, AttributeError)):
        load(**change)


def test_a_missing_designer_file_raises():
    with pytest.raises(RuntimeError, match="file not found"):
        slicer.util.loadUI("/nowhere/panel.ui")
