"""Typed parameters: values, defaults, refusals and the way they lie in the scene."""

import enum
import pathlib
from typing import Annotated

import pytest
import slicer
from slicer.parameterNodeWrapper import Choice, Default, Maximum, Minimum, WithinRange, parameterNodeWrapper


class Device(enum.Enum):
    CPU = 1
    GPU = 2


@parameterNodeWrapper
class Parameters:
    volume: slicer.vtkMRMLScalarVolumeNode
    steps: Annotated[int, WithinRange(0, 64)] = 16
    rate: Annotated[float, Minimum(0.0), Maximum(1.0), Default(0.5)]
    engine: Annotated[str, Choice(["auto", "numpy"])] = "auto"
    keep: bool = True
    seed: int | None
    folder: pathlib.Path
    device: Device
    names: list[str]
    counts: dict[str, int]
    pair: tuple[int, str] = (0, "")


@pytest.fixture
def node(scene):
    return scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")


def test_defaults_are_written_when_the_wrapper_is_made(node):
    parameters = Parameters(node)
    assert (parameters.steps, parameters.rate, parameters.engine, parameters.keep) == (16, 0.5, "auto", True)
    assert parameters.volume is None and parameters.seed is None and parameters.device is Device.CPU
    assert parameters.names == [] and parameters.counts == {} and parameters.pair == (0, "")
    assert node.GetParameter("steps") == "16"


def test_values_lie_in_the_node_in_slicers_format(node):
    parameters = Parameters(node)
    parameters.volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Scan")
    parameters.seed = 7
    parameters.keep = False
    parameters.device = Device.GPU
    parameters.names = ["a", "b"]
    parameters.counts = {"x": 1}
    assert node.GetNodeReferenceID("volume") == parameters.volume.GetID()
    expected = {
        "volume": "",
        "keep": "False",
        "seed.0": "7",
        "device": "GPU",
        "names.len": "2",
        "names.0": "a",
        "names.1": "b",
        "counts.len": "1",
        "counts.0.0": "x",
        "counts.0.1": "1",
    }
    assert {name: node.GetParameter(name) for name in expected} == expected
    parameters.seed = None
    assert not node.HasParameter("seed.0") and node.HasParameter("seed.1")


def test_a_dictionary_gives_no_default_as_in_slicer(node):
    counts = Parameters(node).counts
    counts["x"] = 1
    assert counts.get("x") == 1 and counts.get("y") is None
    with pytest.raises(TypeError):
        counts.get("y", 0)
    assert counts.pop("x") == 1 and node.GetParameter("counts.len") == "0"


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("steps", 65, ValueError),
        ("steps", None, ValueError),
        ("steps", 1.5, TypeError),
        ("rate", -0.1, ValueError),
        ("engine", "abacus", ValueError),
        ("keep", "yes", TypeError),
        ("pair", (1,), ValueError),
        ("names", ["a", 1], TypeError),
    ],
)
def test_a_value_that_is_not_valid_is_refused_and_changes_nothing(node, name, value, error):
    parameters = Parameters(node)
    before = parameters.getValue(name)
    with pytest.raises(error):
        setattr(parameters, name, value)
    assert parameters.getValue(name) == before


def test_a_node_of_another_class_is_refused(node):
    with pytest.raises(TypeError):
        Parameters(node).volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode")


def test_a_list_writes_its_changes(node):
    parameters = Parameters(node)
    parameters.names.append("a")
    parameters.names += ["b"]
    parameters.names[0] = "c"
    parameters.counts["x"] = 3
    again = Parameters(node)
    assert again.names == ["c", "b"] and again.counts == {"x": 3}


def test_two_wrappers_of_one_node_see_the_same_values(node):
    first, second = Parameters(node), Parameters(node)
    first.steps = 3
    assert second.steps == 3


def test_observers_see_the_new_value(node):
    parameters = Parameters(node)
    seen = []
    tag = parameters.AddObserver("ModifiedEvent", lambda caller, event: seen.append(parameters.steps))
    parameters.steps = 5
    with slicer.util.NodeModify(parameters):
        parameters.steps = 6
        parameters.keep = False
    parameters.RemoveObserver(tag)
    parameters.steps = 7
    assert seen == [5, 6]


def test_a_scene_brings_the_parameters_back(node, scene, tmp_path):
    parameters = Parameters(node)
    parameters.steps = 9
    parameters.names = ["a", "b c"]
    node.SetName("Parameters")
    slicer.util.saveScene(str(tmp_path / "scene.mrml"))
    scene.Clear(0)
    slicer.util.loadScene(str(tmp_path / "scene.mrml"))
    again = Parameters(slicer.util.getNode("Parameters"))
    assert again.steps == 9 and again.names == ["a", "b c"]


def test_a_reserved_or_unknown_name_raises(node):
    with pytest.raises(ValueError, match="reserved"):
        parameterNodeWrapper(type("Wrong", (), {"__annotations__": {"connectGui": int}, "connectGui": 1}))
    with pytest.raises(ValueError, match="nothing"):
        Parameters(node).getValue("nothing")


def test_a_tuple_without_a_default_is_refused():
    with pytest.raises(TypeError, match="default"):
        parameterNodeWrapper(type("Wrong", (), {"__annotations__": {"pair": tuple[int, str]}}))
