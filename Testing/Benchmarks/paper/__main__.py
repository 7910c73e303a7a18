"""`python -m paper` trains and measures the rows and draws tables and figures; what is done already is not repeated."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from common import REPOSITORY, set_threads

THREADS = set_threads()

from mednca.errors import MedNCAError  # noqa: E402

from .rows import BY_NAME, ROWS, Row  # noqa: E402

DATA = REPOSITORY.parent / "shared" / "data" / "hippocampus"
PARTS = ("train", "robustness", "smallest", "draw")
ON_REQUEST = ("rates",)  # what the others rest on and need not be made again


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m paper", description=__doc__)
    known = f"{', '.join(PARTS)} (all of these when left out), {', '.join(ON_REQUEST)}"
    parser.add_argument("parts", nargs="*", metavar="PART", help=known)
    parser.add_argument("--list", action="store_true", help="show the rows and where they stand")
    parser.add_argument("--only", nargs="+", metavar="ROW", default=[], help="these rows alone")
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="the Decathlon's hippocampus folder")
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
    return options


def command_of(options: argparse.Namespace, part: str, row: Row | None = None) -> str:
    """The command that makes one result again, wherever the data lie."""
    words = ["python -m paper", part]
    words += ["--only", row.name] if row else []
    words += [] if part == "smallest" else ["--data", "hippocampus/", "--seed", str(options.seed)]
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


def results_folder(options: argparse.Namespace) -> Path:
    from . import results

    return options.results or results.FOLDER


def show(options: argparse.Namespace) -> None:
    from .standing import standing

    width = max(len(row.name) for row in ROWS) + 2
    for row in ROWS:
        count = "" if row.parameters is None else f"{row.parameters:,}"
        print(f"{row.name:{width}}{count:>12}  {standing(row, results_folder(options))}")


def train(options: argparse.Namespace) -> None:
    import torch

    from .split import find_parts, load_split
    from .table_row import make_row

    torch.set_num_threads(THREADS)
    parts = find_parts(options.data, load_split())
    for row in options.rows:
        if row.group == "nnunet":
            train_nnunet(row, parts, options)
            continue
        print(f"{row.name}: {row.title}", flush=True)
        make_row(
            row,
            parts,
            options.work,
            command=command_of(options, "train", row),
            hours=options.hours,
            finish=options.finish,
            seed=options.seed,
            device=options.device,
            into=results_folder(options),
            report=tell,
        )


def train_nnunet(row: Row, parts, options: argparse.Namespace) -> None:
    from .nnunet import make_nnunet_row

    if options.device == "cpu":
        print(f"{row.name}: not run; {row.note}. {row.command}")
        return
    command = command_of(options, "train", row)
    make_nnunet_row(row, parts, options.work, command=command, device=options.device, into=results_folder(options))


def tell(training) -> None:
    """One line of progress."""
    last = training.history[-1] if training.history else None
    dice = f"Dice {last['dice']:.4f} at {last['iteration']}" if last else ""
    print(f"  {training.iteration:6d}  loss {training.loss:.4f}  {training.seconds / 3600:.2f} h  {dice}", flush=True)


def rates(options: argparse.Namespace) -> None:
    import torch

    from .rates import try_rates
    from .split import find_parts, load_split

    torch.set_num_threads(THREADS)
    cases = find_parts(options.data, load_split())["training"]
    for row in options.rows:
        if row.make is not None:
            command = command_of(options, "rates", row)
            try_rates(row, cases, results_folder(options), command, seed=options.seed, device=options.device)


def robustness(options: argparse.Namespace) -> None:
    from .robustness import measure_row
    from .split import find_parts, load_split

    parts = find_parts(options.data, load_split())
    for row in options.rows:
        if row.make is not None:
            measure_row(row, parts, options, command_of(options, "robustness", row), results_folder(options))


def smallest(options: argparse.Namespace) -> None:
    import torch

    from . import smallest, whole_mri

    torch.set_num_threads(THREADS)
    command = command_of(options, "smallest")
    smallest.measure(results_folder(options), command)
    whole_mri.measure(results_folder(options), command, options.device, THREADS)


def draw(options: argparse.Namespace) -> None:
    from .draw import DOCUMENT, draw_all

    if options.results is None:
        draw_all()
        return
    # Results of one's own have a page of their own.
    page = options.results / DOCUMENT.name
    page.write_bytes(DOCUMENT.read_bytes())
    draw_all(options.results, page, options.results / "pictures")


WORK = {"rates": rates, "train": train, "robustness": robustness, "smallest": smallest, "draw": draw}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
