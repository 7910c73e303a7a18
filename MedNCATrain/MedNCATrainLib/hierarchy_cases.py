"""Which volume belongs to which segmentation, in a folder of the subject hierarchy or in the whole scene."""

import re
from dataclasses import dataclass

import slicer
from MedNCASegmentLib.batch_folder import BATCH_ATTRIBUTE
from MedNCASegmentLib.hierarchy_folder import RUN_ATTRIBUTE
from MedNCASegmentLib.reading import isScan

from .scene_cases import SceneCase

# Words that name the kind of a node and not the case.
KIND_WORDS = {"image", "img", "scan", "volume", "vol", "0000"} | {
    "seg", "segs", "segmentation", "segment", "segments", "label", "labels", "labelmap", "mask", "truth", "gt",
}  # fmt: skip
SEGMENTATION_CLASSES = ("vtkMRMLSegmentationNode", "vtkMRMLLabelMapVolumeNode")


@dataclass(frozen=True)
class Folder:
    """A folder of the subject hierarchy with pairs in it."""

    item: int
    name: str  # with the folders that it lies in
    cases: tuple[SceneCase, ...]


def foldersWithCases() -> list[Folder]:
    """The whole scene first, then every folder in which there are pairs, folders within it counted in."""
    hierarchy = _hierarchy()
    if hierarchy is None:
        return []
    items = [hierarchy.GetSceneItemID(), *slicer.util.getSubjectHierarchyItemChildren(hierarchy.GetSceneItemID(), True)]
    found = []
    for item in items:
        if item != items[0] and (hierarchy.GetItemDataNode(item) is not None and not _isFolder(hierarchy, item)):
            continue
        pairs = casesBelow(item)
        if pairs:
            found.append(Folder(item, _path(hierarchy, item), tuple(pairs)))
    return found


def casesBelow(folderItem: int) -> list[SceneCase]:
    """The pairs in a folder and in the folders within it, each volume and each segmentation in one pair at most.

    What MedNCA Segment has made is left out, or else a model would learn from the results of another.
    """
    volumes, segmentations = [], []
    for item in _items(folderItem):
        node = _hierarchy().GetItemDataNode(item)
        if isScan(node):
            volumes.append(node)
        elif isSegmentation(node):
            segmentations.append(node)
    return pairUp(volumes, segmentations)


def casesOfItems(items: list[int]) -> list[SceneCase]:
    """The pairs in or among items of the subject hierarchy: folders, volumes, segmentations, in any mixture."""
    pairs, volumes, segmentations = [], [], []
    for item in items:
        node = _hierarchy().GetItemDataNode(item)
        if isScan(node):
            volumes.append(node)
            segmentations += [one for one in map(_hierarchy().GetItemDataNode, _items(item)) if isSegmentation(one)]
        elif isSegmentation(node):
            segmentations.append(node)
        else:
            pairs += casesBelow(item)
    pairs += pairUp(volumes, segmentations)
    # The other half of a pair need not have been chosen too.
    used = {node for pair in pairs for node in pair.nodes()}
    volumes, segmentations = ([node for node in nodes if node not in used] for nodes in (volumes, segmentations))
    pairs += pairUp(volumes, [node for node in _everySegmentation() if node not in used], alone=False)
    pairs += pairUp([node for node in _everyScan() if node not in used], segmentations, alone=False)
    return list(dict.fromkeys(pairs))


def segmentationFor(volumeNode):
    """The segmentation in the scene that belongs to a volume; None when none is known to."""
    pairs = pairUp([volumeNode], _everySegmentation(), alone=False) if volumeNode is not None else []
    return pairs[0].segmentationNode if pairs else None


def pairUp(volumes: list, segmentations: list, alone: bool = True) -> list[SceneCase]:
    """Pair volumes with segmentations.

    A segmentation that was drawn on a volume belongs to it; else one that lies below it in the subject hierarchy; else
    one of the same name but for words such as "label" and "image"; else, with `alone`, the only one that is left in a
    folder to the only volume that is left there, and the only one at all to the only volume.

    Args:
        volumes, segmentations: nodes.
        alone: whether being the only ones is enough.
    """
    hierarchy = _hierarchy()

    def drawnOn(volume, segmentation) -> bool:
        role = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
        return segmentation.IsA("vtkMRMLSegmentationNode") and segmentation.GetNodeReference(role) is volume

    def below(volume, segmentation) -> bool:
        item = hierarchy.GetItemByDataNode(segmentation)
        return bool(item) and hierarchy.GetItemDataNode(hierarchy.GetItemParent(item)) is volume

    def sameName(volume, segmentation) -> bool:
        return bool(nameStem(volume.GetName())) and nameStem(volume.GetName()) == nameStem(segmentation.GetName())

    left, found = list(segmentations), {}
    for belongs in (drawnOn, below, sameName):
        for volume in volumes:
            match = next((one for one in left if belongs(volume, one)), None) if volume not in found else None
            if match is not None:
                found[volume] = match
                left.remove(match)
    if alone:
        rest = [volume for volume in volumes if volume not in found]
        for folder in {_folderOf(volume) for volume in rest}:
            both = [[one for one in nodes if _folderOf(one) == folder] for nodes in (rest, left)]
            if len(both[0]) == len(both[1]) == 1:
                found[both[0][0]] = both[1][0]
        if len(volumes) == len(segmentations) == 1:
            found[volumes[0]] = segmentations[0]
    return [SceneCase(volume, found[volume]) for volume in volumes if volume in found]


def nameStem(name: str) -> str:
    """What the names of a volume and of its segmentation have in common: "Case 01_label" and "case-01" -> "case 01"."""
    words = re.findall(r"[^\W_]+", name.casefold())
    return " ".join(word for word in words if word not in KIND_WORDS)


def isSegmentation(node) -> bool:
    """Whether a node can be the second of a pair."""
    return node is not None and node.GetClassName() in SEGMENTATION_CLASSES and not node.GetHideFromEditors()


def _hierarchy():
    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)


def _folderOf(node) -> int:
    return _hierarchy().GetItemParent(_hierarchy().GetItemByDataNode(node))


def _everyScan() -> list:
    return [node for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode") if isScan(node)]


def _everySegmentation() -> list:
    hierarchy = _hierarchy()
    return [
        hierarchy.GetItemDataNode(item)
        for item in _items(hierarchy.GetSceneItemID())
        if isSegmentation(hierarchy.GetItemDataNode(item))
    ]


def _items(parent: int) -> list[int]:
    """All items below one, in their order, without results of MedNCA Segment."""
    hierarchy, found = _hierarchy(), []
    for item in slicer.util.getSubjectHierarchyItemChildren(parent):
        if not hierarchy.GetItemAttribute(item, RUN_ATTRIBUTE) and not hierarchy.GetItemAttribute(
            item, BATCH_ATTRIBUTE
        ):
            found += [item, *_items(item)]
    return found


def _isFolder(hierarchy, item: int) -> bool:
    # A folder with a colour of its own has a display node as its data node.
    return hierarchy.GetItemDataNode(item).IsA("vtkMRMLFolderDisplayNode")


def _path(hierarchy, item: int) -> str:
    names = []
    while item and item != hierarchy.GetSceneItemID():
        names.insert(0, hierarchy.GetItemName(item))
        item = hierarchy.GetItemParent(item)
    return " / ".join(names)
