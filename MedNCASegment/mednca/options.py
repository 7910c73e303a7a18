"""How to run a model, and which values of it are allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .card import MAX_RUNS, Card
from .errors import MedNCAError

MAX_SEED = 2**63 - 1


def in_words(planes: Sequence[str]) -> str:
    """Such as "coronal, sagittal and axial"."""
    *first, last = planes
    return f"{', '.join(first)} and {last}" if first else last


def runs_in_words(runs: int, mirrored: bool = False, planes: Sequence[str] = ()) -> str:
    """Such as "2 runs, the second of mirrored slices" or "2 runs, of coronal and sagittal slices"."""
    if runs == 1:
        return "one run"
    if len(planes) > 1:
        return f"{runs} runs, of {in_words(planes[:runs])} slices" + (" in turn" if runs > len(planes) else "")
    which = "the second" if runs == 2 else "every second one"
    return f"{runs} runs" + (f", {which} of mirrored slices" if mirrored else "")


@dataclass
class Options:
    """How to run a model; None means as the card says."""

    seed: int = 0
    runs: int | None = None  # stochastic runs to average
    mirrored: bool | None = None  # every second run sees the slices mirrored, left for right
    steps: int | None = None  # of every level
    fire_rate: float | None = None
    largest_component: bool | None = None
    record: bool = False  # keep a label map of every k-th step of run 0; the last one is the result
    record_every: int | None = None  # k; None chooses the smallest that fits the limit
    record_limit_mb: float = 256.0
    live: bool = False  # events carry a label map that follows the steps of run 0 and ends in the result

    def runs_of(self, card: Card) -> tuple[int, bool]:
        """How many runs there are with a model, and whether every second one is mirrored."""
        runs = card.runs if self.runs is None else self.runs
        return runs, runs > 1 and (card.mirrored if self.mirrored is None else self.mirrored)

    def check(self) -> None:
        """Raises MedNCAError when a value is out of its range."""

        def need(ok: bool, what: str) -> None:
            if not ok:
                raise MedNCAError(what)

        need(0 <= self.seed <= MAX_SEED, "The seed must be a whole number from 0 to 2^63 - 1.")
        need(self.runs is None or 1 <= self.runs <= MAX_RUNS, f"The number of runs must be from 1 to {MAX_RUNS}.")
        need(self.steps is None or 1 <= self.steps <= 1024, "The number of steps must be from 1 to 1024.")
        need(self.fire_rate is None or 0 < self.fire_rate <= 1, "The fire rate must be above 0 and at most 1.")
        need(self.record_every is None or self.record_every >= 1, "Record every 1st, 2nd, ... step.")
        need(self.record_limit_mb > 0, "The memory limit for recorded steps must be above 0 MB.")
