"""The panel's parameters, kept in the scene, and what they mean to the logic."""

from enum import Enum
from typing import Annotated, Any

from slicer import vtkMRMLMarkupsROINode, vtkMRMLScalarVolumeNode, vtkMRMLSegmentationNode, vtkMRMLTableNode
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper

from .model_store import DEFAULT_MODEL

# Names of the members go into saved scenes; labels are what a person reads.


class Scope(Enum):
    """What is segmented in one go."""

    VOLUME = "volume"
    FOLDER = "folder"
    SEQUENCE = "sequence"

    def label(self) -> str:
        return {
            Scope.VOLUME: _("This volume only"),
            Scope.FOLDER: _("All volumes in its folder"),
            Scope.SEQUENCE: _("All volumes of its sequence"),
        }[self]


class Engine(Enum):
    """What computes the automaton."""

    AUTOMATIC = "auto"
    NUMPY = "numpy"
    TORCH = "torch"

    def label(self) -> str:
        return {Engine.AUTOMATIC: _("Automatic"), Engine.NUMPY: _("NumPy"), Engine.TORCH: _("PyTorch")}[self]


class Device(Enum):
    """Where it is computed."""

    AUTOMATIC = "auto"
    CPU = "cpu"
    GPU = "cuda"

    def label(self) -> str:
        return {Device.AUTOMATIC: _("Automatic"), Device.CPU: _("CPU"), Device.GPU: _("GPU (CUDA)")}[self]


class LargestComponent(Enum):
    """Whether only the largest connected component of each segment is kept."""

    AS_CARD = None
    YES = True
    NO = False

    def label(self) -> str:
        return {
            LargestComponent.AS_CARD: _("As the model's card says"),
            LargestComponent.YES: _("Yes"),
            LargestComponent.NO: _("No"),
        }[self]


@parameterNodeWrapper
class MedNCASegmentParameterNode:
    """Everything that a person sets on the panel. 0 stands for the card's own value."""

    inputVolume: vtkMRMLScalarVolumeNode
    scope: Scope = Scope.VOLUME
    regionOfInterest: vtkMRMLMarkupsROINode  # None: the whole volume
    model: str = DEFAULT_MODEL
    outputSegmentation: vtkMRMLSegmentationNode  # None: add a new one
    watchLive: bool = True
    batchTable: vtkMRMLTableNode  # of the latest run on many volumes
    engine: Engine = Engine.AUTOMATIC
    device: Device = Device.AUTOMATIC
    steps: Annotated[int, WithinRange(0, 1024)] = 0
    runs: Annotated[int, WithinRange(0, 1000)] = 0
    seed: Annotated[int, WithinRange(0, 2**31 - 1)] = 0
    fireRate: Annotated[float, WithinRange(0.0, 1.0)] = 0.0
    largestComponent: LargestComponent = LargestComponent.AS_CARD
    recordSteps: bool = True
    recordEvery: Annotated[int, WithinRange(0, 1024)] = 0  # 0: as often as the limit allows
    recordLimitMB: Annotated[int, WithinRange(1, 65536)] = 256
    probability: bool = False
    uncertainty: bool = False


def optionValues(parameters: MedNCASegmentParameterNode) -> dict[str, Any]:
    """The values for the logic's RunOptions, by name."""
    return {
        "seed": parameters.seed,
        "runs": parameters.runs or None,
        "steps": parameters.steps or None,
        "fireRate": parameters.fireRate or None,
        "largestComponent": parameters.largestComponent.value,
        "engine": parameters.engine.value,
        "device": parameters.device.value,
        "recordSteps": parameters.recordSteps,
        "recordEvery": parameters.recordEvery or None,
        "recordLimitMB": float(parameters.recordLimitMB),
        "probability": parameters.probability,
        "deviation": parameters.uncertainty,
        "live": parameters.watchLive,
    }
