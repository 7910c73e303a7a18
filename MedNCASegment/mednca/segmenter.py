"""The segmenter: a model, an engine and options make an iterator of progress events that ends in a result."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .card import ONE_SIDED, Card
from .cascade import run_cascade
from .cut import Cut, cut
from .engines import make_engine
from .errors import MedNCAError
from .fire import fire_mask
from .images import Images, intensity_range
from .model import Model
from .options import Options
from .postprocess import keep_largest_components
from .readout import Readout
from .recording import RecordedStep, Recorder
from .running_mean import RunningMean
from .time_left import TimeLeft
from .volume import Volume


@dataclass
class Result:
    """What a run gives, on the input's own grid; arrays are indexed [i, j, k] as the input is."""

    labels: np.ndarray  # uint8, label values of the card, 0 is background
    probability: np.ndarray  # float32 [label, i, j, k], averaged over runs
    deviation: np.ndarray | None  # float32 [label, i, j, k], standard deviation over runs; None for one run
    steps: list[RecordedStep]
    record_every: int | None
    volume_ml: dict[str, float]  # by label name
    quality: float | None  # spread of the runs over their mean, summed over the volume (M3D-NCA); None for one run
    quality_limit: float | None  # of the card, above which the result is doubtful; None for runs other than the card's
    seconds: float

    @property
    def is_doubtful(self) -> bool:
        """Whether something was found and the runs disagree about it more than the card allows."""
        known = self.quality is not None and self.quality_limit is not None
        return known and any(self.volume_ml.values()) and self.quality > self.quality_limit


@dataclass
class Progress:
    """An event. Indices count from 1. The last event of a run has the result and fraction 1."""

    fraction: float
    slice: int
    slices: int
    run: int
    runs: int
    level: int
    levels: int
    step: int
    steps: int
    seconds_left: float | None = None  # None until the pace is known
    live: np.ndarray | None = field(default=None, repr=False)  # uint8 [i, j, k], changes with the next event
    result: Result | None = field(default=None, repr=False)


class Segmenter:
    """Segments volumes slice by slice with the model's levels (paper, section 3.4).

    Pull the events of :meth:`events`; to cancel, stop pulling. A pull does one step on one batch of slices, and little
    else.
    """

    def __init__(self, model: Model, engine=None, options: Options | None = None) -> None:
        """Args:
        model: from :func:`mednca.load_model`.
        engine: from :func:`mednca.make_engine`; None takes numpy.
        options: see :class:`Options`.

        Raises:
            MedNCAError: an option is out of its range, or asks for mirrored slices
                of a plane without left and right or of several planes.
        """
        self.model = model
        self.engine = engine or make_engine("numpy")
        self.options = options or Options()
        self.options.check()
        card = model.card
        self.levels = [self.options.steps or level.steps for level in card.levels]
        self.fire_rate = self.options.fire_rate or card.fire_rate
        wanted = self.options.largest_component
        self.largest_component = card.largest_component if wanted is None else wanted
        self.runs, self.mirrored = self.options.runs_of(card)
        self.planes = card.input.planes[: self.runs]
        if self.mirrored and len(self.planes) > 1:
            raise MedNCAError("The runs of this model are of slices in different planes; do not mirror them.")
        if self.mirrored and card.input.plane in ONE_SIDED:
            raise MedNCAError(f"A {card.input.plane} slice has no left and right to mirror; do not mirror it.")

    def run(self, volume: Volume, inside: np.ndarray | None = None) -> Result:
        """Segment a volume in one go; arguments and errors as for :meth:`events`."""
        for event in self.events(volume, inside):
            if event.result is not None:
                return event.result
        raise AssertionError("events() ends in a result")

    def cuts(self, volume: Volume) -> list[Cut]:
        """How a volume is sliced for this model, once for each plane that its runs take turns between.

        Raises:
            MedNCAError: the slices would need more cells than a computer has memory for, or next to none.
        """
        return [cut(volume, self.model.card, plane) for plane in self.planes]

    def events(
        self, volume: Volume, inside: np.ndarray | None = None, start_at: tuple[int, int, int] | None = None
    ) -> Iterator[Progress]:
        """Segment a volume step by step.

        Args:
            volume: the scan.
            inside: mask [i, j, k]; voxels where it is 0 are background whatever the model says. None means all.
            start_at: voxel [i, j, k] near which to begin; the result does not depend on it.

        Yields:
            One event a step; the last one has the result.

        Raises:
            MedNCAError: the volume cannot be segmented; the message says why and what to do.
        """
        started = time.perf_counter()
        card, options, engine = self.model.card, self.options, self.engine
        cuts, shape = self.cuts(volume), volume.array.shape
        recorder = Recorder(options, self.levels, shape)
        last = len(card.levels) - 1, self.levels[-1] - 1
        labels = np.zeros(shape, np.uint8)
        runs = RunningMean((len(card.labels), *shape), deviation=self.runs > 1)
        inside = None if inside is None else _mask(inside, shape)
        shares = [range(index, self.runs, len(cuts)) for index in range(len(cuts))]  # which runs each plane has
        work = [steps / level.scale**2 for steps, level in zip(self.levels, card.levels, strict=True)]
        parts = [self.model.of_plane(plane) for plane in self.planes]
        # What a step of a slice takes goes with its cells and the size of the rule.
        costs = [one.cells * part.rules[0].parameters for one, part in zip(cuts, parts, strict=True)]
        total = sum(work) * sum(
            len(share) * one.count * cost for share, one, cost in zip(shares, cuts, costs, strict=True)
        )
        time_left = TimeLeft(total)
        done, earlier = 0.0, 0  # costs of steps; runs of the planes before

        low_high = intensity_range(cuts[0].slices(volume.array), card.input)
        for part, share, one, cost in zip(parts, shares, cuts, costs, strict=True):
            rules = [engine.prepare(rule, card.input.channels) for rule in part.rules]
            readout = Readout(part.card, engine, one.grid)
            images = Images(one.slices(volume.array), one.step_mm, card.input, one.grid.to_cells(), low_high)
            outside = None if inside is None else one.slices(inside) == 0
            finished = 0
            for batch in _batches(one.count, max(1, engine.cells_per_batch // one.cells), one.slice_of(start_at)):
                place = slice(batch.start, batch.stop)
                image = images.of(batch.start, batch.stop)
                hidden = None if outside is None else outside[place]
                view = functools.partial(one.slices, place=place)
                for count, run in enumerate(share, start=earlier + 1):
                    mirrored = self.mirrored and run % 2 == 1
                    seen = image[:, :, ::-1] if mirrored else image
                    for level, step, state in self._steps(part.card, rules, seen, batch, run):
                        if run == 0 and recorder.wants(level, step):
                            found = readout.labels(readout.probability(state, level, hidden))
                            recorder.keep(level, step, found, view)
                        done += len(batch) * cost / card.levels[level].scale ** 2
                        yield Progress(
                            min(done / total, 0.999),
                            finished + len(batch),
                            one.count,
                            run + 1,
                            self.runs,
                            level + 1,
                            len(card.levels),
                            step + 1,
                            self.levels[level],
                            time_left.after(done),
                            recorder.live,
                        )
                    chance = np.moveaxis(readout.probability(state, -1, hidden, mirrored), 1, 0)
                    mean = runs.add(chance, count, view)
                finished += len(batch)
                found = readout.labels(np.moveaxis(mean, 0, 1))
                view(labels)[...] = found
                recorder.keep(*last, found, view)
            earlier += len(share)

        count, levels, steps = cuts[-1].count, len(card.levels), self.levels[-1]
        where = (count, count, self.runs, self.runs, levels, levels, steps, steps, 0.0, recorder.live)
        # What follows concerns the whole volume, so it has a pull of its own.
        yield Progress(0.999, *where)
        if self.largest_component:
            labels = keep_largest_components(labels)
            recorder.keep(*last, labels)
        counts = {label.name: np.count_nonzero(labels == label.value) for label in card.labels}
        probability, deviation, quality = runs.mean, runs.deviation(self.runs), None
        if deviation is not None:
            quality = float(deviation.sum(dtype=np.float64) / max(probability.sum(dtype=np.float64), 1e-9))
        result = Result(
            labels=labels,
            probability=probability,
            deviation=deviation,
            steps=recorder.steps,
            record_every=recorder.every,
            volume_ml={name: count * volume.voxel_volume_ml for name, count in counts.items()},
            quality=quality,
            quality_limit=self.quality_limit,
            seconds=time.perf_counter() - started,
        )
        yield Progress(1.0, *where, result)

    @property
    def quality_limit(self) -> float | None:
        """The card's, which holds for runs as the card says; None for others."""
        card = self.model.card
        said = (card.runs, card.mirrored, card.fire_rate, [level.steps for level in card.levels])
        return card.spread_limit if said == (self.runs, self.mirrored, self.fire_rate, self.levels) else None

    def _steps(
        self, card: Card, rules: list, image: np.ndarray, batch: range, run: int
    ) -> Iterator[tuple[int, int, Any]]:
        """The cascade of a plane, by its card, on the images of some slices; see :func:`run_cascade`."""

        def fire(level: int, step: int, shape: tuple[int, int]) -> np.ndarray:
            key = {"seed": self.options.seed, "run": run, "level": level, "step": step}
            return np.stack([fire_mask(shape, self.fire_rate, slice_index=index, **key) for index in batch])

        return run_cascade(
            self.engine,
            rules,
            image,
            channels=card.channels,
            scales=[level.scale for level in card.levels],
            steps=self.levels,
            downsample=card.input.downsample,
            fire=fire,
        )


def _mask(inside: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    inside = np.asarray(inside)
    if inside.shape != shape:
        raise MedNCAError(f"The mask has the shape {inside.shape}, the volume {shape}; they must be the same.")
    return inside


def _batches(count: int, size: int, first: int) -> list[range]:
    """Consecutive runs of at most `size` of `count` slices, those nearest to slice `first` in front."""
    batches = [range(start, min(start + size, count)) for start in range(0, count, size)]
    return sorted(batches, key=lambda batch: max(batch.start - first, first - (batch.stop - 1), 0))
