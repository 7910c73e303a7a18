"""What is done to a scan to see how a model stands it: figures 5 and 6 of the paper, for any model.

Figure 5 changes the input: more or fewer cells (scale), more or fewer of them along the vertical alone (stretch), and a
field of view that has moved along the vertical until half of the image is gone (shift). Figure 6 adds artefacts of MRI
with TorchIO, an optional dependency. A case gets the same direction, or the same field, at every severity and for
every model, as the draws depend on its name alone.

Vertical is what stands upright when a slice is looked at: the body axis in coronal and sagittal slices, the
anterior-posterior axis in axial ones.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..card import PLANES, Card, Input
from ..volume import Volume, nearest_axes

GHOSTS = 4
NEEDS_TORCHIO = (
    "Artefacts of MRI need the Python package 'torchio', which is not installed; install it (pip install torchio) and"
    " make the report again, which then measures these alone."
)


@dataclass(frozen=True)
class Scan:
    """A labelled scan as a model gets it."""

    name: str
    volume: Volume
    truth: np.ndarray  # label values [i, j, k]
    zoom: tuple[float, float] = (1.0, 1.0)  # cells along rows and columns, times what the model is made for
    plane: str = "coronal"  # of the slices; says what is vertical


@dataclass(frozen=True)
class Experiment:
    """One panel of a figure."""

    name: str
    title: str
    axis: str  # what the levels are
    figure: int  # of the paper
    levels: tuple[float, ...]
    unchanged: float  # the level at which nothing happens
    change: Callable[[Scan, float], Scan]
    meaning: str  # in plain words; {vertical} is what is vertical in the first plane, {verticals} in all

    @property
    def is_artefact(self) -> bool:
        """Whether TorchIO makes it."""
        return self.figure == 6

    def apply(self, scan: Scan, level: float) -> Scan:
        """The scan at a level; itself at the one at which nothing happens.

        Raises:
            ImportError: it is an artefact and TorchIO is not installed.
        """
        return scan if level == self.unchanged else self.change(scan, level)


def vertical_axis(plane: str) -> int:
    """The RAS axis that is vertical in slices of a plane, which is that of their columns."""
    return max(axis for axis in range(3) if axis != PLANES[plane])


def zoomed(card: Card, zoom: tuple[float, float]) -> Input:
    """How volumes become a model's images on a grid of more or fewer cells.

    Args:
        card: of the model.
        zoom: how many times more cells there are along rows and columns than the model is made for.
    """
    source, multiple = card.input, card.finest_multiple
    if source.size is None:
        return replace(source, spacing=tuple(mm / by for mm, by in zip(source.spacing, zoom, strict=True)))
    cells = (max(2, round(side * by / multiple)) * multiple for side, by in zip(source.size, zoom, strict=True))
    return replace(source, size=tuple(cells))


@functools.cache
def artefacts_missing() -> str:
    """Why artefacts cannot be made here, in one sentence; empty when they can."""
    try:
        import torchio  # noqa: F401
    except (ImportError, OSError):  # OSError: a library of PyTorch's does not load
        return NEEDS_TORCHIO
    return ""


def scale(scan: Scan, level: float) -> Scan:
    return replace(scan, zoom=(level, level))


def stretch(scan: Scan, level: float) -> Scan:
    return replace(scan, zoom=(1.0, level))


def shift(scan: Scan, level: float) -> Scan:
    """Move the scan along the vertical by a part of its extent, towards superior or anterior.

    What leaves the image is lost, and what comes in is its darkest.
    """
    array, truth = scan.volume.array, scan.truth
    axes, directions = nearest_axes(scan.volume.affine)
    axis = axes.index(vertical_axis(scan.plane))
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
    # TorchIO draws from PyTorch's global generator, which is left as it was.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(zlib.crc32(scan.name.encode()))
        changed = transform(torchio.ScalarImage(tensor=array, affine=scan.volume.affine))
    return replace(scan, volume=Volume(changed.data[0].numpy(), scan.volume.affine))


SIZES = (0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0)
EXPERIMENTS = (
    Experiment(
        "scale",
        "Scale",
        "times the training size",
        5,
        SIZES,
        1.0,
        scale,
        "Everything is larger or smaller than in training: each slice gets that many times more cells along both of"
        " its sides, so that a structure covers that many times more of them.",
    ),
    Experiment(
        "stretch",
        "Vertical stretch",
        "times the training height",
        5,
        SIZES,
        1.0,
        stretch,
        "As scale, but along {verticals} alone, so that shapes change too.",
    ),
    Experiment(
        "shift",
        "Translation",
        "part of the image that is gone",
        5,
        (0.0, 0.1, 0.2, 0.3, 0.4, 0.5),
        0.0,
        shift,
        "The scan has moved along {vertical} until this part of it has left the image. The reference moves with it, and"
        " what is gone is not asked for; the empty side is as dark as the scan's darkest voxel.",
    ),
    Experiment(
        "ghosting",
        "Ghosting",
        "intensity of 4 ghosts",
        6,
        (0.0, 0.3, 0.6, 0.9, 1.2, 1.5),
        0.0,
        ghosting,
        "Four displaced copies lie faintly over the scan along one axis, as when somebody moves or breathes while it is"
        " taken.",
    ),
    Experiment(
        "anisotropy",
        "Anisotropy",
        "times thicker along one axis",
        6,
        (1.0, 2.0, 3.0, 4.0, 6.0, 8.0),
        1.0,
        anisotropy,
        "Along one axis the scan looks as if its voxels were this many times thicker, and detail along it is lost.",
    ),
    Experiment(
        "bias",
        "Bias field",
        "largest coefficient",
        6,
        (0.0, 0.2, 0.4, 0.6, 0.8, 1.0),
        0.0,
        bias_field,
        "Brightness changes smoothly from one place to another, as with an uneven coil; the level is the largest"
        " coefficient of a polynomial field of order 3. Bright parts are as a rule twice as bright as dark ones at 0.2,"
        " nearly four times at 0.4, and more than twenty times at 1.",
    ),
)
