"""The tree shows the subject hierarchy of the scene, and hands out its items as Slicer's does."""

import pytest

pytest.importorskip("PySide6", reason="the Qt side of the host needs PySide6")

import slicer  # noqa: E402


@pytest.fixture
def tree(scene):
    view = slicer.qMRMLSubjectHierarchyTreeView()
    view.setMRMLScene(scene)
    return view


def hierarchy():
    return slicer.mrmlScene.GetSubjectHierarchyNode()


def names(tree, parent=None):
    """Names of the rows, each with those below it."""
    model = tree.model()
    slicer.app.processEvents()
    root = tree.rootIndex() if parent is None else parent
    rows = [model.index(row, 0, root) for row in range(model.rowCount(root))]
    return [(row.data(), names(tree, row)) for row in rows]


def test_it_follows_the_scene(tree):
    folder = hierarchy().CreateFolderItem(hierarchy().GetSceneItemID(), "Study")
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Scan")
    item = hierarchy().GetItemByDataNode(node)
    assert names(tree) == [("Study", []), ("Scan", [])]
    hierarchy().SetItemParent(item, folder)
    node.SetName("Renamed")
    assert names(tree) == [("Study", [("Renamed", [])])]
    slicer.mrmlScene.RemoveNode(node)
    assert names(tree) == [("Study", [])]
    slicer.mrmlScene.Clear(0)
    assert names(tree) == []
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "After")
    assert names(tree) == [("After", [])]


def test_what_is_dragged_has_the_addresses_of_slicer(tree):
    folder = hierarchy().CreateFolderItem(hierarchy().GetSceneItemID(), "Study")
    tree.setCurrentItem(folder)
    assert tree.currentItem() == folder
    data = tree.model().mimeData(tree.selectionModel().selectedIndexes)
    assert [url.toString() for url in data.urls()] == [f"mrml://scene/subjecthierarchy/item?id={folder}"]
    tree.setCurrentItem(folder + 1000)
    assert tree.selectionModel().selectedIndexes == ()
