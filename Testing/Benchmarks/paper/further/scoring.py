"""What a segmentation is worth with all its components and with the largest alone."""

from __future__ import annotations

import numpy as np
from mednca.metrics import dice, hausdorff95
from mednca.postprocess import largest_component


def score(found: np.ndarray, truth: np.ndarray, spacing: np.ndarray) -> dict[str, float | None]:
    """Figures of one case.

    Args:
        found, truth: boolean [i, j, k].
        spacing: mm along i, j, k.

    Returns:
        "dice" and "hausdorff95_mm" (None where there is none), and "largest_dice" and "largest_hausdorff95_mm", the
        same after all but the largest component are taken away.
    """
    largest = largest_component(found)
    return {
        "dice": dice(found, truth),
        "hausdorff95_mm": hausdorff95(found, truth, spacing),
        "largest_dice": dice(largest, truth),
        "largest_hausdorff95_mm": hausdorff95(largest, truth, spacing),
    }
