"""Many volumes in one go: scans and sequences to try it with, and what tests of it look at."""

from panel_case import SCAN

# isort: split
import numpy as np
import slicer
import vtk
from vtk.util import numpy_support


def addScan(name="Scan", shift=0.0, crop=0):
    """The sample, moved by so many millimetres and without so many voxels at each end of its last axis."""
    volume = slicer.util.loadVolume(SCAN, {"name": name})
    array = slicer.util.arrayFromVolume(volume).copy()
    origin = np.array(volume.GetOrigin()) + shift
    if crop:
        matrix = vtk.vtkMatrix4x4()
        volume.GetIJKToRASMatrix(matrix)
        origin += crop * slicer.util.arrayFromVTKMatrix(matrix)[:3, 2]
        slicer.util.updateVolumeFromArray(volume, array[crop:-crop])
    volume.SetOrigin(origin)
    return volume


def addBadVolume(name="Empty"):
    return slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)


def addSequence(scans, name="Follow-up", browser=True):
    """A sequence of copies of these volumes, at 0, 10, 20, ... days; the volumes themselves leave the scene."""
    sequence = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", name)
    sequence.SetIndexName("time")
    sequence.SetIndexUnit("d")
    for number, scan in enumerate(scans):
        sequence.SetDataNodeAtValue(scan, str(10 * number))
        slicer.mrmlScene.RemoveNode(scan)
    if not browser:
        return sequence, None
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", "Browser")
    node.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(node)
    return sequence, node


def finish(batch):
    while not batch.finished:
        batch.advance()
    return batch


def mask(segmentation, volume):
    segment = segmentation.GetSegmentation().GetNthSegmentID(0)
    return slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segment, volume).astype(bool)


def storedMask(segmentation):
    """The voxels of a segmentation in a sequence, which has no scene to convert it."""
    image = segmentation.GetSegmentation().GetNthSegment(0).GetRepresentation("Binary labelmap")
    return int((numpy_support.vtk_to_numpy(image.GetPointData().GetScalars()) > 0).sum())


def rowsOf(tableNode):
    table = tableNode.GetTable()
    titles = [table.GetColumn(number).GetName() for number in range(table.GetNumberOfColumns())]
    return [{title: table.GetValueByName(row, title) for title in titles} for row in range(table.GetNumberOfRows())]


def nodeIDs():
    """Nodes of the scene that hold something; Slicer leaves display and storage nodes of what is deleted."""
    nodes = slicer.util.getNodesByClass("vtkMRMLNode")
    hidden = ("vtkMRMLDisplayNode", "vtkMRMLStorageNode")
    return sorted(node.GetID() for node in nodes if not any(node.IsA(name) for name in hidden))
