"""The one loop that trains every row: the same slices in the same order, loss, optimiser, averaging, stopping rule."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from typing import Any

import torch
from mednca.errors import MedNCAError
from mednca.training.batches import Batches
from mednca.training.checkpoint import read_checkpoint, write_checkpoint
from mednca.training.recipe import Recipe
from mednca.training.slices import load_slices
from mednca.training.step import native_precision

from . import results
from .candidates import Candidate
from .evaluate import mean_dice
from .rows import Row
from .stopping import Rule, Stopping
from .study import Study

CHECKPOINT, LOG = "checkpoint.pt", "log.jsonl"
CHECKPOINT_SECONDS = 300.0
LOG_EVERY = 100  # iterations
SMOOTHING = 0.98  # of the loss that is shown


class Training:
    """A row in training, from its start or from the checkpoint in its folder.

    A training that was interrupted goes on to the same weights as one that was not, on the same machine and number of
    threads, as everything that is drawn comes from generators whose states are in the checkpoint.
    """

    def __init__(self, row: Row, study: Study, rule: Rule | None = None, recipe: Recipe | None = None) -> None:
        """Args:
        row: says what is trained, and with which learning rate.
        study: cases, task, seed and device; in its work folder, checkpoint and log get one of the row's name.
        rule: of stopping; None takes the usual one.
        recipe: batch, foreground, averaging and clipping count; None takes those of the core.

        Raises:
            MedNCAError: a case or the checkpoint cannot be used.
        """
        self.row, self.validation = row, study.parts["validation"]
        self.folder, self.seed, self.device = study.work / row.name, study.seed, torch.device(study.device)
        self.recipe = recipe or Recipe()
        self.network: Candidate = row.make(study.seed, study.task).to(self.device)
        self.averaged: Candidate = copy.deepcopy(self.network).eval().requires_grad_(False)
        self.batches = Batches(load_slices(study.parts["training"], self.network.card), self.network.card, self.recipe)
        # Generators apart, so that every row sees the same batches, whatever it draws itself.
        self.drawn = torch.Generator().manual_seed(study.seed)
        self.inner = torch.Generator().manual_seed(study.seed + 1)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=row.learning_rate, betas=(0.9, 0.99))
        self.precision = native_precision(self.device)
        self.stopping = Stopping(rule or Rule())
        self.iteration, self.seconds, self.loss = 0, 0.0, None
        self.history: list[dict[str, float]] = []
        self.best: dict[str, Any] | None = None  # iteration, dice and weights of the best validation so far
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / CHECKPOINT
        if path.exists():
            self._restore(read_checkpoint(path.read_bytes(), path))
        self._saved = time.monotonic()

    @property
    def finished(self) -> bool:
        """Whether the rule has ended the training."""
        return self.iteration == self.stopping.end

    def run(self, hours: float | None = None, report: Callable[[Training], None] = lambda training: None) -> bool:
        """Train on until the rule ends it, or until it has taken so many hours in all; returns whether it is finished.

        `report` is called after each line of the log.
        """
        started = time.perf_counter() - self.seconds
        while not self.finished:
            if hours is not None and self.seconds >= hours * 3600:
                break
            self.step()
            self.seconds = time.perf_counter() - started
            if self.stopping.due(self.iteration):
                self._validate()
                self.seconds = time.perf_counter() - started
                self._log(report, validated=True)
                self._checkpoint()
                continue
            if self.iteration % LOG_EVERY == 0:
                self._log(report, validated=False)
            if time.monotonic() - self._saved > CHECKPOINT_SECONDS:
                self._checkpoint()
        self._checkpoint()
        return self.finished

    def step(self) -> float:
        """One iteration; returns the loss."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.row.learning_rate * self.stopping.rate(self.iteration)
        image, target = (tensor.to(self.device) for tensor in self.batches.next(self.drawn))
        self.network.train()
        loss = self.network.loss(image, target, self.inner, getattr(torch, self.precision))
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip)
        self.optimiser.step()
        self._average()
        self.iteration += 1
        found = float(loss.detach())
        self.loss = found if self.loss is None else SMOOTHING * self.loss + (1 - SMOOTHING) * found
        return found

    def best_candidate(self) -> Candidate:
        """The averaged weights of the best validation, or as they stand where there was none yet."""
        candidate = copy.deepcopy(self.averaged)
        if self.best is not None:
            candidate.load_state_dict(self.best["weights"])
        return candidate

    def facts(self) -> dict[str, Any]:
        """How the training went, for the result."""
        return {
            "seed": self.seed,
            "learning_rate": self.row.learning_rate,
            "precision": self.precision,
            "device": self.device.type,
            "threads": torch.get_num_threads(),
            "batch": self.recipe.batch,
            "iterations": self.iteration,
            "best_iteration": self.best and self.best["iteration"],
            "hours": self.seconds / 3600,
            "stopped": results.RULE if self.finished else results.EARLY,
            "stopping": self.stopping.state(),
            "history": self.history,
        }

    @torch.no_grad()
    def _average(self) -> None:
        # Early weights are forgotten faster, so that the average does not drag the start along.
        decay = min(self.recipe.averaging, (1 + self.iteration) / (10 + self.iteration))
        theirs = self.network.state_dict()
        for name, mine in self.averaged.state_dict().items():
            # Running statistics of normalisation layers are averaged too; counters are not.
            if mine.dtype.is_floating_point:
                mine.lerp_(theirs[name], 1 - decay)
            else:
                mine.copy_(theirs[name])

    def _validate(self) -> None:
        dice = mean_dice(self.averaged, self.validation)
        self.history.append({"iteration": self.iteration, "dice": dice, "loss": self.loss})
        if self.best is None or dice > self.best["dice"]:
            weights = {name: tensor.clone() for name, tensor in self.averaged.state_dict().items()}
            self.best = {"iteration": self.iteration, "dice": dice, "weights": weights}
        self.stopping.note(self.iteration, dice)

    def _log(self, report, validated: bool) -> None:
        line = {
            "iteration": self.iteration,
            "loss": round(self.loss, 5),
            "dice": round(self.history[-1]["dice"], 5) if validated else None,
            "hours": round(self.seconds / 3600, 4),
            "decay_from": self.stopping.decay_from,
        }
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        report(self)

    def _checkpoint(self) -> None:
        state = {
            "row": self.row.name,
            "seed": self.seed,
            "precision": self.precision,
            "threads": torch.get_num_threads(),
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "drawn": self.drawn.get_state(),
            "inner": self.inner.get_state(),
            "stopping": self.stopping.state(),
            "iteration": self.iteration,
            "seconds": self.seconds,
            "loss": self.loss,
            "history": self.history,
            "best": self.best,
        }
        write_checkpoint(self.folder / CHECKPOINT, state)
        self._saved = time.monotonic()

    def _restore(self, state: dict[str, Any]) -> None:
        if (state["row"], state["seed"]) != (self.row.name, self.seed):
            raise MedNCAError(
                f"The checkpoint in '{self.folder}' is of the row '{state['row']}' with seed {state['seed']}; give"
                " another folder."
            )
        self.network.load_state_dict(state["network"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.drawn.set_state(state["drawn"])
        self.inner.set_state(state["inner"])
        self.stopping = Stopping.restore(state["stopping"])
        for name in ("precision", "iteration", "seconds", "loss", "history", "best"):
            setattr(self, name, state[name])
        torch.set_num_threads(state["threads"])
