"""Making a robustness report as a process of its own, and what it says of itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mednca import MedNCAError
from mednca.report.partial import PARTIAL
from mednca.report.progress import PROGRESS, STOPPED
from slicer.i18n import tr as _

from .folder_process import FolderProcess, RunState
from .run_files import readJson

OUTPUT = "output.txt"
SAID_BY = "mednca: "  # before what the program says when it cannot go on


@dataclass(frozen=True)
class ReportStatus:
    """progress.json. Numbers that are not known yet are None."""

    state: str
    done: int  # scans that are segmented
    total: int  # of so many; 0 before that is known
    text: str  # what is segmented now
    message: str  # why it has failed
    secondsLeft: float | None
    updated: float  # seconds since the epoch

    @property
    def fraction(self) -> float:
        """How much is done, from 0 to 1."""
        return min(1.0, self.done / self.total) if self.total > 0 else 0.0


class ReportProcess(FolderProcess):
    """The process that makes, or has made, the report in a folder."""

    STATUS = PROGRESS

    def start(self, arguments: Sequence[str]) -> None:
        """Make a report, or go on with one; what was measured of the same model and cases is kept.

        Args:
            arguments: of `python -m mednca`.

        Raises:
            MedNCAError: it is running already, or it cannot be started.
        """
        if self.isAlive():
            raise MedNCAError(_("A report is being made in '{folder}' already.").format(folder=self.folder))
        for name in (PROGRESS, OUTPUT):
            self._remove(name)
        self._launch(arguments)

    def status(self) -> ReportStatus | None:
        """How far it is; None before it has said so."""
        content = readJson(self.folder / PROGRESS)
        if content is None:
            return None
        try:
            left = content["seconds_left"]
            return ReportStatus(
                RunState.PAUSED.value if content["state"] == STOPPED else str(content["state"]),
                int(content["done"]),
                int(content["total"]),
                str(content["text"]),
                str(content["message"]),
                None if left is None else float(left),
                float(content["updated"]),
            )
        except (KeyError, TypeError, ValueError):
            return None

    def hasBegun(self) -> bool:
        """Whether something is measured that another start goes on from."""
        return (self.folder / PARTIAL).exists()

    def lastWords(self) -> str:
        """Why the program could not go on, in its own words; empty when it has not said so."""
        try:
            lines = (self.folder / OUTPUT).read_text(encoding="utf-8", errors="replace").split("\n")
        except OSError:
            return ""
        said = [line.removeprefix(SAID_BY) for line in lines if line.startswith(SAID_BY)]
        return said[-1].strip() if said else ""


def reportFolder(run: Path) -> Path:
    """The folder of a run's report."""
    return run / "report"
