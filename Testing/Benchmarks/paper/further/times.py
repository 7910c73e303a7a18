"""Processor seconds of one scan by row, for rows that differ from each other in more than their training."""

from __future__ import annotations

import time

from mednca.cases import read_case

from .. import results
from ..rows import ROWS
from ..study import Study
from .subject import from_row

NAME = "further/times"


def measure(study: Study, command: str) -> None:
    """Add what is missing: each final row beyond the paper, on the first validation case."""
    result = results.read(NAME, study.into) or {"measured": []}
    done = {one["row"] for one in result["measured"]}
    case = study.parts["validation"][0]
    volume, _ = read_case(case)
    for row in ROWS:
        if row.group != "further" or row.name in done:
            continue
        subject = from_row(row, study)
        if subject is None:
            continue
        started = time.process_time()
        subject.run(volume, study.device)
        seconds = time.process_time() - started
        found = {"row": row.name, "case": case.name, "device": study.device, "cpu_seconds": seconds}
        result["measured"].append({**found, **study.provenance(command)})
        results.write(NAME, result, study.into)
