"""How good a model is on the validation cases, at full resolution."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch

from ..engines import make_engine
from ..metrics import label_dice
from ..model import Model
from ..segmenter import Options, Segmenter
from ..volume import Volume


@dataclass(frozen=True)
class Score:
    """Dice of a model: the mean over cases and labels, and by label name over the cases."""

    dice: float
    by_label: dict[str, float]


@dataclass(frozen=True)
class Best:
    """The weights with the highest Dice so far, in the order of the learner's parameters."""

    iteration: int
    score: Score
    weights: list[torch.Tensor]

    def to_state(self) -> dict[str, Any]:
        """Plain values and tensors for a checkpoint."""
        return {"iteration": self.iteration, "score": asdict(self.score), "weights": self.weights}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Best:
        return cls(state["iteration"], Score(**state["score"]), state["weights"])


class Validation:
    """Labelled cases that the model is not trained on, segmented on their own grids."""

    def __init__(
        self, names: list[str], cases: list[tuple[Volume, np.ndarray]], device: str, tick: Callable[[], None]
    ) -> None:
        """Args:
        names: of the cases.
        cases: volumes and label values [i, j, k].
        device: of PyTorch; on "cpu" the numpy engine segments.
        tick: called after every step of the automaton; what it raises ends the validation.
        """
        self.names, self.cases, self.tick = names, cases, tick
        self.engine = make_engine("numpy") if device == "cpu" else make_engine("torch", device)

    def __bool__(self) -> bool:
        return bool(self.cases)

    def score(self, model: Model) -> Score:
        """With one run a case and plane, which is enough to compare weights by."""
        labels = model.card.labels
        values = [label.value for label in labels]
        rows = [label_dice(found, truth, values) for _, _, truth, found in self.segmented(model)]
        means = np.mean(rows, axis=0)
        return Score(float(np.mean(rows)), {label.name: float(mean) for label, mean in zip(labels, means, strict=True)})

    def seconds_a_case(self, model: Model) -> float:
        """How long one case takes, measured on the first."""
        started = time.perf_counter()
        next(self.segmented(model))
        return time.perf_counter() - started

    def segmented(self, model: Model, final: bool = False) -> Iterator[tuple[str, Volume, np.ndarray, np.ndarray]]:
        """Names, volumes, label values and label values as found [i, j, k], case by case, with the runs of the card if
        it is final, else with one for each of its planes."""
        runs = None if final else len(model.card.input.planes)
        segmenter = Segmenter(model, self.engine, Options(seed=0, runs=runs))
        for name, (volume, truth) in zip(self.names, self.cases, strict=True):
            for event in segmenter.events(volume):
                self.tick()
                if event.result is not None:
                    yield name, volume, truth, event.result.labels
