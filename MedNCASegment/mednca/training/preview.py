"""The automaton's steps on one slice of the validation cases, for whoever watches it learn."""

from __future__ import annotations

import json
import time

import numpy as np

from ..cascade import run_cascade
from ..engines import make_engine
from ..fire import fire_mask
from ..images import Images, intensity_range
from ..model import Model
from ..resample import resize
from ..segmenter import Segmenter
from ..volume import Volume
from .run_folder import PREVIEW, RunFolder

EVERY = 20.0  # seconds
SHARE = 0.05  # of the time that previews may take


class Preview:
    """Runs a model on that slice of its first plane which shows most of the labels, and writes its steps."""

    def __init__(self, model: Model, names: list[str], cases: list[tuple[Volume, np.ndarray]]) -> None:
        """Args:
        model: how slices are cut and fed; its weights do not matter here.
        names, cases: of which the slice is one; volumes and label values [i, j, k].
        """
        card = model.card
        values = [label.value for label in card.labels]
        segmenter = Segmenter(model)
        most = -1
        for name, (volume, truth) in zip(names, cases, strict=True):
            cut = segmenter.cuts(volume)[0]
            inside = cut.slices(truth)
            counts = np.count_nonzero(inside, axis=(1, 2))
            if counts.max() > most:
                most, index = counts.max(), int(counts.argmax())
                found = name, volume, cut, inside[index]
        self.name, volume, cut, truth = found
        self.slice, self.plane = index, card.input.plane
        slices = cut.slices(volume.array)
        low_high = intensity_range(slices, card.input)
        images = Images(slices, cut.step_mm, card.input, cut.grid.to_cells(), low_high)
        self.image = images.of(index, index + 1)
        masks = [truth > 0] if len(values) == 1 else [truth == value for value in values]
        parts = np.stack([resize(mask.astype(np.float32), cut.grid.to_cells()) for mask in masks])
        self.truth = _label_map(parts, values, 0.5)
        self.engine = make_engine("numpy")
        self._due = 0.0

    @property
    def due(self) -> bool:
        """Whether it is time for the next one."""
        return time.monotonic() >= self._due

    def write(self, model: Model, iteration: int, folder: RunFolder) -> None:
        """Run all steps and write the file.

        It has `image` float32 [row, column] from 0 to 1 and `truth` uint8 [row, column] on the finest cell grid,
        `labels` uint8 [step, row, column] with the label values after each step on the same grid, `level` uint8 [step]
        and `step` uint16 [step] counted from 1, and `facts`, a JSON text with case, slice, iteration and plane.

        Raises:
            DiskFullError: the disk is full; for any other reason the file of before just stays.
        """
        started = time.monotonic()
        labels, levels, steps = self._run(model)
        facts = {"case": self.name, "slice": self.slice, "iteration": iteration, "plane": self.plane}
        folder.show(
            PREVIEW,
            lambda temporary: np.savez_compressed(
                temporary,
                image=self.image[0, 0],
                truth=self.truth,
                labels=labels,
                level=np.array(levels, np.uint8),
                step=np.array(steps, np.uint16),
                facts=np.array(json.dumps(facts)),
            ),
        )
        now = time.monotonic()
        self._due = now + max(EVERY, (now - started) / SHARE)

    def _run(self, model: Model) -> tuple[np.ndarray, list[int], list[int]]:
        """Label values [step, row, column] on the finest grid, and each step's level and number from 1."""
        card = model.card
        first, count = card.input.channels, len(card.labels)
        values = [label.value for label in card.labels]
        offsets = np.array([label.offset for label in card.labels], np.float32)[:, None, None]

        def fire(level: int, step: int, shape: tuple[int, int]) -> np.ndarray:
            key = {"seed": 0, "run": 0, "slice_index": self.slice, "level": level, "step": step}
            return fire_mask(shape, card.fire_rate, **key)[None]

        maps, levels, steps = [], [], []
        for level, step, state in run_cascade(
            self.engine,
            [self.engine.prepare(rule, first) for rule in model.rules],
            self.image,
            channels=card.channels,
            scales=[level.scale for level in card.levels],
            steps=[level.steps for level in card.levels],
            downsample=card.input.downsample,
            fire=fire,
        ):
            logits = self.engine.channels(state, first, count)[0] - offsets
            found, scale = _label_map(logits, values, 0.0), card.levels[level].scale
            maps.append(found.repeat(scale, axis=0).repeat(scale, axis=1))
            levels.append(level + 1)
            steps.append(step + 1)
        return np.stack(maps), levels, steps


def _label_map(scores: np.ndarray, values: list[int], threshold: float) -> np.ndarray:
    """[label, row, column] -> the value of the best label where its score is above the threshold, else 0; uint8."""
    best = np.array(values, np.uint8)[scores.argmax(axis=0)]
    best[scores.max(axis=0) <= threshold] = 0
    return best
