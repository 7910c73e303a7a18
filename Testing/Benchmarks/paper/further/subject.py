"""What is measured here: a model of the core, from a row that was trained or from a model file."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from mednca.engines import make_engine
from mednca.errors import MedNCAError
from mednca.model import Model, load_model
from mednca.report.changes import zoomed
from mednca.segmenter import Options, Result, Segmenter
from mednca.volume import Volume

from ..rows import Row
from ..study import Study


@dataclass(frozen=True)
class Subject:
    """A model and what it is called in results; its offset is that of its labels."""

    name: str
    title: str
    model: Model

    @cached_property
    def sha256(self) -> str:
        """Of all weights, and of what the card says of their use; its words may be changed."""
        card = self.model.card
        source, levels = card.input, [(level.scale, level.steps) for level in card.levels]
        facts = (source.plane, source.spacing, source.size, source.channels, card.fire_rate, *source.further_planes)
        offsets = [[label.offset for label in card.labels], *(rule.offsets for rule in card.further_rules)]
        found = hashlib.sha256(json.dumps([*facts, levels, *offsets]).encode())
        for rule in self.model.rules:
            for name, array in sorted(rule.arrays().items()):
                found.update(name.encode() + array.tobytes())
        return found.hexdigest()

    def run(
        self,
        volume: Volume,
        device: str = "cpu",
        seed: int = 0,
        runs: int | None = None,
        mirrored: bool = False,
        zoom: tuple[float, float] = (1.0, 1.0),
    ) -> Result:
        """Segment a volume with so many runs, or one for each of the card's planes, whatever the card says of runs; all
        components are kept. `zoom` is that of :class:`mednca.report.changes.Scan`."""
        engine = make_engine("numpy") if device == "cpu" else make_engine("torch", device)
        card = replace(self.model.card, input=zoomed(self.model.card, zoom))
        runs = runs or len(card.input.planes)
        options = Options(seed=seed, runs=runs, mirrored=mirrored, largest_component=False)
        return Segmenter(Model(card, self.model.rules), engine, options).run(volume)


def from_row(row: Row, study: Study) -> Subject | None:
    """A row's best weights; None, with a line that says so, while it is not final, if its weights are not there, or if
    it is no automaton of the core."""
    from ..table_row import is_final, trained

    if not is_final(row, study.into):
        print(f"{row.name}: not trained to its end yet, so nothing further is measured")
        return None
    try:
        candidate, offset = (None, 0.0) if row.make is None else trained(row, study)
    except MedNCAError as error:
        print(error)
        return None
    if not hasattr(candidate, "model"):
        print(f"{row.name}: no automaton of the core, so nothing further is measured")
        return None
    return Subject(row.name, row.title, with_offset(candidate.model(), offset))


def from_file(name_or_path: str | os.PathLike, study: Study) -> Subject:
    """A shipped model by name, or a model file by path, which goes by the name of its file.

    Raises:
        MedNCAError: it is no sound model, or was not kept from the validation cases while it was trained.
    """
    model = load_model(name_or_path)
    held_out = set(model.card.training.get("validation_cases", ()))
    seen = sorted({case.name for case in study.parts["validation"]} - held_out)
    if seen:
        raise MedNCAError(
            f"By its card, '{model.card.name}' may have been trained on {len(seen)} of the validation cases, such as"
            f" '{seen[0]}'; nothing can be said by them."
        )
    return Subject(Path(name_or_path).stem, model.card.title, model)


def with_offset(model: Model, offset: float) -> Model:
    """The model, with a number that is taken off the logits of its labels."""
    labels = [replace(label, offset=offset) for label in model.card.labels]
    return Model(replace(model.card, labels=labels), model.rules)
