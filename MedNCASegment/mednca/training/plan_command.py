"""`mednca plan`: labelled cases to a plan; and what `mednca train` shares with it, looking at the cases first."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..arguments import need_folder_of, need_readers
from ..cases import AnyCase, Dataset, find_dataset, leave_out
from ..console import ProgressBar, duration
from ..errors import MedNCAError
from ..writing import replacing
from .checking import CheckedCase, checking, fingerprint, table, usable
from .duration import machine_speed, seconds_per_iteration
from .fingerprint import Fingerprint
from .plan import Plan, check_preset, propose

LEAST_GB, MOST_GB = 0.1, 1e5
MOST_MINUTES = 1e6


@dataclass(frozen=True)
class Looked:
    """The cases of a folder after a look at each: the good ones, the names of those left out as bad, what they are
    like."""

    dataset: Dataset
    cases: list[AnyCase]
    bad: list[str]
    fingerprint: Fingerprint


def look_at(folder: str | Path, exclude: Iterable[str] = (), skip_bad: bool = False) -> Looked:
    """Check all cases of a folder with a progress bar, and print the table of them on standard error.

    Args:
        folder: see :func:`mednca.cases.find_dataset`.
        exclude: names that are not looked at.
        skip_bad: leave out what cannot be used.

    Raises:
        MedNCAError: the folder cannot be used, a name to exclude does not exist, or cases cannot be used.
    """
    dataset = find_dataset(folder)
    cases = leave_out(dataset.cases, exclude)
    need_readers(cases)
    bar, rows = ProgressBar(), []
    try:
        for row in checking(cases, dataset.labels):
            rows.append(row)
            bar.show(len(rows) / len(cases), f"looking at {row.name}")
    finally:
        bar.close()
    print(table(rows), file=sys.stderr)
    good: list[CheckedCase] = usable(rows, skip_bad)
    bad = [row.name for row in rows if not row.ok]
    return Looked(dataset, [row.case for row in good], bad, fingerprint(good, dataset.labels))


def plan(options: argparse.Namespace) -> None:
    """`mednca plan`: print a plan, or write it."""
    check_limits(options.memory, options.minutes)
    check_preset(options.preset)
    if options.output:
        need_folder_of(options.output)
        if Path(options.output).exists():
            raise MedNCAError(f"'{options.output}' exists already and may have been edited; give another name.")
    looked = look_at(options.data, options.exclude, options.skip_bad)
    proposed = propose(
        looked.fingerprint,
        memory_gb=options.memory,
        minutes=options.minutes,
        preset=options.preset,
        dataset=looked.dataset,
        merge_labels=options.merge_labels,
    )
    if options.output:
        with replacing(options.output) as temporary:
            temporary.write_text(proposed.to_json() + "\n", encoding="utf-8")
    else:
        print(proposed.to_json())
    print(summary(proposed), file=sys.stderr)
    if options.output:
        print(f"written to {options.output}")


def check_limits(memory_gb: float | None, minutes: float | None) -> None:
    """Raises MedNCAError when a limit makes no sense."""
    if memory_gb is not None and not LEAST_GB <= memory_gb <= MOST_GB:
        raise MedNCAError(f"--memory must be from {LEAST_GB:g} to {MOST_GB:,.0f} GB.")
    if minutes is not None and not 0 < minutes <= MOST_MINUTES:
        raise MedNCAError(f"--minutes must be above 0 and at most {MOST_MINUTES:,.0f}.")


def summary(made: Plan) -> str:
    """A plan's reasons and what it takes on this machine, one line each."""
    width = max(map(len, made.why), default=0)
    lines = [f"{name:{width}}  {sentence}" for name, sentence in made.why.items()]
    lines.append(f"Training takes about {made.memory_bytes / 1e9:.1f} GB of memory.")
    each = seconds_per_iteration(made.card, made.recipe, made.cells, machine_speed())
    if made.recipe.minutes is None:
        count = made.recipe.iterations
        lines.append(f"{count:,} iterations take roughly {duration(count * each)} on this machine, without a GPU.")
    else:
        count = max(1, round(60 * made.recipe.minutes / each))
        lines.append(f"In {made.recipe.minutes:g} minutes this machine makes roughly {count:,} iterations.")
    return "\n".join(lines)
