"""From the folder of a run to a model in MedNCA Segment: which model, its card completed, its name there."""

import datetime
from dataclasses import dataclass, replace
from pathlib import Path

import slicer
from mednca import Model, load_model
from MedNCASegmentLib import MedNCASegmentLogic
from MedNCASegmentLib.model_store import ModelStore
from slicer.i18n import tr as _

from .case_list import fileName
from .run_files import RunFiles, readJson

BEST_MODEL, SPLIT_FILE = "best.npz", "split.json"
FINISHED = "finished"


@dataclass(frozen=True)
class TrainedModel:
    """A model that a run has written."""

    path: Path
    final: bool  # the run has ended; otherwise the best model so far, by its Dice on the held-out cases
    iteration: int  # at which the model was as it is
    dice: float | None  # mean Dice on the held-out cases; None when none was held out


def trainedModel(folder: Path) -> TrainedModel | None:
    """The model of a run that has ended, else the best one so far; None when there is none yet."""
    status = RunFiles(folder).status()
    if status is None:
        return None
    path, best = Path(status.model), folder / BEST_MODEL
    if status.state == FINISHED and path.is_file():
        return TrainedModel(path, True, status.iteration or 0, status.bestDice)
    if best.is_file():
        return TrainedModel(best, False, status.bestIteration or 0, status.bestDice)
    return None


def completedModel(trained: TrainedModel) -> Model:
    """The model with what its card still lacks: the date, and how good it was when the run did not come to its end.

    Raises:
        MedNCAError: the file is not a sound model.
    """
    model = load_model(trained.path)
    card = model.card
    evaluation = card.evaluation
    if not evaluation and trained.dice is not None:
        how = f"held-out cases during training, iteration {trained.iteration}; the run had not ended"
        evaluation = {"mean_dice": round(trained.dice, 4), "how": how}
        split = readJson(trained.path.parent / SPLIT_FILE) or {}
        if isinstance(split.get("validation"), list):
            evaluation["cases"] = len(split["validation"])
    day = datetime.date.fromtimestamp(trained.path.stat().st_mtime).isoformat()
    return replace(model, card=replace(card, evaluation=evaluation, date=card.date or day))


def installModel(model: Model, store: ModelStore) -> str | None:
    """Keep a model among those of MedNCA Segment, under the name on its card; asks before one is replaced.

    One that is there already, perhaps under another name, is not added once more.

    Returns:
        The name that it is kept under, or None when the person does not want to replace the other model.

    Raises:
        MedNCAError: the file cannot be written.
    """
    same = store.nameOf(model)
    if same is not None:
        return same
    wanted = fileName(model.card.name) or "model"
    name = store.importedAs(wanted)
    if name is not None:
        question = _("MedNCA Segment already has a model named '{name}'. Replace it with this one?")
        if not slicer.util.confirmOkCancelDisplay(question.format(name=name)):
            return None
    else:
        # A model that comes with the extension keeps its name.
        name = store.unusedName(wanted)
    store.save(model, name)
    return name


def useInSegment(name: str) -> None:
    """Go to MedNCA Segment with a model chosen."""
    MedNCASegmentLogic().getParameterNode().model = name
    slicer.util.selectModule("MedNCASegment")
