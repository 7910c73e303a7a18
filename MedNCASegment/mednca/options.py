"""How to run a model, and which values of it are allowed."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import MedNCAError

MAX_RUNS, MAX_SEED = 1000, 2**63 - 1


@dataclass
class Options:
    """How to run a model; None means as the card says."""

    seed: int = 0
    runs: int = 1  # stochastic runs to average
    steps: int | None = None  # of every level
    fire_rate: float | None = None
    largest_component: bool | None = None
    record: bool = False  # keep a label map of every k-th step of run 0
    record_every: int | None = None  # k; None chooses the smallest that fits the limit
    record_limit_mb: float = 256.0
    live: bool = False  # events carry a label map that follows the steps of run 0

    def check(self) -> None:
        """Raises MedNCAError when a value is out of its range."""

        def need(ok: bool, what: str) -> None:
            if not ok:
                raise MedNCAError(what)

        need(0 <= self.seed <= MAX_SEED, "The seed must be a whole number from 0 to 2^63 - 1.")
        need(1 <= self.runs <= MAX_RUNS, f"The number of runs must be from 1 to {MAX_RUNS}.")
        need(self.steps is None or 1 <= self.steps <= 1024, "The number of steps must be from 1 to 1024.")
        need(self.fire_rate is None or 0 < self.fire_rate <= 1, "The fire rate must be above 0 and at most 1.")
        need(self.record_every is None or self.record_every >= 1, "Record every 1st, 2nd, ... step.")
        need(self.record_limit_mb > 0, "The memory limit for recorded steps must be above 0 MB.")
