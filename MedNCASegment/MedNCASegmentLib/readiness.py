"""Whether Segment can start with what is chosen on the panel, and what the recorded steps would take."""

import importlib.util

import slicer
from mednca import MedNCAError, Model
from mednca.recording import plan_recording
from slicer.i18n import tr as _

from .many_volumes import scopeObstacle
from .parameters import Device, Engine
from .reading import blockInside, isScan
from .wording import memoryText


def obstacle(parameters, model: Model | None) -> str:
    """Why Segment cannot start, in one sentence that says what to do; empty when it can.

    Args:
        parameters: the panel's parameter node; None while a scene is closing.
        model: the chosen model; None when there is none or it cannot be read.
    """
    if parameters is None:
        return _("Open a scene first.")
    volumeNode = parameters.inputVolume
    if volumeNode is None:
        if any(isScan(node) for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")):
            return _("Choose a volume to segment.")
        return _("Load a scan first; the Sample Data module has one to try.")
    if voxelsOf(volumeNode) == 0:
        return _("'{name}' has no voxels; choose another volume.").format(name=volumeNode.GetName())
    problem = scopeObstacle(parameters)
    if problem:
        return problem
    try:
        segmentedVoxels(parameters)
    except MedNCAError as problem:
        return str(problem)
    if model is None:
        return _("Choose a model.")
    return engineObstacle(parameters.engine, parameters.device) or optionObstacle(parameters, model)


def engineObstacle(engine: Engine, device: Device) -> str:
    """Why this engine cannot run on this device; empty when it can, as far as is known without loading PyTorch."""
    if engine is Engine.NUMPY and device is Device.GPU:
        return _("The NumPy engine runs on the CPU only; choose the PyTorch engine or another device.")
    needsTorch = engine is Engine.TORCH or (engine is Engine.AUTOMATIC and device is Device.GPU)
    if needsTorch and importlib.util.find_spec("torch") is None:
        return _("PyTorch is not installed; install it with the PyTorch extension, or choose NumPy on the CPU.")
    return ""


def optionObstacle(parameters, model: Model) -> str:
    """Why the advanced options contradict each other; empty when they do not."""
    if parameters.uncertainty and (parameters.runs or model.card.runs) < 2:
        return _("The uncertainty map compares runs with each other; set the number of runs to 2 or more.")
    try:
        recordedMemory(parameters, model)
    except MedNCAError as problem:
        return str(problem)
    return ""


def recordedMemory(parameters, model: Model) -> str:
    """How many steps will be recorded and what memory they take; empty when none are, or no volume is chosen.

    Raises:
        MedNCAError: what is asked for does not fit the memory limit, or the region of interest misses the volume.
    """
    voxels = segmentedVoxels(parameters)
    if not parameters.recordSteps or voxels == 0:
        return ""
    steps = [parameters.steps or level.steps for level in model.card.levels]
    every, kept = plan_recording(steps, voxels, float(parameters.recordLimitMB), parameters.recordEvery or None)
    return memoryText(len(kept), sum(steps), every, voxels)


def segmentedVoxels(parameters) -> int:
    """Number of voxels that will be segmented: those of the volume, or of the block around the region of interest.

    Raises:
        MedNCAError: the region covers too little of the volume.
    """
    volumeNode, roiNode = parameters.inputVolume, parameters.regionOfInterest
    if roiNode is None or voxelsOf(volumeNode) == 0:
        return voxelsOf(volumeNode)
    start, stop = blockInside(volumeNode, roiNode)
    return int((stop - start).prod())


def voxelsOf(volumeNode) -> int:
    """Number of voxels of a volume node; 0 when it has no image."""
    image = volumeNode.GetImageData() if volumeNode is not None else None
    return image.GetNumberOfPoints() if image is not None else 0
