"""When a row has been trained enough: the one rule for all of them.

The learning rate stays where it is after a short rise, until the validation Dice has stopped getting better; then it
falls to zero over half as many iterations again. Nothing in it depends on the model or on the clock.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Rule:
    """The numbers of the rule."""

    every: int = 500  # iterations between validations
    margin: float = 0.002  # by which the Dice must rise to count as better
    patience: int = 5  # validations without a better Dice that start the decay
    decay: float = 0.5  # iterations of the decay, as a part of those before it
    warm_up: int = 200  # iterations over which the learning rate rises


class Stopping:
    """Where a training stands by the rule."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.reference: float | None = None  # Dice that has to be bettered
        self.fruitless = 0  # validations since
        self.decay_from: int | None = None  # iteration

    def note(self, iteration: int, dice: float) -> None:
        """Take in a validation."""
        if self.decay_from is not None:
            return
        if self.reference is None or dice >= self.reference + self.rule.margin:
            self.reference, self.fruitless = dice, 0
            return
        self.fruitless += 1
        if self.fruitless >= self.rule.patience:
            self.decay_from = iteration

    @property
    def end(self) -> int | None:
        """The last iteration; None while that is not known."""
        return None if self.decay_from is None else self.decay_from + math.ceil(self.decay_from * self.rule.decay)

    def rate(self, iteration: int) -> float:
        """Learning rate of an iteration, counted from 0, as a part of the row's own."""
        rise = min(1.0, (iteration + 1) / self.rule.warm_up)
        if self.decay_from is None or iteration < self.decay_from:
            return rise
        return rise * (self.end - iteration) / (self.end - self.decay_from)

    def due(self, iteration: int) -> bool:
        """Whether to validate after so many iterations."""
        return iteration > 0 and (iteration % self.rule.every == 0 or iteration == self.end)

    def state(self) -> dict[str, Any]:
        return {"rule": asdict(self.rule), **{key: getattr(self, key) for key in ("reference", "fruitless")}} | {
            "decay_from": self.decay_from
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> Stopping:
        found = cls(Rule(**state["rule"]))
        found.reference, found.fruitless = state["reference"], state["fruitless"]
        found.decay_from = state["decay_from"]
        return found
