"""What the command line does, one function a subcommand; see :mod:`mednca.cli` for their arguments."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from pathlib import Path

from .arguments import labelled_cases, need_folder, need_folder_of, need_model_ending, need_usable, read_text
from .card import Card
from .cases import read_case
from .console import ProgressBar, duration
from .engines import make_engine
from .errors import MedNCAError
from .evaluation import dice_of_labels, distance_problem, evaluate_case, summary, table
from .files import check_ending, read_volume, stem, write_volume
from .joining import join as join_models
from .metrics import hundredths_text
from .model import load_model, save_model, shipped_models
from .options import Options, in_words, runs_in_words
from .segmenter import Result, Segmenter
from .volume import Volume
from .writing import replacing


def segment(options: argparse.Namespace) -> None:
    """`mednca segment`: a scan to a label map."""
    for path in filter(None, (options.output, options.probability)):
        check_ending(path, writing=True)
    segmenter = _segmenter(options, record=bool(options.steps_to))
    card = segmenter.model.card
    maps = _probability_files(options.probability, card)
    files = [Path(path) for path in (options.scan, options.output, *maps, options.json) if path]
    for path in files[1:]:
        need_folder_of(path)
    if len({path.resolve() for path in files}) < len(files):
        raise MedNCAError("The scan and the files to write must all be different; change one of the names.")
    steps_to = Path(options.steps_to) if options.steps_to else None
    if steps_to is not None:
        need_folder(steps_to)
    volume = read_volume(options.scan)
    result = _run(segmenter, volume, Path(options.scan).name)

    write_volume(options.output, Volume(result.labels, volume.affine))
    for path, chance in zip(maps, result.probability, strict=False):
        write_volume(path, Volume(chance, volume.affine))
    if steps_to is not None:
        _write_steps(steps_to, result, volume)
    summary = {
        "scan": str(options.scan),
        "model": card.name,
        "model_version": card.version,
        "engine": segmenter.engine.name,
        "device": segmenter.engine.device,
        "seed": options.seed,
        "runs": segmenter.runs,
        "mirrored": segmenter.mirrored,
        "planes": list(segmenter.planes),
        "volume_ml": result.volume_ml,
        "quality": result.quality,
        "quality_limit": result.quality_limit,
        "doubtful": result.is_doubtful,
        "seconds": round(result.seconds, 3),
    }
    if options.json:
        _write_json(options.json, summary)
    for name, ml in result.volume_ml.items():
        print(f"{name}: {hundredths_text(ml)} mL")
    print(f"{result.seconds:.1f} s, written to {options.output}")
    if result.is_doubtful:
        print(
            f"The runs disagree (spread {result.quality:.3f}, limit {result.quality_limit:.3f}): check this"
            " segmentation before you use it."
        )
    if not any(result.volume_ml.values()):
        print(f"Nothing was found. The model expects: {card.expects or card.modality}")


def models(options: argparse.Namespace) -> None:
    """`mednca models`: the shipped models, a line each."""
    for name, path in shipped_models().items():
        card = load_model(path).card
        print(f"{name:18} {card.title:50} {_dice_of(card)}")


def info(options: argparse.Namespace) -> None:
    """`mednca info`: a model's card in words."""
    model = load_model(options.model)
    card = model.card
    grid = card.input.spacing and f"{card.input.spacing[0]:g} x {card.input.spacing[1]:g} mm a cell"
    grid = grid or f"{card.input.size[0]} x {card.input.size[1]} cells a slice"
    if card.input.channels > 1:
        beside, apart = card.input.channels // 2, card.input.neighbour_mm
        grid += f", seen with {beside} on either side, {apart:g} mm from one to the next"
    rows = {
        "Name": f"{card.name} {card.version}".strip(),
        "Title": card.title,
        "Anatomy": card.anatomy,
        "Modality": card.modality,
        "Expects": card.expects,
        "Labels": ", ".join(f"{label.value} {label.name}" for label in card.labels),
        "Slices": f"{in_words(card.input.planes)}, {grid}",
        "Levels": ", ".join(f"1/{level.scale} of the size, {level.steps} steps" for level in card.levels),
        "Cells": f"{_sizes(card)}, fire rate {card.fire_rate:g}",
        "Runs": runs_in_words(card.runs, card.mirrored, card.input.planes) if card.runs > 1 else "",
        "Doubtful": f"where the spread of the runs is above {card.spread_limit:g}" if card.spread_limit else "",
        "Parameters": f"{model.parameters:,}",
        "Accuracy": _dice_of(card),
        "Measured": card.evaluation.get("how", ""),
        "Trained": card.training.get("command", ""),
        "Data": card.training.get("data", ""),
        "Licence": card.licence,
        "Date": card.date,
        "Use": card.intended_use,
    }
    for name, value in rows.items():
        if value:
            print(f"{name:11} {value}")


def evaluate(options: argparse.Namespace) -> None:
    """`mednca evaluate`: Dice, 95 % Hausdorff distance and volumes of every case on its own grid."""
    if options.json:
        need_folder_of(options.json)
    cases = labelled_cases(options.images, options.labels, options.cases)
    segmenter = _segmenter(options)
    need_usable(cases, segmenter)
    card = segmenter.model.card
    problem = distance_problem()
    if problem:
        print(f"mednca: {problem}", file=sys.stderr)
    bar = ProgressBar()
    rows = []
    try:
        for number, case in enumerate(cases):
            volume, truth = read_case(case)
            for event in segmenter.events(volume):
                bar.show((number + event.fraction) / len(cases) * 0.9999, f"case {number + 1} of {len(cases)}")
                result = event.result
            row = evaluate_case(case.name, result.labels, truth, volume, card.labels)
            rows.append({**row, "quality": result.quality, "doubtful": result.is_doubtful})
    finally:
        bar.close()
    figures = summary(rows)
    doubtful = [row["case"] for row in rows if row["doubtful"]]
    # The file first: who reads what is printed may go away (mednca evaluate ... | head).
    if options.json:
        run = {
            "model": card.name,
            "model_version": card.version,
            "seed": options.seed,
            "runs": segmenter.runs,
            "mirrored": segmenter.mirrored,
            "planes": list(segmenter.planes),
            "quality_limit": segmenter.quality_limit,
        }
        _write_json(options.json, run | figures)
    print(table(figures))
    if doubtful:
        print(f"The runs disagree in {len(doubtful)} of {len(rows)} cases: {', '.join(doubtful)}")


def report(options: argparse.Namespace) -> None:
    """`mednca report`: Dice of every case under changes and artefacts, as tables, text and figures."""
    from .report import command

    command.report(options)


def convert(options: argparse.Namespace) -> None:
    """`mednca convert`: the authors' checkpoints to a model file."""
    from .conversion import convert_checkpoints

    need_model_ending(options.output)
    need_folder_of(options.output)
    card = _read_card(options.card) if options.card else None
    model = convert_checkpoints(options.levels, card)
    save_model(model, options.output)
    print(f"{model.parameters:,} parameters written to {options.output}")


def join(options: argparse.Namespace) -> None:
    """`mednca join`: models of different planes to one model file."""
    need_model_ending(options.output)
    need_folder_of(options.output)
    if any(os.path.realpath(one) == os.path.realpath(options.output) for one in options.models):
        raise MedNCAError(f"'{options.output}' is one of the models to join; write to another file.")
    model = join_models([load_model(one) for one in options.models], options.name)
    save_model(model, options.output)
    planes = in_words(model.card.input.planes)
    print(f"{model.parameters:,} parameters, for {planes} slices, written to {options.output}")


def plan(options: argparse.Namespace) -> None:
    """`mednca plan`: labelled cases to a plan."""
    from .training import plan_command

    plan_command.plan(options)


def train(options: argparse.Namespace) -> None:
    """`mednca train`: labelled cases to a model file."""
    from .training import commands

    commands.train(options)


def _segmenter(options: argparse.Namespace, record: bool = False) -> Segmenter:
    model = load_model(options.model)
    engine = make_engine(options.engine, options.device)
    return Segmenter(model, engine, Options(seed=options.seed, runs=options.runs, record=record))


def _run(segmenter: Segmenter, volume: Volume, name: str) -> Result:
    """Run with a progress bar."""
    bar = ProgressBar()
    try:
        for event in segmenter.events(volume):
            left = "" if event.seconds_left is None else f", {duration(event.seconds_left)} left"
            run = f"run {event.run} of {event.runs}, " if event.runs > 1 else ""
            where = f"{run}slice {event.slice} of {event.slices}, level {event.level}, step {event.step}"
            bar.show(event.fraction, f"{name}: {where}{left}")
        return event.result
    finally:
        bar.close()


def _probability_files(name: str | None, card: Card) -> list[Path]:
    """One file a label, in the card's order: p.nii.gz, or p_label1.nii.gz, p_label2.nii.gz, ... for several."""
    if name is None:
        return []
    path = Path(name)
    if len(card.labels) == 1:
        return [path]
    base = stem(path)
    return [path.with_name(f"{base}_label{label.value}{path.name[len(base) :]}") for label in card.labels]


STEP_FILE = re.compile(r"level\d+_step\d{3,}\.nii\.gz")


def _write_steps(folder: Path, result: Result, volume: Volume) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for former in folder.iterdir():  # another run may have had more of them
            if STEP_FILE.fullmatch(former.name):
                former.unlink()
    except OSError as error:
        raise MedNCAError(f"The steps cannot be written to '{folder}' ({error.strerror}).") from error
    for one in result.steps:
        name = f"level{one.level}_step{one.step:03d}.nii.gz"
        write_volume(folder / name, Volume(one.labels, volume.affine))


def _read_card(path: str | Path) -> Card:
    text = read_text(path)
    try:
        return Card.from_json(text)
    except MedNCAError as error:
        raise MedNCAError(f"'{path}' cannot be used as a card: {error}") from error


def _write_json(path: str | Path, content: dict) -> None:
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _sizes(card: Card) -> str:
    """Channels and hidden size, of each plane where these have rules of their own."""
    sizes = [f"{one.channels} channels, hidden size {one.hidden}" for one in (card, *card.further_rules)]
    if len(sizes) == 1:
        return sizes[0]
    return "; ".join(f"{plane}: {size}" for plane, size in zip(card.input.planes, sizes, strict=True))


def _dice_of(card: Card) -> str:
    mean = card.evaluation.get("mean_dice")
    if not isinstance(mean, (int, float)):
        return "Dice not measured"
    parts = ", ".join(f"{name} {part:.4f}" for name, part in dice_of_labels(card.evaluation).items())
    return f"Dice {mean:.4f} on {card.evaluation.get('cases', '?')} cases" + (f" ({parts})" if parts else "")
