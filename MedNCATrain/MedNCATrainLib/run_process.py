"""A training run as a process of its own, which neither needs this Slicer nor ends with it."""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

from mednca import MedNCAError
from slicer.i18n import tr as _

from .folder_process import FolderProcess


class RunProcess(FolderProcess):
    """The training that works in one folder."""

    def start(self, arguments: Sequence[str]) -> None:
        """Start anew; what an earlier run in the folder said of itself goes away.

        Args:
            arguments: of `python -m mednca`, such as "train", "--data", ...

        Raises:
            MedNCAError: it is running already, or it cannot be started.
        """
        self._refuseIfAlive()
        for name in ("status.json", "log.jsonl", "preview.npz", "output.txt", "results.json"):
            self._remove(name)
        self._launch(arguments)

    def resume(self) -> None:
        """Go on from the last checkpoint, with the command line that the run was started with.

        Raises:
            MedNCAError: it is running already, it was not started from a panel, or it cannot be started.
        """
        self._refuseIfAlive()
        arguments = self.arguments()
        if not arguments:
            raise MedNCAError(
                _("The run in '{folder}' was not started from Slicer; resume it where it was started.").format(
                    folder=self.folder
                )
            )
        self._launch(arguments, "--resume")

    def canResume(self) -> bool:
        """Whether there is a checkpoint to go on from, and it is known how."""
        return (self.folder / "checkpoint.pt").exists() and bool(self.arguments())

    def _refuseIfAlive(self) -> None:
        if self.isAlive():
            raise MedNCAError(_("A training is running in '{folder}' already.").format(folder=self.folder))


def pauseAll(folders: Iterable[Path]) -> None:
    """Ask the processes that work in these folders to write a checkpoint and to end, and do not wait for it."""
    for folder in folders:
        run = RunProcess(folder)
        try:
            if run.isAlive():
                run.pause()
        except MedNCAError as problem:
            logging.warning("MedNCATrain: %s", problem)
