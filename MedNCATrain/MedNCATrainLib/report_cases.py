"""Which cases and which model of a run a report is made of, and the command line that makes it."""

from dataclasses import dataclass
from pathlib import Path

from mednca import MedNCAError
from mednca.cases import find_cases
from mednca.writing import replacing
from slicer.i18n import tr as _

from .export_cases import CASES
from .folder_process import RunState
from .install_model import SPLIT_FILE, TrainedModel
from .report_process import reportFolder
from .run_files import readJson

NAMES_FILE = "cases.txt"


@dataclass(frozen=True)
class ReportCases:
    """The names of a run's cases that are there as files."""

    every: list[str]
    heldOut: list[str]  # the model has not learnt from these


def casesOfRun(run: Path) -> ReportCases:
    """The cases in the folder of a run; none of them when they were taken away."""
    try:
        every = [case.name for case in find_cases(run / CASES)]
    except MedNCAError:
        every = []
    held = (readJson(run / SPLIT_FILE) or {}).get("validation")
    return ReportCases(every, [name for name in every if isinstance(held, list) and name in held])


def obstacle(parameters, trained: TrainedModel | None, cases: ReportCases) -> str:
    """Why there can be no report (yet), in one sentence; empty when it can be made.

    Args:
        parameters: of the panel; they name the run.
        trained: its model.
        cases: those of the run.
    """
    if trained is None:
        return _("There is no model yet.")
    if isTraining(parameters):
        return _("The report can be made as soon as the training has ended or is paused.")
    if not cases.every:
        return _("The cases that the model has learnt from are no longer in the folder of the run.")
    return ""


def isTraining(parameters) -> bool:
    """Whether the run that is shown goes on, as last seen."""
    state, _best, folder = (*parameters.runNews.split(" ", 2), "", "", "")[:3]
    return folder == parameters.workFolder and state in [one.value for one in RunState if one.isLive]


def requestReport(run: Path, trained: TrainedModel, names: list[str]) -> list[str]:
    """Write down which cases a report is of; returns the arguments of `python -m mednca` that make it.

    Args:
        run: folder of the run.
        trained: its model.
        names: of the cases.

    Raises:
        MedNCAError: the folder of the report cannot be made or written to.
    """
    folder = reportFolder(run)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise MedNCAError(
            _("The folder '{folder}' cannot be made ({reason}); check the disk.").format(
                folder=folder, reason=error.strerror or error
            )
        ) from error
    with replacing(folder / NAMES_FILE) as temporary:
        temporary.write_text("\n".join(names) + "\n", encoding="utf-8")
    files = run / CASES
    arguments = ["report", "--model", str(trained.path), "-o", str(folder), "--cases", str(folder / NAMES_FILE)]
    return [*arguments, "--images", str(files / "imagesTr"), "--labels", str(files / "labelsTr")]
