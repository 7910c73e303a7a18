"""`mednca train`: labelled cases to a model file, from a terminal or from the panel in Slicer."""

from __future__ import annotations

import argparse
import datetime
import json
from dataclasses import replace
from pathlib import Path

from ..arguments import need_folder_of, need_model_ending
from ..console import ProgressBar, duration
from ..errors import MedNCAError
from ..model import save_model
from .failing import memory_explained, told
from .run_folder import CHECKPOINT, PLAN, SPLIT, STATUS, RunFolder
from .starting import cases_of, check_arguments, new_job, resumed_job, start_of


def train(options: argparse.Namespace) -> None:
    """Train, or go on with a training.

    Raises:
        MedNCAError: one sentence that says what is wrong; the work folder's status has it too.
        SystemExit: stopped by a signal, after a checkpoint was written.
    """
    # First, as importing PyTorch takes seconds.
    need_model_ending(options.output)
    need_folder_of(options.output)
    check_arguments(options)
    workdir = Path(options.workdir or f"{options.output}.work")
    if (workdir / CHECKPOINT).exists() and not options.resume:
        raise MedNCAError(
            f"'{workdir}' holds an earlier run; add --resume to go on with it, or give another --workdir."
        )
    if Path(options.output).exists() and not _is_of(workdir, options.output):
        raise MedNCAError(f"'{options.output}' exists already, and not from a run in '{workdir}'; give another name.")
    try:
        import torch

        from .interruption import Paused
        from .parallel import World
    except (ImportError, OSError) as error:  # OSError: a library of PyTorch's does not load
        raise MedNCAError(
            "Training needs PyTorch, and artefacts TorchIO; install them (pip install torch torchio)."
        ) from error

    if options.threads:
        torch.set_num_threads(options.threads)
    with World(options.device) as world, RunFolder(workdir, writes=world.first) as folder, told(folder):
        try:
            _train(options, folder, world)
        except Paused as paused:
            if world.first:
                print(f"paused at iteration {paused.iteration}; the same command with --resume goes on")
            if paused.number is not None:
                raise SystemExit(128 + paused.number) from paused


def _train(options: argparse.Namespace, folder: RunFolder, world) -> None:
    from .checkpoint import find_checkpoint
    from .finishing import finish
    from .job import Job
    from .trainer import Trainer

    folder.update(state="preparing", model=str(Path(options.output).resolve()))
    kept = find_checkpoint(folder, world)
    if options.resume and kept is None and world.first:
        print(f"'{folder.path}' has no checkpoint yet; the run starts at its beginning", flush=True)
    if kept is not None:
        job = resumed_job(options, kept["job"])
    else:
        made = json.dumps(new_job(options).to_state()).encode() if world.first else None
        job = Job.from_state(json.loads(world.from_first(made)))
    folder.write_json(PLAN, json.loads(job.plan.to_json()))
    folder.write_json(SPLIT, job.split)
    training, validation = cases_of(job, options.data)
    display = _Display(folder, shown=world.first)
    try:
        with memory_explained(job.plan):
            begin = job.request.get("start") if kept is None else None
            start = start_of(begin, job.plan) if begin else None
            trainer = Trainer(job, training, validation, folder, world, kept, display.show, start)
            display.say(
                f"{len(training)} {'case' if len(training) == 1 else 'cases'} to train on, {len(validation)} to"
                f" validate, {len(job.left_out)} left out"
                + (f"; going on at iteration {trainer.iteration}" if kept is not None else "")
            )
            model = trainer.run()
            if not world.first:
                return
            model = finish(trainer, model)
    finally:
        display.close()
    model = replace(model, card=replace(model.card, date=datetime.date.today().isoformat()))
    save_model(model, options.output)
    folder.update(state="finished", seconds_left=0.0)
    facts, figures = model.card.training, model.card.evaluation
    if figures:
        print(
            f"validation Dice {figures['mean_dice']:.4f} (standard deviation {figures['std_dice']:.4f},"
            f" {figures['cases']} cases), weights of iteration {facts['weights_of_iteration']}"
        )
    print(f"written to {options.output}")


def _is_of(workdir: Path, model: str) -> bool:
    """Whether the run in a work folder was to write this model file."""
    try:
        return json.loads((workdir / STATUS).read_text(encoding="utf-8"))["model"] == str(Path(model).resolve())
    except (OSError, ValueError, KeyError, TypeError):
        return False


class _Display:
    """The progress bar of a training."""

    def __init__(self, folder: RunFolder, shown: bool) -> None:
        self.folder, self.shown, self.bar = folder, shown, ProgressBar()

    def say(self, text: str) -> None:
        if self.shown:
            print(text, flush=True)

    def show(self, trainer) -> None:
        if not self.shown:
            return
        total, score, loss = trainer.iterations, trainer.score, trainer.learner.loss
        text = f"iteration {trainer.iteration} of {total or '?'}"
        text += f", loss {loss:.3f}" if loss is not None else ""
        text += f", validation Dice {score.dice:.4f}" if score is not None else ""
        left = trainer.seconds_left
        text += f", {duration(left)} left" if left is not None else ""
        state = self.folder.state
        text += f", {state}" if state != "training" else ""
        # The end is drawn when all is done, not after the last iteration.
        self.bar.show(min(trainer.iteration / total, 0.999) if total else 0.0, text)

    def close(self) -> None:
        self.bar.close()
