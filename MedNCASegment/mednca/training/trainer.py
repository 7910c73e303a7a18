"""The training loop: random slices, both levels end to end, averaged weights, checkpoints, validation."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch

from ..card import Card
from ..cases import Case, read_case
from ..errors import MedNCAError
from ..metrics import label_dice
from ..model import Model
from ..segmenter import Options, Segmenter
from ..writing import replacing
from .augment import Ranges, draw, sample
from .calibration import calibrate, evenly
from .network import TrainableCascade, dice_cross_entropy
from .recipe import Recipe
from .slices import load_slices

CHECKPOINT = "checkpoint.pt"
CALIBRATION_CASES = 40
WARM_UP = 200  # iterations over which the learning rate rises
TIMED = 20  # iterations that are timed to turn minutes into a number of iterations


@dataclass(frozen=True)
class Report:
    """State of a run, handed out after each iteration."""

    iteration: int
    iterations: int | None
    loss: float
    validation_dice: float | None
    seconds_left: float | None


class Trainer:
    """Trains a model for a card on cases; :meth:`run` goes on from a checkpoint in `workdir` if there is one."""

    def __init__(
        self, card: Card, recipe: Recipe, training: list[Case], validation: list[Case], workdir: str | Path
    ) -> None:
        """Raises MedNCAError when a case cannot be used or the card asks for something that training does not do."""
        if card.input.spacing is None or card.input.per != "volume" or card.input.downsample != "average":
            raise MedNCAError(
                "Training needs a card with 'input.spacing' (mm per cell), percentiles per volume and averaged"
                " coarse images."
            )
        self.card, self.recipe = card, recipe
        self.workdir = Path(workdir)
        try:
            self.workdir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MedNCAError(f"The work folder '{workdir}' cannot be made ({error.strerror}).") from error
        self.training = training
        self.slices = load_slices(training, card)
        self.validation = [read_case(case) for case in validation]
        self.names = {"training": [case.name for case in training], "validation": [case.name for case in validation]}
        # Mirror left and right where the plane shows them; the first in-plane axis then is left-right.
        self.ranges = Ranges(mirror_rows=card.input.plane != "sagittal")

        self.generator = torch.Generator().manual_seed(recipe.seed)
        self.network = TrainableCascade(card, self.generator)
        self.parameters = list(self.network.parameters())
        self.averaged = [parameter.detach().clone() for parameter in self.parameters]
        self.optimiser = torch.optim.Adam(self.parameters, lr=recipe.learning_rate, betas=(0.9, 0.99))
        self.iteration, self.iterations = 0, recipe.iterations
        self.seconds, self.loss = 0.0, None

        images, targets = self.slices.images, self.slices.targets
        self.images, self.targets = torch.from_numpy(images), torch.from_numpy(targets)
        self.pixel_mm = torch.from_numpy(self.slices.pixel_mm)
        shown = self.targets.flatten(1).any(1)
        share = recipe.foreground if 0 < int(shown.sum()) < len(shown) else 0.5
        self.weights = torch.where(shown, share / max(1, int(shown.sum())), (1 - share) / max(1, int((~shown).sum())))
        multiple = card.finest_multiple
        extent = self.pixel_mm.max(0).values * torch.tensor(images.shape[2:])
        self.cells = tuple(
            max(2, math.ceil(float(mm) / step / multiple - 1e-3)) * multiple
            for mm, step in zip(extent, card.input.spacing, strict=True)
        )

    def run(self, report: Callable[[Report], None] = lambda report: None) -> Model:
        """Train to the end; returns the model with averaged weights and calibrated labels."""
        self._resume()
        if self.iterations is None and self.recipe.minutes is None:
            raise MedNCAError("Give the number of iterations or the minutes to train.")
        timed = []
        while self.iterations is None or self.iteration < self.iterations:
            started = time.perf_counter()
            loss = self._iterate()
            self.loss = loss if self.loss is None else 0.98 * self.loss + 0.02 * loss
            timed.append(time.perf_counter() - started)
            self.seconds += timed[-1]
            if self.iterations is None and len(timed) >= TIMED:
                typical = float(np.median(timed[5:]))
                self.iterations = max(self.iteration, int(self.recipe.minutes * 60 / typical))
            last = self.iteration == self.iterations
            validated = None
            if self.validation and not last and self.iteration % self.recipe.validate_every == 0:
                validated = self.validate(self.model())
            if last or self.iteration % self.recipe.checkpoint_every == 0:
                self._checkpoint()
            left = None
            if self.iterations:
                left = (self.iterations - self.iteration) * float(np.median(timed[-50:]))
            event = Report(self.iteration, self.iterations, self.loss, validated, left)
            if validated is not None or self.iteration % 50 == 0:
                self._log(event)
            report(event)
        model = calibrate(self.model(), [read_case(case) for case in evenly(self.training, CALIBRATION_CASES)])
        if self.validation:
            event = Report(self.iteration, self.iterations, self.loss, self.validate(model), 0.0)
            self._log(event)
            report(event)
        return model

    def model(self) -> Model:
        """The model as it stands, with averaged weights and a card that says how it was trained."""
        averaged = dict(zip((name for name, _ in self.network.named_parameters()), self.averaged, strict=True))
        rules = []
        for index, level in enumerate(self.network.rules):
            arrays = {name: averaged[f"rules.{index}.{name}"].numpy().copy() for name in level.rule().arrays()}
            rules.append(type(level.rule())(**arrays))
        training = {
            **self.card.training,
            "cases": len(self.names["training"]),
            "recipe": asdict(replace(self.recipe, iterations=self.iterations)),
            "iterations": self.iteration,
            "minutes": round(self.seconds / 60, 1),
            "validation_cases": self.names["validation"],
        }
        return Model(replace(self.card, training=training), rules)

    def validate(self, model: Model) -> float:
        """Mean Dice of the validation cases on their own grids, with one run."""
        segmenter = Segmenter(model, options=Options(seed=0))
        values = [label.value for label in self.card.labels]
        scores = [label_dice(segmenter.run(volume).labels, truth, values) for volume, truth in self.validation]
        return float(np.mean(scores))

    def _iterate(self) -> float:
        recipe = self.recipe
        # Rate: a short rise, then half a cosine down to a hundredth.
        total = self.iterations or 10**9
        rate = min(1.0, (self.iteration + 1) / WARM_UP)
        rate *= 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, self.iteration / total)))
        for group in self.optimiser.param_groups:
            group["lr"] = recipe.learning_rate * rate

        chosen = torch.multinomial(self.weights, recipe.batch, replacement=True, generator=self.generator)
        drawn = draw(recipe.batch, self.ranges, self.generator)
        image, target = sample(
            self.images[chosen],
            self.targets[chosen],
            self.pixel_mm[chosen],
            self.cells,
            self.card.input.spacing,
            drawn,
            self.generator,
        )
        outputs = self.network(image, target, recipe.patch, self.generator, getattr(torch, recipe.precision))
        losses = [dice_cross_entropy(logits, wanted) for logits, wanted in outputs]
        loss = losses[-1] + recipe.coarse_loss * sum(losses[:-1])
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, recipe.clip)
        self.optimiser.step()
        # Early weights are forgotten faster, so that the average does not drag the start along.
        decay = min(recipe.averaging, (1 + self.iteration) / (10 + self.iteration))
        with torch.no_grad():
            torch._foreach_lerp_(self.averaged, self.parameters, 1 - decay)
        self.iteration += 1
        return float(loss.detach())

    def _log(self, event: Report) -> None:
        with open(self.workdir / "log.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps({**asdict(event), "seconds": round(self.seconds, 1)}) + "\n")

    def _key(self) -> dict:
        """What must be the same for a checkpoint to be resumed."""
        return json.loads(json.dumps({"card": self.card.to_json(), "recipe": asdict(self.recipe), "cases": self.names}))

    def _checkpoint(self) -> None:
        with replacing(self.workdir / CHECKPOINT) as temporary:
            torch.save(
                {
                    "key": self._key(),
                    "network": self.network.state_dict(),
                    "averaged": self.averaged,
                    "optimiser": self.optimiser.state_dict(),
                    "generator": self.generator.get_state(),
                    "iteration": self.iteration,
                    "iterations": self.iterations,
                    "seconds": self.seconds,
                    "loss": self.loss,
                },
                temporary,
            )

    def _resume(self) -> None:
        path = self.workdir / CHECKPOINT
        if not path.exists():
            return
        try:
            kept = torch.load(path, weights_only=True)
            # Read and written anew, so that a card from before a field was added is still the same card.
            key = {**kept["key"], "card": Card.from_json(kept["key"]["card"]).to_json()}
        except Exception as error:  # damaged files raise many types, KeyError and UnpicklingError among them
            raise MedNCAError(f"The checkpoint '{path}' cannot be read; delete it to start anew.") from error
        if key != self._key():
            raise MedNCAError(
                f"'{os.fspath(self.workdir)}' holds a run with other settings or cases; give another --workdir."
            )
        self.network.load_state_dict(kept["network"])
        self.averaged = kept["averaged"]
        self.optimiser.load_state_dict(kept["optimiser"])
        self.generator.set_state(kept["generator"])
        self.iteration, self.iterations = kept["iteration"], kept["iterations"]
        self.seconds, self.loss = kept["seconds"], kept["loss"]
