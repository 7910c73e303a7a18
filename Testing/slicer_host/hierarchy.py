"""Gives data nodes their subject hierarchy items, as the subject hierarchy plugins of Slicer's modules do.

The plugins are Qt classes that ``slicer-core`` lacks. Node classes that no plugin claims in Slicer (sequences and
sequence browsers among them) get no item here either.
"""

import slicer
import vtk

CLAIMED_CLASSES = (
    "vtkMRMLScalarVolumeNode",
    "vtkMRMLSegmentationNode",
    "vtkMRMLModelNode",
    "vtkMRMLMarkupsNode",
    "vtkMRMLTransformNode",
    "vtkMRMLTableNode",
    "vtkMRMLTextNode",
    "vtkMRMLPlotChartNode",
    "vtkMRMLPlotSeriesNode",
    "vtkMRMLFolderDisplayNode",
)


class SubjectHierarchyFiller:
    """Observes a scene: items appear with their data nodes and go with them, and there is always one hierarchy node."""

    def __init__(self, scene: slicer.vtkMRMLScene):
        self._scene = scene
        slicer.vtkMRMLSubjectHierarchyNode.ResolveSubjectHierarchy(scene)
        scene.AddObserver(slicer.vtkMRMLScene.NodeAddedEvent, self._onNodeAdded)
        scene.AddObserver(slicer.vtkMRMLScene.NodeAboutToBeRemovedEvent, self._onNodeAboutToBeRemoved)
        scene.AddObserver(slicer.vtkMRMLScene.EndImportEvent, self._onManyNodesChanged, 10.0)
        scene.AddObserver(slicer.vtkMRMLScene.EndCloseEvent, self._onManyNodesChanged)
        scene.AddObserver(slicer.vtkMRMLScene.EndBatchProcessEvent, self._onManyNodesChanged, 10.0)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeAdded(self, scene, _event, node) -> None:
        if isinstance(node, slicer.vtkMRMLSubjectHierarchyNode):
            slicer.vtkMRMLSubjectHierarchyNode.ResolveSubjectHierarchy(scene)
        elif not scene.IsImporting():
            self._claim(scene.GetSubjectHierarchyNode(), node)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeAboutToBeRemoved(self, scene, _event, node) -> None:
        if scene.IsClosing() or isinstance(node, slicer.vtkMRMLSubjectHierarchyNode):
            return
        hierarchy = scene.GetSubjectHierarchyNode()
        item = hierarchy.GetItemByDataNode(node)
        if item:
            hierarchy.RemoveItem(item, False, False)

    def _onManyNodesChanged(self, scene, _event) -> None:
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.ResolveSubjectHierarchy(scene)
        for index in range(scene.GetNumberOfNodes()):
            self._claim(hierarchy, scene.GetNthNode(index))

    @staticmethod
    def _claim(hierarchy, node) -> None:
        if node.GetHideFromEditors() or not any(node.IsA(name) for name in CLAIMED_CLASSES):
            return
        if not hierarchy.GetItemByDataNode(node):
            hierarchy.CreateItem(hierarchy.GetSceneItemID(), node)
