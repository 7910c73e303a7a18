"""A Markdown file some parts of which are made by a program: they stand between two comments with their name."""

from __future__ import annotations

from pathlib import Path

from mednca.errors import MedNCAError
from mednca.writing import replacing


def fill(path: Path, parts: dict[str, str]) -> None:
    """Put text between `<!-- made: NAME -->` and `<!-- end: NAME -->` for every name; the rest stays as it is.

    Raises:
        MedNCAError: a part has no place in the file, or the file cannot be written.
    """
    text = path.read_text(encoding="utf-8")
    for name, content in parts.items():
        begin, end = f"<!-- made: {name} -->", f"<!-- end: {name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise MedNCAError(f"'{path}' must have the comments '{begin}' and '{end}' once each.")
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n{content.strip()}\n{end}{after}"
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
