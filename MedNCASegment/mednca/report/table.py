"""A report as a long table: report.csv, a line for each experiment, level, label and case."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from ..writing import replacing

TABLE = "report.csv"
COLUMNS = ("experiment", "title", "level", "unchanged", "label", "case", "dice")


def write_table(folder: Path, result: dict[str, Any]) -> None:
    """Write a result of :func:`mednca.report.result.read_result`.

    `unchanged` is 1 where nothing was done to the scan, `dice` is empty where the reference has nothing of the label.

    Raises:
        MedNCAError: the file cannot be written.
    """
    # The byte order mark tells spreadsheets that it is UTF-8.
    with replacing(Path(folder) / TABLE) as temporary, open(temporary, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for one in result["experiments"]:
            for label, rows in one["dice"].items():
                for level, overlaps in zip(one["levels"], rows, strict=True):
                    same = int(level == one["unchanged"])
                    for case, dice in zip(result["cases"], overlaps, strict=True):
                        shown = "" if dice is None else f"{dice:.6f}"
                        writer.writerow((one["name"], one["title"], f"{level:g}", same, label, case, shown))
