"""Where each result comes from: its command with the seed, its split, date and machine, from the JSON alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import results

SHOWN_DIGITS = 8  # of a split's hash


def sources_table(folder: Path, document: Path) -> str:
    """A line for each command of each result, which is linked from the document."""
    lines = [("result", "command, in `Testing/Benchmarks`", "split", "date", "machine"), ("---",) * 5]
    for path in sorted(folder.rglob("*.json")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        where = Path(os.path.relpath(path, document.parent)).as_posix()
        for one in dict.fromkeys(_runs(results.read(name, folder))):
            lines.append((f"[{name}]({where})", *one))
    if len(lines) == 2:
        return "None yet.\n"
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _runs(result: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Command, split, date and machine of a result, or of each measurement in it that has its own."""
    if "command" in result:
        split = result.get("split")
        digits = "-" if split is None else f"{split['sha256'][:SHOWN_DIGITS]}"
        machine = result["machine"]
        yield f"`{result['command']}`", digits, result["date"], f"{machine['processor']}, {machine['cores']} cores"
        return
    for part in result.values():
        for one in part if isinstance(part, list) else ():
            if isinstance(one, dict):
                yield from _runs(one)
