"""The colour table that Slicer shows label maps with by default, generated: ``slicer-core`` has no colour files."""

import colorsys
import os

_ENTRIES = 256
_GOLDEN_RATIO = 0.618034


def writeColorFiles(shareFolder: str) -> None:
    """Writes ``ColorFiles/GenericColors.txt`` (label 0 transparent, then 255 hues apart from their neighbours)."""
    folder = os.path.join(shareFolder, "ColorFiles")
    os.makedirs(folder)
    lines = ["0 background 0 0 0 0"]
    for label in range(1, _ENTRIES):
        rgb = colorsys.hsv_to_rgb(0.31 + label * _GOLDEN_RATIO, 0.45 + 0.3 * (label % 2), 0.9 - 0.2 * (label % 3 == 2))
        lines.append(f"{label} tissue_{label} " + " ".join(str(round(255 * part)) for part in rgb) + " 255")
    with open(os.path.join(folder, "GenericColors.txt"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
