"""`python -m paper` trains and measures the rows and draws tables and figures; what is done already is not repeated."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from common import REPOSITORY, set_threads

THREADS = set_threads()

from mednca.errors import MedNCAError  # noqa: E402

from . import results  # noqa: E402
from .rows import BY_NAME, ROWS, Row  # noqa: E402
from .tasks import HIPPOCAMPUS, TASKS  # noqa: E402

DATA = REPOSITORY.parent / "shared" / "data" / "hippocampus"
PARTS = ("train", "robustness", "smallest", "further", "draw")
ON_REQUEST = ("rates",)  # what the others rest on and need not be made again


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m paper", description=__doc__)
    known = f"{', '.join(PARTS)} (all of these when left out), {', '.join(ON_REQUEST)}"
    parser.add_argument("parts", nargs="*", metavar="PART", help=known)
    parser.add_argument("--list", action="store_true", help="show the rows and where they stand")
    parser.add_argument("--only", nargs="+", metavar="ROW", default=[], help="these rows alone")
    parser.add_argument("--model", nargs="+", metavar="M", default=[], help="for 'further': shipped models, or files")
    parser.add_argument("--task", choices=TASKS, default=HIPPOCAMPUS.name, help="what is segmented (hippocampus)")
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="folder of the task's labelled cases")
    parser.add_argument("--work", type=Path, default=REPOSITORY / "build" / "paper", metavar="DIR", help="checkpoints")
    parser.add_argument("--results", type=Path, metavar="DIR", help="where results lie (Docs/evidence/results)")
    parser.add_argument("--hours", type=float, metavar="H", help="of training a row, after which it stops early")
    parser.add_argument("--finish", action="store_true", help="look at the test part though a row stopped early")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu", help="of PyTorch (cpu)")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="CPU threads (1)")
    options = parser.parse_args(arguments)
    for part in options.parts:
        if part not in PARTS + ON_REQUEST:
            parser.error(f"there is no part '{part}'; give some of {', '.join(PARTS + ON_REQUEST)}")
    for name in options.only:
        if name not in BY_NAME:
            parser.error(f"there is no row '{name}'; --list shows them")
    options.parts = options.parts or list(PARTS)
    options.rows = [BY_NAME[name] for name in options.only] or list(ROWS)
    options.own_results, options.results = options.results is not None, options.results or results.FOLDER
    return options


def command_of(options: argparse.Namespace, part: str, row: Row | None = None, model: str = "") -> str:
    """The command that makes one result again, wherever the data lie."""
    words = ["python -m paper", part]
    words += ["--only", row.name] if row else []
    words += ["--model", model] if model else []
    if part != "smallest":
        words += ["--task", options.task] if options.task != HIPPOCAMPUS.name else []
        words += ["--data", f"{options.task}/", "--seed", str(options.seed)]
    words += ["--threads", str(THREADS)]
    words += ["--device", options.device] if options.device != "cpu" else []
    words += ["--hours", f"{options.hours:g}"] if options.hours and part == "train" else []
    words += ["--finish"] if options.finish and part == "train" else []
    return " ".join(words)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    try:
        if options.list:
            show(options)
            return 0
        for part in ON_REQUEST + PARTS:
            if part in options.parts:
                WORK[part](options)
    except MedNCAError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def study_asked_for(options: argparse.Namespace):
    import torch

    from .study import study_of

    torch.set_num_threads(THREADS)
    task = TASKS[options.task]
    return study_of(task, options.data, options.work, options.results, options.seed, options.device)


def show(options: argparse.Namespace) -> None:
    from .standing import standing

    folder = options.results if options.task == HIPPOCAMPUS.name else options.results / options.task
    width = max(len(row.name) for row in ROWS) + 2
    for row in ROWS:
        count = "" if row.parameters is None else f"{row.parameters:,}"
        print(f"{row.name:{width}}{count:>12}  {standing(row, folder)}")


def train(options: argparse.Namespace) -> None:
    from . import tables
    from .nnunet import make_nnunet_row
    from .table_row import make_row

    study = study_asked_for(options)
    for row in options.rows:
        command = command_of(options, "train", row)
        if row.group != "nnunet":
            print(f"{row.name}: {row.title}", flush=True)
            make_row(row, study, command, options.hours, options.finish, report=tell)
        elif options.device == "cpu":
            print(f"{row.name}: not run; {row.note}. {tables.command(row, study.task)}")
        else:
            make_nnunet_row(row, study, command)


def tell(training) -> None:
    """One line of progress."""
    last = training.history[-1] if training.history else None
    dice = f"Dice {last['dice']:.4f} at {last['iteration']}" if last else ""
    print(f"  {training.iteration:6d}  loss {training.loss:.4f}  {training.seconds / 3600:.2f} h  {dice}", flush=True)


def rates(options: argparse.Namespace) -> None:
    from .rates import try_rates

    study = study_asked_for(options)
    for row in options.rows:
        if row.make is not None:
            try_rates(row, study, command_of(options, "rates", row))


def robustness(options: argparse.Namespace) -> None:
    from .robustness import measure_row

    study = study_asked_for(options)
    for row in options.rows:
        if row.make is not None:
            measure_row(row, study, command_of(options, "robustness", row))


def smallest(options: argparse.Namespace) -> None:
    import torch

    from . import smallest, whole_mri

    torch.set_num_threads(THREADS)
    command = command_of(options, "smallest")
    smallest.measure(options.results, command)
    whole_mri.measure(options.results, command, options.device, THREADS)


def further(options: argparse.Namespace) -> None:
    from .further import averaging, curves, planes, quality, times
    from .further.compared import PLAIN, SHIPPED
    from .further.subject import from_file, from_row

    study = study_asked_for(options)
    models, rows = options.model, options.only
    if not models and not rows:
        models, rows = ([SHIPPED] if study.task is HIPPOCAMPUS else []), [PLAIN]
        for comparison in (times, planes):
            comparison.measure(study, command_of(options, "further"))
    subjects = [(from_file(one, study), command_of(options, "further", model=Path(one).name)) for one in models]
    subjects += [(from_row(BY_NAME[one], study), command_of(options, "further", BY_NAME[one])) for one in rows]
    for subject, command in subjects:
        if subject is not None:
            averaging.measure(subject, study, command)
            quality.measure(subject, study, command)
            curves.measure(subject, study, command)


def draw(options: argparse.Namespace) -> None:
    from .draw import DOCUMENT, draw_all

    if not options.own_results:
        draw_all()
        return
    # Results of one's own have a page of their own.
    page = options.results / DOCUMENT.name
    page.write_bytes(DOCUMENT.read_bytes())
    draw_all(options.results, page, options.results / "pictures")


WORK = {
    "rates": rates,
    "train": train,
    "robustness": robustness,
    "smallest": smallest,
    "further": further,
    "draw": draw,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
