"""Evaluation of a model on labelled cases: one row of figures a case, and what they come to over all cases."""

from __future__ import annotations

import numpy as np

from .card import Label
from .errors import MedNCAError
from .metrics import dice, distance_tools, hausdorff95, hundredths_text, label_masks
from .volume import Volume


def evaluate_case(name: str, found: np.ndarray, truth: np.ndarray, volume: Volume, labels: list[Label]) -> dict:
    """Hold a segmentation against its reference.

    Args:
        name: of the case.
        found: label values [i, j, k] as segmented.
        truth: label values [i, j, k] of the reference. With one label, all of its foreground counts as that label.
        volume: the scan; gives the voxels' size.
        labels: of the model's card.

    Returns:
        A row that can be written as JSON: "case", "dice" (the mean over the labels), and by label name
        "dice_by_label", "hausdorff95_mm" (None where there is none: something is empty, or SimpleITK is not
        installed), "volume_ml" and "reference_ml".
    """
    measurable = not distance_problem()
    row = {"case": name, "dice": 0.0, "dice_by_label": {}, "hausdorff95_mm": {}, "volume_ml": {}, "reference_ml": {}}
    masks = label_masks(found, truth, [label.value for label in labels])
    for label, (mask, reference) in zip(labels, masks, strict=True):
        row["dice_by_label"][label.name] = dice(mask, reference)
        distance = hausdorff95(mask, reference, volume.spacing) if measurable else None
        row["hausdorff95_mm"][label.name] = distance
        row["volume_ml"][label.name] = np.count_nonzero(mask) * volume.voxel_volume_ml
        row["reference_ml"][label.name] = np.count_nonzero(reference) * volume.voxel_volume_ml
    row["dice"] = float(np.mean(list(row["dice_by_label"].values())))
    return row


def summary(rows: list[dict]) -> dict:
    """What the rows of :func:`evaluate_case` come to.

    Returns:
        "cases" (the rows), "mean_dice" and "std_dice" (over the cases; the sample's standard deviation, 0 for one
        case), "mean_hausdorff95_mm" (over cases and labels that have one; None where none has), and "by_label": the
        same three by label name.
    """
    by_label = {
        name: {
            **_mean_and_spread([row["dice_by_label"][name] for row in rows]),
            "mean_hausdorff95_mm": _mean([row["hausdorff95_mm"][name] for row in rows]),
        }
        for name in rows[0]["dice_by_label"]
    }
    distances = [distance for row in rows for distance in row["hausdorff95_mm"].values()]
    return {
        **_mean_and_spread([row["dice"] for row in rows]),
        "mean_hausdorff95_mm": _mean(distances),
        "by_label": by_label,
        "cases": rows,
    }


def table(figures: dict) -> str:
    """A summary as text: a line for each case and label, the labels' means, and a last line with those over all."""
    lines = [("case", "label", "Dice", "HD95 mm", "mL", "reference mL")]
    for row in figures["cases"]:
        for name, overlap in row["dice_by_label"].items():
            volumes = (hundredths_text(row[key][name]) for key in ("volume_ml", "reference_ml"))
            lines.append((row["case"], name, f"{overlap:.4f}", _number(row["hausdorff95_mm"][name]), *volumes))
    if len(figures["by_label"]) > 1:
        for name, means in figures["by_label"].items():
            lines.append(("mean", name, f"{means['mean_dice']:.4f}", _number(means["mean_hausdorff95_mm"]), "", ""))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = [
        "  ".join(cell.ljust(width) if column < 2 else cell.rjust(width) for column, (cell, width) in cells).rstrip()
        for cells in (enumerate(zip(line, widths, strict=True)) for line in lines)
    ]
    text.append(
        f"mean Dice {figures['mean_dice']:.4f}  standard deviation {figures['std_dice']:.4f}"
        f"  mean HD95 {_number(figures['mean_hausdorff95_mm'])} mm  cases {len(figures['cases'])}"
    )
    return "\n".join(text)


def dice_of_labels(evaluation: dict) -> dict[str, float]:
    """Mean Dice by label name from a card's `evaluation`, which anybody may have written; empty for a single label."""
    parts = evaluation.get("by_label")
    if not isinstance(parts, dict) or len(parts) < 2:
        return {}
    found = {name: part.get("mean_dice") for name, part in parts.items() if isinstance(part, dict)}
    return {name: float(mean) for name, mean in found.items() if isinstance(mean, (int, float))}


def distance_problem() -> str:
    """Why distances cannot be measured here, in one sentence; empty when they can."""
    try:
        distance_tools()
    except MedNCAError as error:
        return str(error)
    return ""


def _mean_and_spread(overlaps: list[float]) -> dict[str, float]:
    spread = float(np.std(overlaps, ddof=1)) if len(overlaps) > 1 else 0.0
    return {"mean_dice": float(np.mean(overlaps)), "std_dice": spread}


def _mean(distances: list[float | None]) -> float | None:
    known = [distance for distance in distances if distance is not None]
    return float(np.mean(known)) if known else None


def _number(distance: float | None) -> str:
    return "-" if distance is None else f"{distance:.2f}"
