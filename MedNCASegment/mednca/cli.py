"""The command line: `python -m mednca`, or `mednca` when installed with pip."""

from __future__ import annotations

import argparse
import io
import locale
import os
import sys
from contextlib import suppress
from typing import NoReturn

from . import __version__
from .errors import MedNCAError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, 2 on bad input (with one sentence), 130 when interrupted."""
    # None where they were closed (mednca ... 2>&-).
    sys.stdout, sys.stderr = (stream or open(os.devnull, "w") for stream in (sys.stdout, sys.stderr))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that the terminal cannot show must not end the program.
            stream.reconfigure(errors="backslashreplace")
    _names_in_utf8()
    options = _parser().parse_args(arguments)
    try:
        # Imported only now, so that --help and a wrong argument answer at once.
        from . import commands

        getattr(commands, options.command)(options)
        sys.stdout.flush()
    except MedNCAError as error:
        return _fail(str(error), 2)
    except MemoryError:
        return _fail("There is not enough memory for this volume; crop it or record fewer steps.", 2)
    except KeyboardInterrupt:
        return _fail("Interrupted; no file was left half-written.", 130)
    except BrokenPipeError:
        # The reader of our output went away (mednca models | head); keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        place = f"'{error.filename}'" if error.filename is not None else "The terminal, pipe or file that is written to"
        return _fail(f"{place} cannot be used ({error.strerror or error}); check the path and the disk.", 2)
    return 0


def _names_in_utf8() -> None:
    """Let the C library of Windows take names of files in UTF-8, as SimpleITK gives them."""
    if sys.platform == "win32":
        # Not before Windows 10; names in ASCII are the same there.
        with suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, ".UTF8")


def _fail(sentence: str, code: int) -> int:
    print(f"mednca: {sentence}", file=sys.stderr)
    return code


class _Parser(argparse.ArgumentParser):
    """Answers a wrong argument with one sentence, as everything else here does."""

    def error(self, message: str) -> NoReturn:
        self.exit(_fail(f"{message}; see {self.prog} --help.", 2))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="mednca", description="Medical image segmentation with Neural Cellular Automata. Not for clinical use."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    segment = commands.add_parser(
        "segment",
        help="segment a scan",
        description="Segment a scan: all of it, so crop it first to what the model expects (see mednca info).",
    )
    segment.add_argument("scan", metavar="SCAN", help="image file (.nii, .nii.gz; others with SimpleITK)")
    segment.add_argument("-o", "--output", required=True, metavar="SEG", help="label map to write, on the scan's grid")
    _add_running(segment)
    segment.add_argument(
        "--probability",
        metavar="FILE",
        help="also write the probability; for several labels, one file each: FILE_label1, FILE_label2, ...",
    )
    segment.add_argument(
        "--steps-to",
        metavar="DIR",
        help="also write the label map after each step of the first run (of a large scan, after some); the last"
        " one is the result",
    )
    segment.add_argument("--json", metavar="FILE", help="also write volumes, spread of the runs, time and settings")

    commands.add_parser("models", help="list the models that come with MedNCA")

    info = commands.add_parser("info", help="show a model's card")
    info.add_argument("model", metavar="MODEL", help="name of a shipped model, or a .npz file")

    evaluate = commands.add_parser(
        "evaluate",
        help="figures of a model on labelled cases",
        description="Dice, 95 % Hausdorff distance (needs SimpleITK) and volumes of every case, on its own grid.",
    )
    _add_labelled(evaluate)
    _add_running(evaluate, model_required=True)
    evaluate.add_argument("--json", metavar="FILE", help="write the figures of every case")

    report = commands.add_parser(
        "report",
        help="how robust a model is on labelled cases",
        description="Dice of every case when its scale, shape or position has changed, and with artefacts of MRI (these"
        " need torchio), in rising severity: the experiments of the paper's figures 5 and 6, for any model.",
        epilog="Writes report.md to read (with figures where matplotlib is installed), report.csv and report.json."
        " Ctrl-C, or a file named 'stop' in the folder, stops it; the same command goes on from there.",
    )
    _add_labelled(report)
    _add_running(report, model_required=True)
    report.add_argument("-o", "--output", required=True, metavar="FOLDER", help="folder to write to")
    report.add_argument(
        "--only",
        nargs="+",
        metavar="NAME",
        help="some experiments alone: scale, stretch, shift (translation), ghosting, anisotropy, bias (bias field)",
    )

    convert = commands.add_parser("convert", help="convert checkpoints of the authors' PyTorch code (needs torch)")
    convert.add_argument("levels", nargs="+", metavar="LEVEL.pth", help="state dicts of the levels, coarse to fine")
    convert.add_argument("-o", "--output", required=True, metavar="MODEL", help="model file to write (.npz)")
    convert.add_argument("--card", metavar="CARD", help="JSON card; without it, the authors' hippocampus settings")

    join = commands.add_parser(
        "join",
        help="join models of different planes to one",
        description="Join models that each see the slices of one plane: the joined model runs each and averages them."
        " They must find the same labels, and differ in their planes and sizes alone.",
    )
    join.add_argument("models", nargs="+", metavar="MODEL", help="shipped models by name, or model files (.npz)")
    join.add_argument("-o", "--output", required=True, metavar="MODEL", help="model file to write (.npz)")
    join.add_argument("--name", metavar="NAME", help="of the joined model (the first one's)")

    plan = commands.add_parser(
        "plan",
        help="look at labelled cases and propose how to train on them",
        description="Look at labelled cases and print a plan to train on them (JSON), to be edited and given to train.",
    )
    plan.add_argument(
        "--data",
        required=True,
        metavar="DIR",
        help="folder with dataset.json, imagesTr and labelsTr, or images and labels",
    )
    plan.add_argument("-o", "--output", metavar="PLAN", help="plan to write (.json); printed without it")
    plan.add_argument(
        "--preset",
        metavar="NAME",
        help="start from a preset: backbone-nca-64, hippocampus, hippocampus-parts, hippocampus-sagittal, med-nca,"
        " med-nca-c16, med-nca-h64",
    )
    plan.add_argument("--memory", type=float, metavar="GB", help="most memory that training may take")
    plan.add_argument("--minutes", type=float, metavar="M", help="most time that training may take")
    plan.add_argument("--merge-labels", action="store_true", help="train one label: everything that is labelled")
    plan.add_argument("--exclude", nargs="*", default=[], metavar="CASE", help="cases that take no part at all")
    plan.add_argument("--skip-bad", action="store_true", help="leave out cases that cannot be used")

    _add_train(commands)
    return parser


def _add_train(commands) -> None:
    train = commands.add_parser(
        "train",
        help="train a model on labelled cases (needs PyTorch)",
        description="Train a model on labelled cases. How is planned from the cases (see mednca plan), unless a preset"
        " or a plan says it.",
        epilog="Ctrl-C, or a file named 'stop' in the work folder, stops after a checkpoint; the same command with"
        " --resume goes on as if it had never stopped. torchrun -m mednca train ... trains on several GPUs or"
        " machines.",
    )
    train.add_argument("--data", required=True, metavar="DIR", help="folder with the cases, as for mednca plan")
    train.add_argument("-o", "--output", required=True, metavar="MODEL", help="model file to write (.npz)")

    what = train.add_argument_group("what to train")
    either = what.add_mutually_exclusive_group()
    either.add_argument("--preset", metavar="NAME", help="start from a preset, such as med-nca")
    either.add_argument("--plan", metavar="FILE", help="the plan (.json), as mednca plan writes it")
    what.add_argument("--merge-labels", action="store_true", help="train one label: everything that is labelled")
    what.add_argument(
        "--start", metavar="MODEL", help="begin with the weights of a model, shipped or a file, instead of random ones"
    )
    what.add_argument("--seed", type=int, metavar="N", help="of the split and of all that is random (the plan's, or 0)")

    cases = train.add_argument_group("which cases")
    either = cases.add_mutually_exclusive_group()
    either.add_argument("--validation", type=float, metavar="F", help="fraction that is kept from training (0.2)")
    either.add_argument("--fold", metavar="I/K", help="or the I-th of K parts, for cross-validation")
    cases.add_argument("--exclude", nargs="*", default=[], metavar="CASE", help="cases that take no part at all")
    cases.add_argument("--skip-bad", action="store_true", help="leave out cases that cannot be used")

    limits = train.add_argument_group("limits")
    either = limits.add_mutually_exclusive_group()
    either.add_argument("--iterations", type=int, metavar="N", help="how long to train (as the plan says)")
    either.add_argument("--minutes", type=float, metavar="M", help="or in time, turned into iterations after a start")
    limits.add_argument("--memory", type=float, metavar="GB", help="most memory; the plan is made to fit")
    limits.add_argument("--device", metavar="D", help="cpu, cuda or another of PyTorch's (a GPU if there is one)")
    limits.add_argument("--threads", type=int, metavar="N", help="CPU threads (as many as PyTorch takes)")

    run = train.add_argument_group("the run")
    run.add_argument("--workdir", metavar="DIR", help="checkpoints, log, results (MODEL with .work appended)")
    run.add_argument("--resume", action="store_true", help="go on from the checkpoint in the work folder")


def _add_labelled(parser: argparse.ArgumentParser) -> None:
    """The options of every command that measures a model."""
    parser.add_argument("--images", required=True, metavar="DIR", help="folder with the scans")
    parser.add_argument("--labels", required=True, metavar="DIR", help="folder with label maps of the same names")
    parser.add_argument("--cases", metavar="FILE", help="text file with the case names to take, one a line")


RUNS = (
    "stochastic runs to average, which take turns between the model's planes (as its card says: these alone can warn"
    " that they disagree)"
)


def _add_running(parser: argparse.ArgumentParser, model_required: bool = False) -> None:
    """The options of every command that runs a model."""
    parser.add_argument(
        "--model",
        required=model_required,
        default=None if model_required else "hippocampus",
        metavar="NAME|FILE",
        help="shipped model or .npz file" + ("" if model_required else " (hippocampus)"),
    )
    parser.add_argument(
        "--engine",
        choices=("auto", "numpy", "torch"),
        default="auto",
        help="numpy needs nothing more, torch is for GPUs; auto takes torch where --device asks for it (auto)",
    )
    parser.add_argument("--device", metavar="cpu|cuda", help="cuda runs the torch engine on a GPU")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the cells' random firing (0)")
    parser.add_argument("--runs", type=int, metavar="N", help=RUNS)
