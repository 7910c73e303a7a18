"""Figures measured so far, so that an interrupted measurement goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mednca.writing import replacing


class Kept:
    """Values by name in a file, for as long as they are of the same thing."""

    def __init__(self, path: Path, of: str) -> None:
        """Args:
        path: the file; its folder is made.
        of: what the values belong to, such as a hash of the weights; a file of anything else counts as empty.
        """
        self.path, self.of = path, of
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        self.values: dict[str, Any] = found["values"] if found.get("of") == of else {}

    def get(self, name: str, measure: Callable[[], Any]) -> Any:
        """The value of a name, measured and written down where it is missing."""
        if name not in self.values:
            value = measure()
            self.values[name] = value
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self.path) as temporary:
                temporary.write_text(json.dumps({"of": self.of, "values": self.values}), encoding="utf-8")
        return self.values[name]
