"""The node selector chooses, adds and removes nodes of the real scene as Slicer's does."""

import pytest

pytest.importorskip("PySide6", reason="the Qt side of the host needs PySide6")

import qt  # noqa: E402
import slicer  # noqa: E402


@pytest.fixture
def selector(scene):
    box = slicer.qMRMLNodeComboBox()
    box.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    box.setMRMLScene(scene)
    return box


def addVolume(name, className="vtkMRMLScalarVolumeNode"):
    return slicer.mrmlScene.AddNewNodeByClass(className, name)


def texts(box):
    inner = box.findChildren(qt.QComboBox)[0]
    return [inner.itemText(row) for row in range(inner.count)]


def test_it_offers_the_nodes_of_its_types_in_scene_order_and_its_actions(selector):
    addVolume("One")
    addVolume("Segmentation", "vtkMRMLSegmentationNode")
    addVolume("Labels", "vtkMRMLLabelMapVolumeNode")
    assert [text for text in texts(selector) if text] == ["One", "Labels", "Create new Volume", "Delete current Volume"]
    selector.showChildNodeTypes = False
    selector.addEnabled = False
    selector.removeEnabled = False
    assert texts(selector) == ["One"]
    selector.noneEnabled = True
    selector.noneDisplay = "Create new"
    assert texts(selector) == ["Create new", "One"]


def test_choosing_a_node_tells_of_it_once_in_every_form(selector):
    nodes, truths, ids = [], [], []
    one, two = addVolume("One"), addVolume("Two")
    selector.setCurrentNode(None)
    selector.connect("currentNodeChanged(vtkMRMLNode*)", nodes.append)
    selector.connect("currentNodeChanged(bool)", truths.append)
    selector.currentNodeIDChanged.connect(ids.append)
    selector.setCurrentNode(two)
    selector.setCurrentNode(two)
    selector.currentNodeID = one.GetID()
    selector.setCurrentNode(None)
    assert nodes == [two, one, None]
    assert truths == [True, True, False]
    assert ids == [two.GetID(), one.GetID(), ""]


def test_without_none_and_actions_the_first_node_that_comes_is_chosen(selector):
    selector.addEnabled = False
    selector.removeEnabled = False
    node = addVolume("One")
    assert selector.currentNode() is node


def test_with_none_enabled_nothing_is_chosen_by_itself(selector):
    selector.noneEnabled = True
    addVolume("One")
    assert selector.currentNode() is None and selector.currentNodeID == ""


def test_removing_the_chosen_node_or_closing_the_scene_leaves_no_dead_node(selector, scene):
    selector.noneEnabled = True
    node = addVolume("One")
    selector.setCurrentNode(node)
    scene.RemoveNode(node)
    assert selector.currentNode() is None
    selector.setCurrentNode(addVolume("Two"))
    scene.Clear(0)
    assert selector.currentNode() is None and selector.nodeCount() == 0


def test_a_new_name_is_shown_and_a_hidden_node_goes(selector):
    selector.addEnabled = selector.removeEnabled = False
    node = addVolume("One")
    node.SetName("Other")
    assert texts(selector) == ["Other"]
    node.SetHideFromEditors(True)
    assert texts(selector) == []


def test_nodes_are_added_by_the_selector(selector):
    added = []
    selector.baseName = "Scan"
    selector.nodeAddedByUser.connect(added.append)
    node = selector.addNode()
    assert node.GetName() == "Scan" and selector.currentNode() is node and added == [node]
    selector.removeCurrentNode()
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 0


def test_a_node_chosen_before_there_is_a_scene_is_chosen_when_it_comes(scene):
    node = addVolume("One")
    addVolume("Two")
    box = slicer.qMRMLNodeComboBox()
    box.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    assert box.enabled is False
    box.setCurrentNode(node)
    box.setMRMLScene(scene)
    assert box.currentNode() is node and box.enabled is True


def test_a_selector_that_is_gone_observes_nothing(scene):
    box = slicer.qMRMLNodeComboBox()
    box.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    box.setMRMLScene(scene)
    node = addVolume("One")
    observations = box._object._observations
    assert (node, "ModifiedEvent") in observations
    box.delete()
    assert len(observations) == 0
    node.SetName("Other")
    addVolume("Two")
    slicer.app.processEvents()
