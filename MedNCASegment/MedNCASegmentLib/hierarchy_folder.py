"""The folder of the subject hierarchy that holds everything of one run; deleting it removes all of it."""

import slicer

# Attributes of items: a folder of a run, and what a run has put into its folder.
RUN_ATTRIBUTE, MADE_ATTRIBUTE = "MedNCA.Run", "MedNCA.Made"


def subjectHierarchy():
    """The subject hierarchy of the scene."""
    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)


def createRunFolder(besideNode, name: str, attribute: str = RUN_ATTRIBUTE) -> int:
    """Add an empty folder beside a node (at the top for None or a node without an item); returns its item."""
    hierarchy = subjectHierarchy()
    item = hierarchy.GetItemByDataNode(besideNode) if besideNode is not None else 0
    parent = hierarchy.GetItemParent(item) if item else hierarchy.GetSceneItemID()
    folder = hierarchy.CreateFolderItem(parent, hierarchy.GenerateUniqueItemName(name))
    hierarchy.SetItemAttribute(folder, attribute, "1")
    return folder


def putIntoFolder(folder: int, node) -> None:
    """Place a node in the folder. Sequences and browsers get no item by themselves, so one is made where it lacks."""
    hierarchy = subjectHierarchy()
    item = hierarchy.GetItemByDataNode(node)
    if item:
        hierarchy.SetItemParent(item, folder)
    else:
        item = hierarchy.CreateItem(folder, node)
    hierarchy.SetItemAttribute(item, MADE_ATTRIBUTE, "1")


def runFolderOf(node) -> int:
    """The folder of the run that has made a node; 0 when the node lies in none, or has been put there, as a copy is."""
    hierarchy = subjectHierarchy()
    item = hierarchy.GetItemByDataNode(node) if node is not None else 0
    parent = hierarchy.GetItemParent(item) if item and hierarchy.GetItemAttribute(item, MADE_ATTRIBUTE) else 0
    return parent if parent and hierarchy.GetItemAttribute(parent, RUN_ATTRIBUTE) else 0


def nodesIn(folder: int) -> list:
    """The nodes of a run."""
    hierarchy = subjectHierarchy()
    items = slicer.util.getSubjectHierarchyItemChildren(folder, recursive=True)
    return [node for node in map(hierarchy.GetItemDataNode, items) if node is not None]


def removeRunFolder(folder: int, keep=()) -> None:
    """Remove a run and all its nodes, except those to keep and what others have put there, such as exported models;
    these stay beside where the folder was.
    """
    hierarchy = subjectHierarchy()
    kept = [hierarchy.GetItemByDataNode(node) for node in keep]
    for item in slicer.util.getSubjectHierarchyItemChildren(folder):
        if item in kept or not hierarchy.GetItemAttribute(item, MADE_ATTRIBUTE):
            hierarchy.SetItemParent(item, hierarchy.GetItemParent(folder))
    hierarchy.RemoveItem(folder, True, True)
