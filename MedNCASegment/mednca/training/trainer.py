"""The training loop: iterations, validation, the best model, checkpoints.

What is drawn at random comes from one generator, whose state is in every checkpoint: a run that was stopped, however,
goes on from its last checkpoint to the same weights as one that was not, on the same machine and number of threads.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch

from ..cases import AnyCase, read_case
from ..errors import MedNCAError
from ..model import Model, save_model
from .batches import Batches
from .board import Board
from .calibration import calibrate, evenly
from .checkpoint import write_checkpoint
from .finishing import calibration_cases
from .interruption import Interruption, Paused, Stopping
from .job import Job
from .learner import Learner
from .parallel import World
from .preview import Preview
from .run_folder import BEST, CHECKPOINT, RunFolder
from .slices import load_slices
from .timing import Pace, budget
from .validation import Best, Score, Validation

TIMED = 20  # iterations that are timed to turn minutes into a number of iterations
LOG_EVERY = 10  # iterations
QUICK_CASES = 5  # of the training cases, on which labels are calibrated before a validation
CHECKPOINT_SECONDS = 120.0  # between checkpoints at most, however few iterations these are


class Trainer:
    """Trains the model of a job, from its start or from a checkpoint."""

    def __init__(
        self,
        job: Job,
        training: list[AnyCase],
        validation: list[AnyCase],
        folder: RunFolder,
        world: World | None = None,
        kept: dict[str, Any] | None = None,
        report: Callable[[Trainer], None] = lambda trainer: None,
        start: Model | None = None,
    ) -> None:
        """Args:
        job: plan and names of the cases.
        training, validation: the cases.
        folder: entered; gets everything that a run writes.
        world: the processes that share the work; None for this one on the CPU.
        kept: from :func:`mednca.training.checkpoint.find_checkpoint`, of this job; None starts anew.
        report: called after each iteration and around each validation.
        start: whose weights to begin with; None for random ones.

        Raises:
            MedNCAError: a case cannot be used, or the plan asks for something that training does not do.
        """
        card, recipe = job.plan.card, job.plan.recipe
        if recipe.iterations is None and recipe.minutes is None:
            raise MedNCAError("The plan has neither a number of iterations nor minutes; give one of them.")
        self.job, self.recipe, self.folder, self.report = job, recipe, folder, report
        self.world = world or World("cpu")
        self.training = training
        batches = Batches(load_slices(training, card), card, recipe)
        self.learner = Learner(card, recipe, batches, self.world, start)
        self.interruption = Interruption(folder)
        cases = [read_case(case) for case in validation] if self.world.first else []
        self.validation = Validation(job.validation, cases, str(self.world.device), self.tick)
        self.iterations, self.validate_every = recipe.iterations, recipe.validate_every
        self.seconds = 0.0  # of work, those of earlier processes included
        self.validated, self.score = 0, None  # iteration and result of the last validation
        self.quick = [read_case(case) for case in evenly(training, QUICK_CASES)] if cases else []
        self.offsets = [0.0 for _ in card.labels]  # of the labels, from the last validation
        self.best: Best | None = None
        self.fruitless = 0  # validations since the best
        self.pace = Pace()
        if kept is not None:
            self._restore(kept)
        self.preview = self._preview() if self.world.first else None
        self._saved = time.monotonic()

    @property
    def iteration(self) -> int:
        return self.learner.iteration

    def run(self) -> Model:
        """Train to the end; returns the model that was best for the validation cases, not yet finished.

        Raises:
            Paused: someone has asked to stop; the checkpoint has everything.
            MedNCAError: a file cannot be written.
        """
        self.board = Board(self.folder, self.iteration)
        if self.world.first:
            self.folder.cut_log(self.iteration, self.validated)
            self._checkpoint()
        try:
            with self.interruption.listening():
                while True:
                    if self._validation_due:
                        self._validate()
                    if self.iteration == self.iterations or 0 < self.recipe.patience <= self.fruitless:
                        return self.model(self.best)
                    self._iterate()
                    if self.world.any(bool(self.interruption)):
                        self.pause()
        finally:
            self.board.close()

    def model(self, best: Best | None = None) -> Model:
        """A model with averaged weights, as they stand or the best, and a card that says how it was trained."""
        plan = self.job.plan
        training = {
            **plan.card.training,
            "cases": len(self.job.training),
            "validation_cases": self.job.validation,
            "recipe": asdict(replace(self.recipe, iterations=self.iterations, validate_every=self.validate_every)),
            "why": plan.why,
            "fingerprint": plan.fingerprint,
            "iterations": self.iteration,
            "weights_of_iteration": self.iteration if best is None else best.iteration,
            "minutes": round(self.seconds / 60, 1),
            "precision": self.learner.precision,
            "threads": self.learner.threads,
            "processes": self.world.size,
            "device": self.world.device.type,
            "torch": torch.__version__,
            "command": self.job.command,
        }
        weights = self.learner.averaged if best is None else best.weights
        labels = [replace(label, offset=offset) for label, offset in zip(plan.card.labels, self.offsets, strict=True)]
        return Model(replace(plan.card, labels=labels, training=training), self.learner.rules(weights))

    def tick(self) -> None:
        """To be called all the time while something else than training goes on; raises Stopping when asked to stop."""
        self.folder.update()
        if self.interruption:
            raise Stopping

    def pause(self) -> None:
        """Write a checkpoint and end; raises Paused."""
        if self.world.first:
            self._checkpoint()
            if self.best is None:
                # So that there is a model to use.
                save_model(self.model(), self.folder / BEST)
        self.folder.clear_stop()
        self.tell(state="paused", message=f"Paused at iteration {self.iteration}.")
        raise Paused(self.iteration, self.interruption.number)

    def tell(self, **changes: Any) -> None:
        """Bring the status up to date, with further changes, and report."""
        self.folder.update(
            iteration=self.iteration,
            iterations=self.iterations,
            loss=self.learner.loss,
            validation_dice=self.score and self.score.dice,
            best_dice=self.best and self.best.score.dice,
            best_iteration=self.best and self.best.iteration,
            seconds=round(self.seconds, 1),
            seconds_left=self.seconds_left,
            **changes,
        )
        self.report(self)

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the end of training, None while that is not known."""
        if self.iterations is None:
            return None
        validations = 0.0
        if self.validation:
            before_last = (self.iterations - 1) // self.validate_every - self.iteration // self.validate_every
            validations = max(0, before_last) + (self.iteration < self.iterations) + self._ending
        return self.pace.left(self.iterations - self.iteration, validations)

    @property
    def _ending(self) -> float:
        """How many validations calibration and the figures at the end take as long as."""
        card = self.job.plan.card
        times = card.runs / len(card.input.planes)  # of the figures; all else takes one run for each plane
        cases = len(calibration_cases(self.training)) + times * len(self.validation.cases)
        return cases / max(1, len(self.validation.cases) + len(self.quick))

    @property
    def _validation_due(self) -> bool:
        if not self.job.validation or self.iteration == self.validated:
            return False
        return self.iteration % self.validate_every == 0 or self.iteration == self.iterations

    def _preview(self) -> Preview:
        if self.validation:
            return Preview(self.model(), self.job.validation, self.validation.cases)
        return Preview(self.model(), self.job.training[:1], [read_case(self.training[0])])

    def _iterate(self) -> None:
        started = time.perf_counter()
        self.learner.step(self.iterations)
        elapsed = time.perf_counter() - started
        self.pace.note(elapsed)
        self.seconds += elapsed
        fixed = self.iterations is None and self.pace.timed >= TIMED
        if fixed:
            self._fix_iterations()
        if self.iteration % LOG_EVERY == 0:
            self._log(None)
            self.board.add(self.iteration, {"loss": self.learner.loss})
        late = time.monotonic() - self._saved > CHECKPOINT_SECONDS
        due = self.iteration % self.recipe.checkpoint_every == 0 or self.iteration == self.iterations
        if self.world.first and (due or late or fixed or self._validation_due):
            self._checkpoint()
        self.tell(state="training")
        if self.preview is not None and self.preview.due:
            self.preview.write(self.model(), self.iteration, self.folder)

    def _validate(self) -> None:
        stopping, fruitless = False, b""
        if self.world.first:
            self.tell(state="validating")
            started = time.perf_counter()
            try:
                # Calibrated roughly, as what counts is how good it will be in the end, calibrated well.
                model = calibrate(self.model(), self.quick, self.validation.engine, self.tick)
                self.score = self.validation.score(model)
            except Stopping:
                stopping = True
            self.pace.validation = time.perf_counter() - started
            self.seconds += self.pace.validation
        if self.world.any(stopping):
            self.pause()
        self.validated = self.iteration
        if self.world.first:
            self.offsets = [label.offset for label in model.card.labels]
            self.fruitless += 1
            if self.best is None or self.score.dice > self.best.score.dice:
                self.fruitless = 0
                self.best = Best(self.iteration, self.score, [tensor.clone() for tensor in self.learner.averaged])
                save_model(model, self.folder / BEST)
            self.preview.write(model, self.iteration, self.folder)
            self._log(self.score)
            self.board.add(self.iteration, {"validation Dice": self.score.dice})
            self._checkpoint()
            self.tell()
            fruitless = self.fruitless.to_bytes(4, "big")
        self.fruitless = int.from_bytes(self.world.from_first(fruitless), "big")

    def _fix_iterations(self) -> None:
        """Turn the minutes into a number of iterations; from here on they are as if given."""
        found = b""
        if self.world.first:
            validation = 0.0
            if self.validation:
                cases = len(self.validation.cases) + len(self.quick)
                validation = cases * self.validation.seconds_a_case(self.model())
            limit = self.recipe.minutes * 60 - self.seconds
            made = budget(limit, self.pace.iteration, validation, validation * self._ending, self.recipe.validate_every)
            self.pace.validation = validation
            found = np.array([self.iteration + made.iterations, made.validate_every], "<i8").tobytes()
        self.iterations, self.validate_every = np.frombuffer(self.world.from_first(found), "<i8").tolist()

    def _log(self, score: Score | None) -> None:
        self.folder.log(
            {
                "iteration": self.iteration,
                "iterations": self.iterations,
                "loss": self.learner.loss,
                "validation_dice": score and score.dice,
                "dice_by_label": score and score.by_label,
                "seconds": round(self.seconds, 1),
                "seconds_left": self.seconds_left,
            }
        )

    def _checkpoint(self) -> None:
        state = {
            "job": self.job.to_state(),
            "learner": self.learner.state(),
            "iterations": self.iterations,
            "validate_every": self.validate_every,
            "seconds": self.seconds,
            "validated": self.validated,
            "score": self.score and asdict(self.score),
            "best": self.best and self.best.to_state(),
            "fruitless": self.fruitless,
            "validation_seconds": self.pace.validation,
        }
        write_checkpoint(self.folder / CHECKPOINT, state)
        self._saved = time.monotonic()

    def _restore(self, kept: dict[str, Any]) -> None:
        self.learner.restore(kept["learner"])
        for name in ("iterations", "validate_every", "seconds", "validated", "fruitless"):
            setattr(self, name, kept[name])
        self.pace.validation = kept["validation_seconds"]
        self.score = kept["score"] and Score(**kept["score"])
        self.best = kept["best"] and Best.from_state(kept["best"])
