"""What is done to a scan in figures 5 and 6 of the paper: the same for every model, drawn anew by case alone.

Figure 5 changes the input: more or fewer cells (scale), more or fewer of them along the body axis alone (stretch), and
a field of view that has moved along the body axis until half of the image is gone (shift). Figure 6 adds artefacts of
MRI with TorchIO. A case gets the same direction, or the same field, at every severity.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from mednca.volume import Volume, nearest_axes

SUPERIOR = 2  # the RAS axis along the body, vertical in coronal slices
GHOSTS = 4


@dataclass(frozen=True)
class Scan:
    """A labelled scan as a model gets it; `zoom` is that of :meth:`paper.candidates.Candidate.probability`."""

    name: str
    volume: Volume
    truth: np.ndarray
    zoom: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True)
class Experiment:
    """One panel of a figure."""

    name: str
    title: str
    axis: str  # what the levels are
    figure: int
    levels: tuple[float, ...]
    unchanged: float  # the level at which nothing happens
    change: Callable[[Scan, float], Scan]

    def apply(self, scan: Scan, level: float) -> Scan:
        return scan if level == self.unchanged else self.change(scan, level)


def scale(scan: Scan, level: float) -> Scan:
    return replace(scan, zoom=(level, level))


def stretch(scan: Scan, level: float) -> Scan:
    """Columns of coronal slices run along the body."""
    return replace(scan, zoom=(1.0, level))


def shift(scan: Scan, level: float) -> Scan:
    """Move the scan up by a part of its extent; what leaves the image is lost, and what comes in is its darkest."""
    array, truth = scan.volume.array, scan.truth
    axes, directions = nearest_axes(scan.volume.affine)
    axis = axes.index(SUPERIOR)
    by = round(level * array.shape[axis]) * directions[axis]
    moved = [_moved(values, by, axis, fill) for values, fill in ((array, array.min()), (truth, 0))]
    return replace(scan, volume=Volume(moved[0], scan.volume.affine), truth=moved[1])


def _moved(array: np.ndarray, by: int, axis: int, fill) -> np.ndarray:
    moved = np.full_like(array, fill)
    count = array.shape[axis] - abs(by)
    there, here = (slice(max(0, step), max(0, step) + count) for step in (by, -by))
    lead = (slice(None),) * axis
    moved[(*lead, there)] = array[(*lead, here)]
    return moved


def ghosting(scan: Scan, level: float) -> Scan:
    import torchio

    # A range, as TorchIO draws the number from 0 up to a single one, and 0 ghosts change nothing.
    return _with(scan, torchio.RandomGhosting(num_ghosts=(GHOSTS, GHOSTS), axes=(0, 1, 2), intensity=(level, level)))


def anisotropy(scan: Scan, level: float) -> Scan:
    import torchio

    return _with(scan, torchio.RandomAnisotropy(axes=(0, 1, 2), downsampling=(level, level)))


def bias_field(scan: Scan, level: float) -> Scan:
    import torchio

    return _with(scan, torchio.RandomBiasField(coefficients=level, order=3))


def _with(scan: Scan, transform) -> Scan:
    """The scan after a transform of TorchIO, whose draws depend on the case's name alone."""
    import torch
    import torchio

    array = torch.from_numpy(scan.volume.array.astype(np.float32))[None]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(zlib.crc32(scan.name.encode()))
        changed = transform(torchio.ScalarImage(tensor=array, affine=scan.volume.affine))
    return replace(scan, volume=Volume(changed.data[0].numpy(), scan.volume.affine))


SIZES = (0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0)
EXPERIMENTS = (
    Experiment("scale", "Scale", "times the training size", 5, SIZES, 1.0, scale),
    Experiment("stretch", "Vertical stretch", "times the training height", 5, SIZES, 1.0, stretch),
    Experiment("shift", "Translation", "part of the image that is gone", 5, (0.0, 0.1, 0.2, 0.3, 0.4, 0.5), 0.0, shift),
    Experiment("ghosting", "Ghosting", "intensity of 4 ghosts", 6, (0.0, 0.3, 0.6, 0.9, 1.2, 1.5), 0.0, ghosting),
    Experiment("anisotropy", "Anisotropy", "times thicker along one axis", 6, (1.0, 2, 3, 4, 6, 8), 1.0, anisotropy),
    Experiment("bias", "Bias field", "largest coefficient", 6, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0), 0.0, bias_field),
)
