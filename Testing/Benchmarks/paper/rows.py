"""The rows of the paper's Table 1 and Figure 3, and a few more: how each model is made and what the paper says of it.

Importing this needs neither PyTorch nor the packages of the networks; making a model does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mednca.card import Card, Input, Label, Level
from mednca.training.recipe import Recipe

from .tasks import HIPPOCAMPUS, Task

# Of automata with one level, whatever the task: what one cell knows must get across the whole slice, step by step.
SMALL_CELLS, ONE_LEVEL_STEPS = (64, 64), 64
# Learning rates were fixed for each family before any row was trained: for automata the recipe of the shipped model,
# for the plain UNet, which has no normalisation layers, the rate of the authors' published training, and for UNets with
# batch normalisation Adam's usual one.
AUTOMATON_RATE, PLAIN_UNET_RATE, UNET_RATE = 3e-3, 1e-4, 1e-3


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str  # for --only
    title: str
    group: str  # "automaton", "unet", "nnunet" or "further"
    parameters: int | None  # as the program counts them; None where they are not known before training
    make: Callable[[int, Task], Any] | None  # (seed, task) -> Candidate; None: by nnU-Net itself
    learning_rate: float = 0.0
    # The paper's mean Dice and standard deviation by task; empty: in a figure only, or not at all.
    paper_dice: dict[str, tuple[float, float]] = field(default_factory=dict)
    paper_parameters: int | None = None
    note: str = ""


def card_of(
    name: str,
    task: Task,
    scales: tuple[int, ...] = (1,),
    channels: int = 32,
    hidden: int = 128,
    spacing: float | None = None,
    cells: tuple[int, int] | None = None,
    plane: str | None = None,
    neighbours: int = 0,
) -> Card:
    """A card for a task: slices of the task's plane, or of `plane`, resized to the task's cells, or to `cells`, or with
    cells of `spacing` mm; with so many neighbouring slices on both sides, 1 mm apart, as image channels."""
    steps = task.steps if len(scales) > 1 else ONE_LEVEL_STEPS
    grid = {"size": cells or task.cells} if spacing is None else {"spacing": (spacing, spacing)}
    beside = {"channels": 1 + 2 * neighbours, "neighbour_mm": 1.0} if neighbours else {}
    levels = [Level(scale, steps) for scale in scales]
    return Card(
        name, name, [Label(1, task.label)], Input(plane or task.plane, **grid, **beside), levels, channels, hidden
    )


MED_NCA = (4, 1)  # scales of the levels


def _automaton(name: str, recipe: Recipe | None = None, **changes) -> Callable[[int, Task], Any]:
    def make(seed: int, task: Task = HIPPOCAMPUS):
        from .candidates import Automaton

        return Automaton(card_of(name, task, **changes), recipe or Recipe(), seed)

    return make


def _seg_nca(seed: int, task: Task = HIPPOCAMPUS):
    from .seg_nca import SegNca

    return SegNca(card_of("seg-nca", task, cells=SMALL_CELLS), seed)


def _seeded(name: str, multiple: int, network: Callable[[], Any]) -> Callable[[int, Task], Any]:
    def make(seed: int, task: Task = HIPPOCAMPUS):
        import torch

        from .candidates import Dense

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return Dense(network(), card_of(name, task), multiple)

    return make


def _plain_unet():
    import unet

    return unet.UNet2D(in_channels=1, out_classes=1, padding=1)


def _encoder(encoder: str) -> Callable[[], Any]:
    def network():
        from .encoders import encoder_unet

        return encoder_unet(encoder)

    return network


def _encoder_row(name: str, title: str, encoder: str, parameters: int) -> Row:
    return Row(
        f"unet-{name}",
        f"UNet, {title} encoder",
        "unet",
        parameters,
        _seeded(f"unet-{name}", 32, _encoder(encoder)),
        UNET_RATE,
        note=f"segmentation-models-pytorch, encoder '{encoder}', without pretrained weights",
    )


def _nnunet_row(configuration: str, title: str) -> Row:
    return Row(
        f"nnunet-{configuration}",
        title,
        "nnunet",
        None,
        None,
        note="needs a GPU; ends by a rule of its own, after 1,000 epochs",
    )


def one_mm_row(name: str, title: str, note: str, **changes) -> Row:
    """A row with the grid of the shipped model."""
    make = _automaton(name, scales=MED_NCA, spacing=1.0, **changes)
    return Row(name, title, "further", 70_016, make, AUTOMATON_RATE, note=note)


def _paper(hippocampus: tuple[float, float], prostate: tuple[float, float]) -> dict[str, tuple[float, float]]:
    return {"hippocampus": hippocampus, "prostate": prostate}


ROWS = (
    Row(
        "med-nca",
        "Med-NCA",
        "automaton",
        70_016,
        _automaton("med-nca", scales=MED_NCA),
        AUTOMATON_RATE,
        _paper((0.886, 0.042), (0.838, 0.083)),
        70_016,
    ),
    Row(
        "med-nca-c16",
        "Med-NCA, c = 16",
        "automaton",
        25_920,
        _automaton("med-nca-c16", scales=MED_NCA, channels=16),
        AUTOMATON_RATE,
        _paper((0.873, 0.033), (0.822, 0.087)),
        25_920,
    ),
    Row(
        "med-nca-h64",
        "Med-NCA, h = 64",
        "automaton",
        53_504,
        _automaton("med-nca-h64", scales=MED_NCA, hidden=64),
        AUTOMATON_RATE,
        _paper((0.858, 0.047), (0.808, 0.125)),
        47_530,
        "the formula of section 3.2 gives 53,504 where the paper prints 47,530",
    ),
    Row(
        "backbone-nca",
        "Backbone-NCA, 64 x 64",
        "automaton",
        35_008,
        _automaton("backbone-nca", cells=SMALL_CELLS),
        AUTOMATON_RATE,
        _paper((0.871, 0.870), (0.789, 0.132)),
        35_008,
        "takes a day or more on one core. The paper's standard deviation for the hippocampus, 0.870, is as printed",
    ),
    Row(
        "seg-nca",
        "Seg. NCA",
        "automaton",
        39_456,
        _seg_nca,
        AUTOMATON_RATE,
        _paper((0.805, 0.045), (0.634, 0.190)),
        39_472,
        "takes days on one core. Sandler et al. 2020; layer sizes assumed, as the paper gives the count alone",
    ),
    Row(
        "unet",
        "UNet",
        "unet",
        36_950_273,
        _seeded("unet", 16, _plain_unet),
        PLAIN_UNET_RATE,
        _paper((0.858, 0.044), (0.799, 0.099)),
        36_951_555,
        "takes hours on one core. The paper's count is the same network with three channels in and three out",
    ),
    _encoder_row("efficientnet", "EfficientNet", "timm-tf_efficientnet_lite0", 5_614_353),
    _encoder_row("mobilenetv2", "MobileNetV2", "mobilenet_v2", 6_628_369),
    _encoder_row("densenet", "DenseNet", "densenet121", 13_601_361),
    _encoder_row("resnet18", "ResNet18", "resnet18", 14_321_937),
    _encoder_row("vgg11", "VGG11", "vgg11", 18_252_881),
    _nnunet_row("2d", "nnU-Net, 2D"),
    _nnunet_row("3d", "nnU-Net, 3D full resolution"),
    one_mm_row("med-nca-1mm", "Med-NCA, cells of 1 mm", "the grid of the shipped model"),
    one_mm_row("med-nca-1mm-sagittal", "Med-NCA, 1 mm, sagittal", "sagittal slices", plane="sagittal"),
    one_mm_row("med-nca-1mm-axial", "Med-NCA, 1 mm, axial", "axial slices", plane="axial"),
    one_mm_row(
        "med-nca-1mm-neighbours-1",
        "Med-NCA, 1 mm, 1 neighbour",
        "the slice 1 mm ahead and that behind are two more image channels",
        neighbours=1,
    ),
    one_mm_row(
        "med-nca-1mm-neighbours-2",
        "Med-NCA, 1 mm, 2 neighbours",
        "two slices ahead and two behind, 1 mm apart, are four more image channels",
        neighbours=2,
    ),
    Row(
        "med-nca-paper-loss",
        "Med-NCA, the paper's loss",
        "further",
        70_016,
        _automaton("med-nca-paper-loss", Recipe(coarse_loss=0.0, random_steps=0.0, patch=16), scales=MED_NCA),
        AUTOMATON_RATE,
        note="no loss on the coarse level, the same number of steps in every iteration, patches of 16 x 16 cells",
    ),
)
BY_NAME = {row.name: row for row in ROWS}
