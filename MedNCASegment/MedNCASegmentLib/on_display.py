"""What a person is looking at, so that the panel can begin with it."""

import slicer

from .reading import isScan

PLANES = ("sagittal", "coronal", "axial")  # by the RAS axis along which they are sliced


def positionOnDisplay(plane: str):
    """The centre, in world RAS, of the slice view that is nearest to being parallel to a plane; None without views.

    Args:
        plane: "sagittal", "coronal" or "axial".
    """
    views = slicer.util.getNodesByClass("vtkMRMLSliceNode")
    # A view that the layout shows comes before one that it does not.
    views.sort(key=lambda view: not view.IsMappedInLayout())
    for view in views:
        toRAS = slicer.util.arrayFromVTKMatrix(view.GetSliceToRAS())
        if abs(toRAS[:3, 2]).argmax() == PLANES.index(plane):
            return toRAS[:3, 3]
    return None


def scanOnDisplay():
    """The volume in the slice views, else the first scan of the scene; None when there is none."""
    selectionNode = slicer.app.applicationLogic().GetSelectionNode()
    active = slicer.mrmlScene.GetNodeByID(selectionNode.GetActiveVolumeID() or "")
    if isScan(active):
        return active
    return next((node for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode") if isScan(node)), None)
