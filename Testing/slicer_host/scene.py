"""The MRML scene of the stand-in application: Slicer's own scene, application logic and module logics.

Slicer's modules register their node classes when the application hands them the scene. :class:`SceneHost` does the same
with the module logics that ``slicer-core`` has, in the order in which their nodes depend on each other.
"""

import slicer
import vtk

from .hierarchy import SubjectHierarchyFiller

# Module name in Slicer -> logic class. The order is that of registration: colours first (label maps show nothing
# without them), terminologies before segmentations, sequences before anything that a sequence may hold.
MODULE_LOGICS = {
    "Colors": "vtkSlicerColorLogic",
    "Units": "vtkSlicerUnitsLogic",
    "Terminologies": "vtkSlicerTerminologiesModuleLogic",
    "SubjectHierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
    "Sequences": "vtkSlicerSequencesLogic",
    "Cameras": "vtkSlicerCamerasModuleLogic",
    "Volumes": "vtkSlicerVolumesLogic",
    "Models": "vtkSlicerModelsLogic",
    "Transforms": "vtkSlicerTransformLogic",
    "Markups": "vtkSlicerMarkupsLogic",
    "Tables": "vtkSlicerTablesLogic",
    "Texts": "vtkSlicerTextsLogic",
    "Plots": "vtkSlicerPlotsLogic",
    "CropVolume": "vtkSlicerCropVolumeLogic",
    "Segmentations": "vtkSlicerSegmentationsModuleLogic",
    "ViewControllers": "vtkSlicerViewControllersLogic",
}

SHARE_FOLDER = "share"

SLICE_VIEWS = {"Red": "Axial", "Yellow": "Sagittal", "Green": "Coronal"}


class SceneHost:
    """Owns the scene, the application logic, the module logics and what they need to read and write scene bundles.

    ``scene``
        the ``vtkMRMLScene``, as ``slicer.mrmlScene``
    ``applicationLogic``
        ``vtkSlicerApplicationLogic`` with the colour logic, the module logics and one slice logic per standard slice
        view
    ``moduleLogics``
        dict of module name to logic
    """

    def __init__(self, home: str, temporaryPath: str, cachePath: str):
        """``home`` is the application's folder, with colour files in its share folder; all are existing folders."""
        self.scene = slicer.vtkMRMLScene()
        self.applicationLogic = slicer.vtkSlicerApplicationLogic()
        self.applicationLogic.SetHomeDirectory(home)
        self.applicationLogic.SetShareDirectory(SHARE_FOLDER)
        self.applicationLogic.SetTemporaryPath(temporaryPath)

        # ReadFromMRB unpacks a bundle through the scene's cache manager.
        self.remoteIO = slicer.vtkMRMLRemoteIOLogic()
        self.remoteIO.SetMRMLScene(self.scene)
        self.remoteIO.GetCacheManager().SetRemoteCacheDirectory(cachePath)
        self.remoteIO.AddDataIOToScene()

        self.moduleLogics = {}
        for name, className in MODULE_LOGICS.items():
            logic = getattr(slicer, className)()
            logic.SetMRMLApplicationLogic(self.applicationLogic)
            self.moduleLogics[name] = logic
            self.applicationLogic.SetModuleLogic(name, logic)
        self.applicationLogic.SetColorLogic(self.moduleLogics["Colors"])
        # The application logic first: it adds the selection node that the markups logic writes to.
        self.applicationLogic.SetMRMLScene(self.scene)
        for name, logic in self.moduleLogics.items():
            # Terminologies complain that their files are missing; the package says so.
            vtk.vtkObject.SetGlobalWarningDisplay(name != "Terminologies")
            logic.SetMRMLScene(self.scene)
        vtk.vtkObject.GlobalWarningDisplayOn()

        self.sliceLogics = vtk.vtkCollection()
        self.applicationLogic.SetSliceLogics(self.sliceLogics)
        self.viewLogics = vtk.vtkCollection()
        self.applicationLogic.SetViewLogics(self.viewLogics)
        self._addSliceLogics()
        self.subjectHierarchy = SubjectHierarchyFiller(self.scene)
        # Closing a scene removes the slice nodes' volumes, not the view nodes, which are singletons.
        self.scene.AddObserver(slicer.vtkMRMLScene.EndCloseEvent, self._onSceneClosed)

    def _addSliceLogics(self) -> None:
        for layoutName, orientation in SLICE_VIEWS.items():
            logic = slicer.vtkMRMLSliceLogic()
            logic.SetMRMLApplicationLogic(self.applicationLogic)
            logic.SetMRMLScene(self.scene)
            sliceNode = logic.AddSliceNode(layoutName)
            sliceNode.SetOrientation(orientation)
            self.sliceLogics.AddItem(logic)

    def _onSceneClosed(self, _scene, _event) -> None:
        for layoutName, orientation in SLICE_VIEWS.items():
            sliceNode = self.scene.GetSingletonNode(layoutName, "vtkMRMLSliceNode")
            if sliceNode is not None:
                sliceNode.SetOrientation(orientation)
