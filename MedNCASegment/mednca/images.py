"""How the slices of a volume become the model's images: intensity, cell grid and neighbouring slices."""

from __future__ import annotations

import numpy as np

from .card import Input
from .intensity import normalise, percentile_range
from .neighbours import neighbour_places
from .resample import resize


class Images:
    """Makes the images of some slices of a volume at a time."""

    def __init__(
        self,
        slices: np.ndarray,
        step_mm: float,
        source: Input,
        to_cells: tuple[np.ndarray, np.ndarray],
        low_high: tuple[float, float] | None,
    ) -> None:
        """Args:
        slices: all of the volume, [slice, row, column].
        step_mm: distance between slices.
        source: the card's.
        to_cells: weights of :meth:`mednca.resample.Grid.to_cells`.
        low_high: of :func:`intensity_range`.
        """
        self.slices, self.source, self.to_cells, self.range = slices, source, to_cells, low_high
        self.places = neighbour_places(len(slices), step_mm, source)

    def of(self, first: int, stop: int) -> np.ndarray:
        """Images of consecutive slices: float32 [slice, image channel, row, column] on the cell grid, from 0 to 1.

        Raises:
            MedNCAError: the card takes each slice by itself, and one has values that are not finite.
        """
        places = self.places.of(first, stop)
        start = int(places.lower.min())
        # One memory order, whatever the volume's, so that the result does not depend on how it is stored.
        slices = np.ascontiguousarray(self.slices[start : int(places.upper.max()) + 1])
        return places.mix(resize(normalised(slices, self.source, self.range), self.to_cells), start)


def intensity_range(slices: np.ndarray, source: Input) -> tuple[float, float] | None:
    """The intensities of a volume, sliced in any plane, that become 0 and 1; None where each slice has its own.

    Raises:
        MedNCAError: the volume has values that are not finite.
    """
    return percentile_range(slices, source.percentiles) if source.per == "volume" else None


def normalised(slices: np.ndarray, source: Input, low_high: tuple[float, float] | None) -> np.ndarray:
    """Slices [slice, row, column] from 0 to 1, float32; `low_high` is that of :func:`intensity_range`."""
    if low_high is not None:
        return normalise(slices, *low_high)
    return np.stack([normalise(one, *percentile_range(one[None], source.percentiles)) for one in slices])
