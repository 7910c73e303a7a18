"""The panel's parameters, kept in the scene."""

from typing import Annotated

from slicer import vtkMRMLDisplayableNode, vtkMRMLScalarVolumeNode, vtkMRMLTableNode
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper


@parameterNodeWrapper
class MedNCATrainParameterNode:
    """Everything that a person sets on the panel."""

    # Cases: the pairs of these two lists, in order; a node that has left the scene is None.
    volumes: list[vtkMRMLScalarVolumeNode]
    segmentations: list[vtkMRMLDisplayableNode]  # segmentations or label map volumes
    omittedSegments: list[str]  # names of segments that are not to be learnt
    # The model's card
    modelName: str
    anatomy: str
    modality: str
    licence: str
    intendedUse: str = "Research only, not for clinical use."
    # How to train
    plan: str  # name of a preset; empty: planned from the data
    editedPlan: str  # JSON that replaces the plan; empty: as proposed
    minutes: Annotated[int, WithinRange(1, 100000)] = 30
    memoryGB: Annotated[float, WithinRange(0.0, 4096.0)] = 0.0  # 0: what the computer has free
    heldOutPercent: Annotated[int, WithinRange(5, 90)] = 20
    workFolder: str  # folder of the run
    # What came of it
    resultsTable: vtkMRMLTableNode
    resultsShown: str  # when the evaluation that is in the scene was written, and the run's folder
