"""From the volume that is chosen to all volumes of its folder or of its sequence."""

import slicer
from mednca import MedNCAError
from slicer.i18n import tr as _

from .batch import Batch, SegmentationBatch
from .batch_folder import folderOf, volumesInFolder
from .hierarchy_folder import subjectHierarchy
from .logic import RunOptions
from .parameters import Scope, optionValues
from .sequence_batch import SequenceBatch


def volumesBeside(volumeNode) -> list:
    """The scans in the subject hierarchy folder of a volume, itself among them."""
    return volumesInFolder(folderOf(volumeNode) or subjectHierarchy().GetSceneItemID())


def sequenceOf(volumeNode) -> tuple:
    """The (sequence node, browser node) that a volume shows an item of; (None, None) when it shows none."""
    browser = slicer.modules.sequences.logic().GetFirstBrowserNodeForProxyNode(volumeNode)
    return (browser.GetSequenceNode(volumeNode), browser) if browser is not None else (None, None)


def scopeObstacle(parameters) -> str:
    """Why the chosen volume cannot stand for many, in one sentence; empty when it can, or when it stands for itself."""
    if parameters.scope is Scope.VOLUME:
        return ""
    if parameters.regionOfInterest is not None:
        return _("A region of interest is for one volume; choose the whole volume, or this volume only.")
    if parameters.scope is Scope.SEQUENCE and sequenceOf(parameters.inputVolume)[0] is None:
        return _("'{name}' does not come from a sequence; choose another volume, or this volume only.").format(
            name=parameters.inputVolume.GetName()
        )
    return ""


def startBatch(logic, parameters) -> Batch:
    """Begin to segment all volumes that are meant.

    Raises:
        MedNCAError: one sentence for the user.
    """
    problem = scopeObstacle(parameters)
    if problem:
        raise MedNCAError(problem)
    options = RunOptions(**optionValues(parameters))
    if parameters.scope is Scope.SEQUENCE:
        sequenceNode, browserNode = sequenceOf(parameters.inputVolume)
        return SequenceBatch(logic, sequenceNode, parameters.model, options, browserNode)
    return SegmentationBatch(logic, volumesBeside(parameters.inputVolume), parameters.model, options)


def batchMessage(batch: Batch) -> str:
    """How many volumes were segmented, and where it says what was wrong with the others."""
    done = sum(outputs is not None for outputs in batch.outputs)
    if batch.cancelled:
        text = _("Cancelled; the {done} of {count} volumes that were complete stay.")
    else:
        text = _("{done} of {count} volumes were segmented.")
    text = text.format(done=done, count=len(batch.outputs))
    if batch.problems and batch.tableNode is not None:
        text += " " + _("The table says what was wrong with the others.")
    elif batch.problems:
        text += " " + batch.problems[0][1]
    doubtful = sum(outputs is not None and bool(outputs.doubt) for outputs in batch.outputs)
    if doubtful:
        text += " " + _("Check {count} of the results before you use them; the table says which, and why.").format(
            count=doubtful
        )
    return text
