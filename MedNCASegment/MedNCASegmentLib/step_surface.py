"""The surface of a step in 3D: a model node that is rebuilt at each step."""

import numpy as np
import slicer
import vtk
from slicer.i18n import tr as _
from vtk.util import numpy_support

from .hierarchy_folder import putIntoFolder

SEQUENCE_ROLE = "MedNCA.Steps"
SMOOTHING_ITERATIONS, PASS_BAND = 15, 0.1


class StepSurface:
    """At most one model node. It has its surface before it enters the scene, so it is whole whenever that is saved."""

    def __init__(self) -> None:
        self._node = None
        self._displays: list = []

    @property
    def node(self):
        """The model node; None when nothing is shown or somebody has removed it."""
        if self._node is not None and self._node.GetScene() is None:
            self._node = None
        return self._node

    def adopt(self, sequenceNode) -> bool:
        """Take over the surface that a saved scene has brought along for this sequence; says whether there was one."""
        for model in slicer.util.getNodesByClass("vtkMRMLModelNode"):
            if model.GetNodeReference(SEQUENCE_ROLE) is sequenceNode:
                self._node = model
                self._displays = [model.GetNthDisplayNode(i) for i in range(model.GetNumberOfDisplayNodes())]
        return self.node is not None

    def show(self, labelNode, proxyNode, sequenceNode, folderItem: int = 0) -> None:
        """Show the surface of a step.

        Args:
            labelNode: the recorded label map.
            proxyNode: the label map on display; gives the transform and the colours.
            sequenceNode: the sequence of the steps.
            folderItem: subject hierarchy folder to put the model node into; 0 leaves it where Slicer puts it.
        """
        surface = labelSurface(labelNode)
        if self.node is None:
            self._add(surface, proxyNode, sequenceNode, folderItem)
        else:
            self.node.SetAndObserveMesh(surface)
        if self.node.GetTransformNodeID() != proxyNode.GetTransformNodeID():
            self.node.SetAndObserveTransformNodeID(proxyNode.GetTransformNodeID())

    def remove(self) -> None:
        """Take the model node out of the scene, and its display node, which Slicer leaves behind."""
        nodes, self._node, self._displays = [self.node, *self._displays], None, []
        for node in nodes:
            if node is not None and node.GetScene() is not None:
                slicer.mrmlScene.RemoveNode(node)

    def _add(self, surface, proxyNode, sequenceNode, folderItem: int) -> None:
        scene = slicer.mrmlScene
        node = slicer.vtkMRMLModelNode()
        name = _("{name} surface").format(name=sequenceNode.GetName())
        node.SetName(scene.GenerateUniqueName(name))
        node.SetAndObserveMesh(surface)
        node.SetNodeReferenceID(SEQUENCE_ROLE, sequenceNode.GetID())
        scene.AddNode(node)
        self._node = node
        node.CreateDefaultDisplayNodes()
        display = node.GetDisplayNode()
        self._displays = [display]
        colors = proxyNode.GetDisplayNode().GetColorNode()
        display.SetAndObserveColorNodeID(colors.GetID())
        # A colour table that was not read from a file has a range of its own, which is not that of its entries.
        display.SetScalarRangeFlag(display.UseManualScalarRange)
        display.SetScalarRange(0, colors.GetNumberOfColors() - 1)
        display.SetActiveScalarName("Label")
        display.SetScalarVisibility(True)
        if folderItem:
            putIntoFolder(folderItem, node)


def labelSurface(labelNode) -> vtk.vtkPolyData:
    """Closed, smoothed surfaces of all labels of a label map node, in its own RAS (mm); the scalars are "Label"."""
    labels = slicer.util.arrayFromVolume(labelNode)
    values = [int(value) for value in np.flatnonzero(np.bincount(labels.ravel()))[1:]] if labels.any() else []
    if not values:
        return vtk.vtkPolyData()
    image, start = _cropped(labels)
    contour = vtk.vtkDiscreteFlyingEdges3D()
    contour.SetInputData(image)
    for index, value in enumerate(values):
        contour.SetValue(index, value)
    contour.ComputeNormalsOff()
    contour.ComputeGradientsOff()
    smooth = vtk.vtkWindowedSincPolyDataFilter()
    smooth.SetInputConnection(contour.GetOutputPort())
    smooth.SetNumberOfIterations(SMOOTHING_ITERATIONS)
    smooth.SetPassBand(PASS_BAND)
    smooth.BoundarySmoothingOff()
    smooth.FeatureEdgeSmoothingOff()
    smooth.NonManifoldSmoothingOn()
    smooth.NormalizeCoordinatesOn()

    matrix = vtk.vtkMatrix4x4()
    labelNode.GetIJKToRASMatrix(matrix)
    toRAS = vtk.vtkTransform()
    toRAS.SetMatrix(matrix)
    toRAS.Translate(*start)
    place = vtk.vtkTransformPolyDataFilter()
    place.SetInputConnection(smooth.GetOutputPort())
    place.SetTransform(toRAS)
    # A grid that mirrors space turns the triangles inside out.
    turn = vtk.vtkReverseSense()
    turn.SetInputConnection(place.GetOutputPort())
    turn.SetReverseCells(matrix.Determinant() < 0)
    turn.ReverseNormalsOff()
    normals = vtk.vtkPolyDataNormals()
    normals.SetInputConnection(turn.GetOutputPort())
    normals.SplittingOff()
    normals.ConsistencyOff()
    normals.Update()
    return normals.GetOutput()


def _cropped(labels: np.ndarray) -> tuple[vtk.vtkImageData, list[int]]:
    """The block around the labels [k, j, i] with a margin of background, and its first voxel (i, j, k)."""
    start, block = [], []
    for axis in range(3):
        found = np.flatnonzero(labels.any(axis=tuple(other for other in range(3) if other != axis)))
        start.append(int(found[0]) - 1)
        block.append(slice(found[0], found[-1] + 1))
    part = np.pad(labels[tuple(block)], 1)
    image = vtk.vtkImageData()
    image.SetDimensions(part.shape[::-1])
    scalars = numpy_support.numpy_to_vtk(part.ravel(), deep=True)
    scalars.SetName("Label")
    image.GetPointData().SetScalars(scalars)
    return image, start[::-1]
