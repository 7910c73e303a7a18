"""Curves for TensorBoard, written where it is installed."""

from __future__ import annotations

from .run_folder import TENSORBOARD, RunFolder


class Board:
    """Scalars of one run; without TensorBoard nothing happens."""

    def __init__(self, folder: RunFolder, iteration: int) -> None:
        """Args:
        folder: gets a folder of event files.
        iteration: at which the run goes on; what an earlier process wrote for later ones is dropped.
        """
        self.writer = None
        if not folder.writes:
            return
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            return
        self.writer = SummaryWriter(folder / TENSORBOARD, purge_step=iteration + 1 if iteration else None)

    def add(self, iteration: int, scalars: dict[str, float]) -> None:
        if self.writer is not None:
            for name, value in scalars.items():
                self.writer.add_scalar(name, value, iteration)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
