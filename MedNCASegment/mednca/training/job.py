"""What a training is, settled before its first iteration and kept in every checkpoint."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .plan import Plan


@dataclass(frozen=True)
class Job:
    """A plan, the names of the cases, and what the user asked for."""

    plan: Plan
    training: list[str]
    validation: list[str]
    left_out: list[str] = field(default_factory=list)
    request: dict[str, Any] = field(default_factory=dict)  # arguments by name, for when the run is resumed
    command: str = ""  # for the model's card

    @property
    def split(self) -> dict[str, list[str]]:
        return {"training": self.training, "validation": self.validation, "left_out": self.left_out}

    def to_state(self) -> dict[str, Any]:
        """Plain values for a checkpoint."""
        return {"plan": self.plan.to_json(), **self.split, "request": self.request, "command": self.command}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Job:
        """Raises MedNCAError when the plan is not valid."""
        return cls(**{**state, "plan": Plan.from_json(state["plan"])})
