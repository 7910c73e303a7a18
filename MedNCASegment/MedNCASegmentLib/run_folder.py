"""The folder of the subject hierarchy that holds everything of one run; deleting it removes all of it."""

import slicer

RUN_ATTRIBUTE = "MedNCA.Run"


def _hierarchy():
    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)


def createRunFolder(volumeNode, name: str) -> int:
    """Add an empty folder beside a volume, or at the top for None; returns its item."""
    hierarchy = _hierarchy()
    volumeItem = hierarchy.GetItemByDataNode(volumeNode) if volumeNode is not None else 0
    parent = hierarchy.GetItemParent(volumeItem) if volumeItem else hierarchy.GetSceneItemID()
    folder = hierarchy.CreateFolderItem(parent, hierarchy.GenerateUniqueItemName(name))
    hierarchy.SetItemAttribute(folder, RUN_ATTRIBUTE, "1")
    return folder


def putIntoFolder(folder: int, node) -> None:
    """Place a node in the folder. Sequences and browsers get no item by themselves, so one is made where it lacks."""
    hierarchy = _hierarchy()
    item = hierarchy.GetItemByDataNode(node)
    if item:
        hierarchy.SetItemParent(item, folder)
    else:
        hierarchy.CreateItem(folder, node)


def runFolderOf(node) -> int:
    """The run folder in which a node lies; 0 when it lies in none."""
    hierarchy = _hierarchy()
    item = hierarchy.GetItemByDataNode(node) if node is not None else 0
    parent = hierarchy.GetItemParent(item) if item else 0
    return parent if parent and hierarchy.GetItemAttribute(parent, RUN_ATTRIBUTE) else 0


def nodesIn(folder: int) -> list:
    """The nodes of a run."""
    hierarchy = _hierarchy()
    items = slicer.util.getSubjectHierarchyItemChildren(folder, recursive=True)
    return [node for node in map(hierarchy.GetItemDataNode, items) if node is not None]


def removeRunFolder(folder: int, keep=()) -> None:
    """Remove a run and all its nodes, except those to keep, which stay without a folder."""
    hierarchy = _hierarchy()
    for node in keep:
        item = hierarchy.GetItemByDataNode(node)
        if item:
            hierarchy.SetItemParent(item, hierarchy.GetItemParent(folder))
    hierarchy.RemoveItem(folder, True, True)
