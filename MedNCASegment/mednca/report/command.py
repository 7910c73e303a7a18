"""`mednca report`: a model and labelled cases to a report, from a terminal or from the panel in Slicer."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..arguments import command_line, labelled_cases, need_usable
from ..console import ProgressBar, duration
from ..engines import make_engine
from ..errors import MedNCAError
from ..model import load_model, shipped_models
from ..options import Options
from ..segmenter import Segmenter
from . import figures
from .changes import EXPERIMENTS, NEEDS_TORCHIO, Experiment, artefacts_missing
from .findings import summary
from .measuring import Measurement
from .partial import Partial
from .progress import FINISHED, INTERRUPTED, ProgressFile
from .result import make_result, write_result
from .table import write_table
from .text import TEXT, write_text

NOT_ASKED = "It was not asked for."


def report(options: argparse.Namespace) -> None:
    """Make a report, or go on with one.

    Raises:
        MedNCAError: one sentence that says what is wrong; the folder's progress.json has it too.
        SystemExit: stopped; what was measured is kept.
    """
    folder = Path(options.output)
    if folder.exists() and not folder.is_dir():
        raise MedNCAError(f"'{folder}' is a file; give a folder for the report.")
    progress = ProgressFile(folder)
    try:
        with _signals_interrupt(), progress.told():
            _report(options, folder, progress)
    except KeyboardInterrupt as error:
        print(INTERRUPTED)
        raise SystemExit(128 + signal.SIGINT) from error


def choose(only: Sequence[str] | None) -> tuple[list[Experiment], list[dict[str, str]]]:
    """The experiments to make, and those left out: "name", "title" and "why".

    Args:
        only: names of those that are wanted; None for all.

    Raises:
        MedNCAError: there is no experiment of such a name.
    """
    names = [one.name for one in EXPERIMENTS]
    unknown = next((name for name in only or () if name not in names), None)
    if unknown is not None:
        raise MedNCAError(f"There is no experiment '{unknown}'; choose from {', '.join(names)}.")
    made, left_out = [], []
    for one in EXPERIMENTS:
        asked = not only or one.name in only
        why = (artefacts_missing() if one.is_artefact else "") if asked else NOT_ASKED
        if why:
            left_out.append({"name": one.name, "title": one.title, "why": why})
        else:
            made.append(one)
    return made, left_out


def _report(options: argparse.Namespace, folder: Path, progress: ProgressFile) -> None:
    experiments, left_out = choose(options.only)
    model = load_model(options.model)
    cases = labelled_cases(options.images, options.labels, options.cases)
    running = Options(seed=options.seed, runs=options.runs)
    running.check()
    engine = make_engine(options.engine, options.device)
    if not experiments:
        raise MedNCAError(f"Nothing of what was asked for can be measured. {NEEDS_TORCHIO}")
    _make(folder)  # first, as it is to tell of a case that cannot be used
    need_usable(cases, Segmenter(model, engine, running))
    partial = Partial(folder, model, running, cases)
    measurement = Measurement(model, cases, experiments, engine, running, partial.found)
    for sentence in filter(None, (partial.note, _told_once(left_out))):
        print(sentence, flush=True)
    _measure(measurement, partial, progress)
    result = make_result(
        model,
        _file_of(options.model),
        running,
        [case.name for case in cases],
        experiments,
        left_out,
        partial.found,
        command_line(),
    )
    write_table(folder, result)
    drawn = figures.draw_figures(folder, result)
    write_text(folder, result, drawn)
    # Last, so that who finds it finds the others too.
    write_result(folder, result)
    total = len(cases) * len(measurement.steps())
    progress.show(state=FINISHED, done=total, total=total, text="", seconds_left=None)
    print(summary(result))
    if not drawn:
        print(figures.MISSING)
    print(f"written to {folder / TEXT}")


def _measure(measurement: Measurement, partial: Partial, progress: ProgressFile) -> None:
    bar = ProgressBar()
    try:
        for event in measurement.events():
            progress.show(done=event.done, total=event.total, text=event.text, seconds_left=event.seconds_left)
            partial.write_now_and_then()
            # The end is drawn when all is written.
            left = "" if event.seconds_left is None else f", {duration(event.seconds_left)} left"
            bar.show(min(event.fraction, 0.9999), event.text + left)
    finally:
        bar.close()
        partial.write()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MedNCAError(f"The folder '{folder}' cannot be made ({error.strerror}).") from error


def _file_of(model: str) -> str:
    return str(shipped_models().get(model) or Path(model).resolve())


def _told_once(left_out: list[dict[str, str]]) -> str:
    """Which experiments cannot be made here and why, in one line; nothing of those that were not asked for."""
    cannot = [one["title"] for one in left_out if one["why"] != NOT_ASKED]
    return f"Left out: {', '.join(cannot)}. {NEEDS_TORCHIO}" if cannot else ""


@contextmanager
def _signals_interrupt() -> Iterator[None]:
    """Let the signal to end do what Ctrl-C does, while this lasts. Needs the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
