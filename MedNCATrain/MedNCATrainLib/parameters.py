"""The panel's parameters, kept in the scene."""

from enum import Enum
from pathlib import Path
from typing import Annotated

from slicer import vtkMRMLDisplayableNode, vtkMRMLScalarVolumeNode, vtkMRMLTableNode
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper

# Names of the members go into saved scenes; labels are what a person reads.


class Preset(Enum):
    """Where the plan comes from: the data alone, or the paper too. Values are names of the core's presets."""

    FROM_DATA = ""
    MED_NCA = "med-nca"
    MED_NCA_C16 = "med-nca-c16"
    MED_NCA_H64 = "med-nca-h64"
    BACKBONE_NCA = "backbone-nca-64"

    def label(self) -> str:
        return {
            Preset.FROM_DATA: _("Planned from the data"),
            Preset.MED_NCA: _("Med-NCA, as in the paper"),
            Preset.MED_NCA_C16: _("Med-NCA with 16 channels"),
            Preset.MED_NCA_H64: _("Med-NCA with a hidden size of 64"),
            Preset.BACKBONE_NCA: _("One level only (Backbone NCA)"),
        }[self]


@parameterNodeWrapper
class MedNCATrainParameterNode:
    """Everything that a person sets on the panel."""

    # Cases: the pairs of these two lists, in order; a node that has left the scene is None.
    volumes: list[vtkMRMLScalarVolumeNode]
    segmentations: list[vtkMRMLDisplayableNode]  # segmentations or label map volumes
    diskCases: list[str]  # of folders on disk, see DiskCase.toText
    omittedSegments: list[str]  # names of segments that are not to be learnt
    segmentCodes: dict[str, str]  # key of a segment's name -> terminology that a person has written
    leaveOutBad: bool = False  # train without cases that have a problem
    # The model's card
    modelName: str
    anatomy: str
    modality: str
    licence: str
    intendedUse: str = "Research only, not for clinical use."
    # How to train
    plan: Preset = Preset.FROM_DATA
    editedPlan: str  # JSON laid over the plan, see planning.editsText; empty: as proposed
    minutes: Annotated[int, WithinRange(1, 100000)] = 30
    memoryGB: Annotated[float, WithinRange(0.0, 4096.0)] = 0.0  # 0: a share of the computer's
    heldOutPercent: Annotated[int, WithinRange(5, 90)] = 20
    runsFolder: Path  # runs get their folders in it
    workFolder: str  # folder of the run that is shown; empty: none yet
    runNews: str  # state of that run, when the model was best, and its folder, as last seen
    # What came of it
    resultsTable: vtkMRMLTableNode
    resultsShown: str  # when the evaluation that is in the scene was written, and the run's folder
    reportOfAllCases: bool = False  # of those that the model has learnt from, too
    reportTable: vtkMRMLTableNode
    reportShown: str  # when the report that is in the scene was written, and the run's folder
