"""Folders of the subject hierarchy: the volumes that lie in one, and the one that holds the results of a batch."""

import slicer

from .hierarchy_folder import RUN_ATTRIBUTE, createRunFolder, subjectHierarchy
from .reading import isScan

# Not that of a run: segmenting once more into one segmentation of a batch must not remove all the others.
BATCH_ATTRIBUTE = "MedNCA.Batch"


def volumesInFolder(folderItem: int) -> list:
    """The scans in a folder of the subject hierarchy and in the folders within it, in their order there.

    Label maps are left out, and so is what a run or a batch has made, or else probabilities would be taken for scans.
    """
    hierarchy, found = subjectHierarchy(), []
    for item in slicer.util.getSubjectHierarchyItemChildren(folderItem):
        if hierarchy.GetItemAttribute(item, RUN_ATTRIBUTE) or hierarchy.GetItemAttribute(item, BATCH_ATTRIBUTE):
            continue
        node = hierarchy.GetItemDataNode(item)
        if isScan(node):
            found.append(node)
        found += volumesInFolder(item)
    return found


def createBatchFolder(besideNode, name: str) -> int:
    """Add an empty folder beside a node (at the top for None or a node without an item); returns its item."""
    return createRunFolder(besideNode, name, BATCH_ATTRIBUTE)


def folderOf(node) -> int:
    """The item of the hierarchy in which a node lies; 0 when it has none of its own."""
    hierarchy = subjectHierarchy()
    item = hierarchy.GetItemByDataNode(node)
    return hierarchy.GetItemParent(item) if item else 0
