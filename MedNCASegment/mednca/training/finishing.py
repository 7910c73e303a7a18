"""What follows the last iteration: calibration, post-processing, and the figures of the validation cases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..cases import AnyCase, read_case
from ..evaluation import summary
from ..model import Model
from ..options import runs_in_words
from .calibration import calibrate, choose_postprocessing, evenly
from .interruption import Stopping
from .run_folder import RESULTS, RunFolder
from .validation import Validation

if TYPE_CHECKING:
    from .trainer import Trainer

CALIBRATION_CASES = 40


def calibration_cases(training: list[AnyCase]) -> list[AnyCase]:
    """Those training cases that the logit offsets are chosen on."""
    return evenly(training, CALIBRATION_CASES)


def finish(trainer: Trainer, model: Model) -> Model:
    """The model with its offsets and post-processing chosen, and its figures in the card and in results.json.

    Raises:
        Paused: someone has asked to stop; resumed, the run comes back here.
    """
    folder, validation = trainer.folder, trainer.validation
    with trainer.interruption.listening():
        try:
            trainer.tell(state="calibrating")
            cases = [read_case(case) for case in calibration_cases(trainer.training)]
            model = calibrate(model, cases, validation.engine, trainer.tick)
            if validation:
                folder.update(state="evaluating")
                model = _evaluated(model, validation, folder, trainer.recipe.seed)
        except Stopping:
            trainer.pause()
    return model


def _evaluated(model: Model, validation: Validation, folder: RunFolder, seed: int) -> Model:
    model, rows = choose_postprocessing(model, validation.segmented(model, final=True))
    figures = summary(rows)
    folder.write_json(RESULTS, {"model": model.card.name, **figures})
    evaluation = {name: _rounded(value) for name, value in figures.items() if name != "cases"}
    evaluation["cases"] = len(figures["cases"])
    card = model.card
    evaluation["how"] = (
        f"validation cases kept from training (seed {seed}), on which the best iteration and the post-processing were"
        f" chosen too; {runs_in_words(card.runs, card.mirrored, card.input.planes)}, native grid"
    )
    return Model(replace(card, evaluation=evaluation), model.rules)


def _rounded(value):
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    return round(value, 4) if isinstance(value, float) else value
