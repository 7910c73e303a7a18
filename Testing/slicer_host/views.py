"""Slice and 3D views drawn off screen by Slicer's own slice logic and displayable managers.

The pictures show what the views of a Slicer would show of the scene, without their corner texts, rulers and controls;
they are not screenshots of Slicer.
"""

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from .scene import SLICE_VIEWS

# Displayable managers that draw what MedNCA shows: segmentations, ROIs, models and transforms.
_SLICE_MANAGERS = (
    "vtkMRMLModelSliceDisplayableManager",
    "vtkMRMLMarkupsDisplayableManager",
    "vtkMRMLSegmentationsDisplayableManager2D",
)
_THREE_D_MANAGERS = (
    "vtkMRMLModelDisplayableManager",
    "vtkMRMLMarkupsDisplayableManager",
    "vtkMRMLSegmentationsDisplayableManager3D",
)


class _View:
    """An off-screen window with one renderer."""

    def __init__(self, size: tuple):
        # Without an X server VTK says so before it takes EGL or Mesa.
        vtk.vtkObject.GlobalWarningDisplayOff()
        self.window = vtk.vtkRenderWindow()
        vtk.vtkObject.GlobalWarningDisplayOn()
        self.window.SetOffScreenRendering(1)
        self.window.SetMultiSamples(0)
        self.window.SetSize(*size)
        self.renderer = vtk.vtkRenderer()
        self.window.AddRenderer(self.renderer)
        interactor = vtk.vtkGenericRenderWindowInteractor()
        interactor.SetRenderWindow(self.window)
        interactor.Initialize()
        self.interactor = interactor

    def attach(self, factory, managers: tuple, viewNode) -> None:
        """Lets the displayable managers of ``factory`` draw the scene for a view node."""
        factory.SetMRMLApplicationLogic(slicer.app.applicationLogic())
        for name in managers:
            if not factory.IsDisplayableManagerRegistered(name):
                factory.RegisterDisplayableManager(name)
        self.group = factory.InstantiateDisplayableManagers(self.renderer)
        self.group.SetMRMLDisplayableNode(viewNode)

    def close(self) -> None:
        """Lets go of the scene and of the graphics memory."""
        self.group.SetMRMLDisplayableNode(None)
        self.group.SetRenderer(None)
        self.window.Finalize()

    def picture(self) -> np.ndarray:
        """The view as an array [height, width, 3] of bytes."""
        self.window.Render()
        grabber = vtk.vtkWindowToImageFilter()
        grabber.SetInput(self.window)
        grabber.ReadFrontBufferOff()
        grabber.Update()
        image = grabber.GetOutput()
        width, height, _ = image.GetDimensions()
        return vtk_to_numpy(image.GetPointData().GetScalars()).reshape(height, width, -1)[::-1, :, :3].copy()


class SliceView(_View):
    """One of the standard slice views, "Red" (axial), "Yellow" (sagittal) or "Green" (coronal)."""

    def __init__(self, name: str, size: tuple):
        super().__init__(size)
        self.logic = slicer.app.applicationLogic().GetSliceLogicByLayoutName(name)
        mapper = vtk.vtkImageMapper()
        mapper.SetColorWindow(255)
        mapper.SetColorLevel(127.5)
        mapper.SetInputConnection(self.logic.GetImageDataConnection())
        self._image = vtk.vtkActor2D()
        self._image.SetMapper(mapper)
        # Under everything that the displayable managers draw.
        self._image.GetProperty().SetDisplayLocationToBackground()
        self.renderer.AddViewProp(self._image)
        self.logic.GetSliceNode().SetDimensions(*size, 1)
        self.attach(
            slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance(), _SLICE_MANAGERS, self.logic.GetSliceNode()
        )

    def draw(self, offset: float | None = None, fit: bool = True) -> np.ndarray:
        """Array [height, width, 3] of bytes; ``offset`` as in :func:`renderSlice`; without ``fit``, None leaves it."""
        self.logic.GetSliceNode().SetDimensions(*self.window.GetSize(), 1)
        if fit:
            self.logic.FitSliceToBackground()
        if offset is not None:
            self.logic.SetSliceOffset(offset)
        self.logic.UpdatePipeline()
        self._image.SetVisibility(self.logic.GetImageDataConnection() is not None)
        self._image.GetMapper().SetInputConnection(self.logic.GetImageDataConnection())
        return self.picture()


class ThreeDView(_View):
    """A 3D view of the surfaces in the scene."""

    def __init__(self, size: tuple, background: tuple = (0.76, 0.76, 0.91)):
        """``background``: red, green and blue from 0 to 1."""
        super().__init__(size)
        self.renderer.SetBackground(*background)
        scene = slicer.mrmlScene
        self.viewNode = scene.GetSingletonNode("1", "vtkMRMLViewNode")
        if self.viewNode is None:
            self.viewNode = slicer.vtkMRMLViewNode()
            self.viewNode.SetLayoutName("1")
            self.viewNode.SetSingletonTag("1")
            scene.AddNode(self.viewNode)
        self.attach(slicer.vtkMRMLThreeDViewDisplayableManagerFactory.GetInstance(), _THREE_D_MANAGERS, self.viewNode)

    def draw(self, direction: tuple = (0.6, 1.0, 0.35), zoom: float = 1.2) -> np.ndarray:
        """Array [height, width, 3] of bytes, everything in view, seen from ``direction`` (towards the viewer, RAS)."""
        camera = self.renderer.GetActiveCamera()
        camera.SetFocalPoint(0, 0, 0)
        camera.SetPosition(*direction)
        camera.SetViewUp(0, 0, 1)
        self.window.Render()
        self.renderer.ResetCamera()
        camera.Zoom(zoom)
        self.renderer.ResetCameraClippingRange()
        return self.picture()


def renderSlice(orientation: str = "Axial", offset: float | None = None, size: tuple = (400, 400)) -> np.ndarray:
    """One picture of a standard slice view: background and label layers, segmentations, models and ROIs.

    ``orientation``: "Axial", "Sagittal" or "Coronal"; ValueError for another one.
    ``offset``: position of the slice in mm, to superior, left or anterior; None is the middle of the background volume.
    ``size``: width and height in pixels. Returns an array [height, width, 3] of bytes.
    """
    names = {shown: name for name, shown in SLICE_VIEWS.items()}
    if orientation not in names:
        raise ValueError(f"The orientation is {orientation}, but must be one of {', '.join(names)}")
    view = SliceView(names[orientation], size)
    try:
        return view.draw(offset)
    finally:
        view.close()


def renderThreeD(size: tuple = (400, 400)) -> np.ndarray:
    """One picture of the surfaces in the scene, an array [height, width, 3] of bytes; ``size`` in pixels."""
    view = ThreeDView(size)
    try:
        return view.draw()
    finally:
        view.close()
