"""Measures a model's Dice on changed scans: an iterator of progress events, as that of a segmenter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..cases import AnyCase, read_case
from ..errors import MedNCAError
from ..metrics import label_dice, label_masks
from ..model import Model
from ..segmenter import Options, Segmenter
from ..time_left import TimeLeft
from .changes import EXPERIMENTS, Experiment, Scan, zoomed

UNCHANGED = "unchanged"

# case -> what was done to it, see key_of -> Dice by label, see overlaps_of
Overlaps = dict[str, dict[str, list[float | None]]]


@dataclass(frozen=True)
class Progress:
    """An event. `done` counts the scans that are segmented, of `total`; those measured earlier count too."""

    done: int
    total: int
    fraction: float  # with the part of the scan at work; 1 at the end
    text: str  # such as "Scale 0.75: case hippocampus_001"
    seconds_left: float | None = None  # None until the pace is known


class Measurement:
    """The Dice of a model on cases under all levels of experiments, on each changed scan's own grid.

    Pull the events of :meth:`events`; to cancel, stop pulling. What is measured is in `found`, which another
    measurement can be given to go on from. Unchanged scans are segmented once for all experiments.
    """

    def __init__(
        self,
        model: Model,
        cases: Sequence[AnyCase],
        experiments: Sequence[Experiment] = EXPERIMENTS,
        engine=None,
        options: Options | None = None,
        found: Overlaps | None = None,
    ) -> None:
        """Args:
        model: from :func:`mednca.load_model`.
        cases: with different names.
        experiments: of :data:`mednca.report.changes.EXPERIMENTS`.
        engine, options: as for :class:`mednca.Segmenter`.
        found: what was measured before with this model, these cases and options; more is put into it.

        Raises:
            MedNCAError: an option is out of its range, or asks for a library that is not installed.
        """
        self.model, self.cases, self.experiments = model, cases, experiments
        self.segmenter = Segmenter(model, engine, options)
        self.found: Overlaps = {} if found is None else found

    def steps(self) -> dict[str, tuple[Experiment | None, float]]:
        """What is done to each case, in this order: key -> the experiment and its level, None for nothing."""
        steps: dict[str, tuple[Experiment | None, float]] = {UNCHANGED: (None, 1.0)}
        for experiment in self.experiments:
            for level in experiment.levels:
                steps.setdefault(key_of(experiment, level), (experiment, level))
        return steps

    def events(self) -> Iterator[Progress]:
        """Measure what is not in `found` yet.

        Yields:
            One event a step of the automaton, and one when a scan is done.

        Raises:
            MedNCAError: a case cannot be read, or a changed scan not be segmented.
        """
        steps = self.steps()
        total = len(self.cases) * len(steps)
        done = earlier = sum(key in self.found.get(case.name, {}) for case in self.cases for key in steps)
        time_left = TimeLeft(total - earlier)

        def event(part: float, text: str) -> Progress:
            now = done + part
            return Progress(done, total, now / total, text, time_left.after(now - earlier))

        for case in self.cases:
            found = self.found.setdefault(case.name, {})
            missing = {key: step for key, step in steps.items() if key not in found}
            if not missing:
                continue
            scan = Scan(case.name, *read_case(case), plane=self.model.card.input.plane)
            for key, (experiment, level) in missing.items():
                text = f"{title_of(experiment, level)}: case {case.name}"
                yield event(0.0, text)
                changed = scan if experiment is None else experiment.apply(scan, level)
                for fraction, labels in self._segment(changed, text):
                    if labels is None:
                        yield event(min(fraction, 0.999), text)
                values = [label.value for label in self.model.card.labels]
                found[key] = overlaps_of(labels, changed.truth, values)
                done += 1
                yield event(0.0, text)

    def _segment(self, scan: Scan, text: str):
        """Fractions with None, and at the end with the label values [i, j, k]."""
        segmenter = self.segmenter
        if scan.zoom != (1.0, 1.0):
            card = replace(self.model.card, input=zoomed(self.model.card, scan.zoom))
            segmenter = Segmenter(replace(self.model, card=card), segmenter.engine, segmenter.options)
        try:
            for event in segmenter.events(scan.volume):
                yield event.fraction, event.result and event.result.labels
        except MedNCAError as error:
            raise MedNCAError(f"{text} cannot be segmented: {error}") from error


def overlaps_of(labels: np.ndarray, truth: np.ndarray, values: list[int]) -> list[float | None]:
    """Dice of a label map against a reference, label by label as in :func:`mednca.metrics.label_masks`.

    None where the reference has nothing of a label: nothing can be hit there, and that two empty masks agree would show
    a model as perfect on a structure that has left the image.
    """
    found = label_dice(labels, truth, values)
    there = [bool(mask.any()) for _, mask in label_masks(labels, truth, values)]
    return [dice if is_there else None for dice, is_there in zip(found, there, strict=True)]


def key_of(experiment: Experiment, level: float) -> str:
    """What is done to a scan, in a word or two; the same for all experiments where nothing is."""
    return UNCHANGED if level == experiment.unchanged else f"{experiment.name} {level:g}"


def title_of(experiment: Experiment | None, level: float) -> str:
    return "Unchanged" if experiment is None else f"{experiment.title} {level:g}"
