"""Made-up scans to try training with: a nodule among tubes and plates that are exactly as bright.

Each phantom has another brightness, and there is more of tubes and plates than of the nodule, so that no threshold
finds it: what tells the nodule apart is its shape alone. A small model learns that in about a minute.
"""

import numpy as np
import slicer

SHAPE = (16, 36, 36)  # voxels along k, j, i
SPACING = (1.0, 1.0, 2.0)  # mm along i, j, k
NODULE = "Nodule"
COLOR = (0.89, 0.62, 0.21)
TERMINOLOGY = (
    "Segmentation category and type - DICOM master list"
    "~SCT^49755003^Morphologically Altered Structure~SCT^27925004^Nodule~^^~~^^~^^"
)
WALL, HALF_PLATE, PLATE_LENGTH, JITTER = 2.0, 1.1, 16.0, 1.5  # mm
NOISE = 0.2  # standard deviation, as a part of the contrast


def makePhantom(generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One phantom.

    Returns:
        The image, float32 [k, j, i], and where the nodule is, boolean of the same shape.
    """
    z, y, x = (np.indices(SHAPE) * np.array(SPACING[::-1])[:, None, None, None]).astype(float)
    extent = np.array(SHAPE[::-1]) * SPACING
    places = np.array([(0.27, 0.27), (0.27, 0.73), (0.73, 0.27), (0.73, 0.73)]) * extent[:2]
    places = generator.permutation(places) + generator.uniform(-JITTER, JITTER, (4, 2))

    radii = generator.uniform([4.5, 4.5, 7.0], [6.5, 6.5, 11.0])
    middle = [*places[0], extent[2] * generator.uniform(0.4, 0.6)]
    distances = [(axis - centre) / radius for axis, centre, radius in zip((x, y, z), middle, radii, strict=True)]
    nodule = np.sum(np.square(distances), axis=0) < 1.0

    bright = nodule.copy()
    for place in places[1:3]:
        bright |= _tube(x - place[0], y - place[1], generator.uniform(5.0, 7.0, 2))
    for shift in (-3.0, 3.0):
        bright |= _plate(x - places[3][0] - shift, y - places[3][1], generator.uniform(0.0, np.pi))

    image = 100.0 + bright * generator.uniform(80.0, 120.0) + generator.normal(0.0, 100.0 * NOISE, SHAPE)
    return (image * generator.uniform(0.6, 1.6)).astype(np.float32), nodule


def _tube(x: np.ndarray, y: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """The wall of a tube along the z axis; `radii` are the outer ones along x and y."""

    def inside(shrunk: float) -> np.ndarray:
        return (x / (radii[0] - shrunk)) ** 2 + (y / (radii[1] - shrunk)) ** 2 < 1.0

    return inside(0.0) & ~inside(WALL)


def _plate(x: np.ndarray, y: np.ndarray, angle: float) -> np.ndarray:
    """A thin plate along the z axis: a short line in every slice."""
    along, across = x * np.cos(angle) + y * np.sin(angle), x * np.sin(angle) - y * np.cos(angle)
    return (np.abs(across) < HALF_PLATE) & (np.abs(along) < PLATE_LENGTH / 2)


def addPhantoms(count: int, seed: int = 0, name: str = "Phantom") -> list[tuple]:
    """Add phantoms to the scene, in a folder of the subject hierarchy.

    Args:
        count: how many.
        seed: the same seed gives the same phantoms.
        name: of each; the volumes get a number behind it, and the folder an s.

    Returns:
        Volume node and segmentation node of each.
    """
    generator = np.random.default_rng(seed)
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    folder = hierarchy.CreateFolderItem(hierarchy.GetSceneItemID(), hierarchy.GenerateUniqueItemName(f"{name}s"))
    pairs = []
    for number in range(1, count + 1):
        image, nodule = makePhantom(generator)
        pairs.append(_addNodes(f"{name} {number}", image, nodule))
        for node in pairs[-1]:
            hierarchy.SetItemParent(hierarchy.GetItemByDataNode(node), folder)
    return pairs


def _addNodes(name: str, image: np.ndarray, nodule: np.ndarray) -> tuple:
    volumeNode = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    slicer.util.updateVolumeFromArray(volumeNode, image)
    volumeNode.SetSpacing(SPACING)
    volumeNode.CreateDefaultDisplayNodes()
    segmentationNode = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", f"{name} nodule")
    segmentationNode.CreateDefaultDisplayNodes()
    segmentationNode.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
    segmentation = segmentationNode.GetSegmentation()
    segmentId = segmentation.AddEmptySegment("", NODULE, COLOR)
    segmentation.GetSegment(segmentId).SetTerminology(TERMINOLOGY)
    slicer.util.updateSegmentBinaryLabelmapFromArray(nodule.astype(np.uint8), segmentationNode, segmentId, volumeNode)
    return volumeNode, segmentationNode
