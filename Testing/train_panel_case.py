"""MedNCATrain's panel as a person has it in front of them."""

import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from slicer_case import ModuleCase, loadOnHost

loadOnHost("MedNCATrain")

from mednca import load_model, save_model  # noqa: E402


def library(name):
    """A module of the panel's library; looked up anew, because reloading replaces it."""
    return sys.modules[f"MedNCATrainLib.{name}"]


def saveTrainedModel(folder, name, **card):
    """The shipped model in the folder of a run, as what came of it; `card` is what its card has otherwise."""
    shipped = load_model("hippocampus")
    save_model(replace(shipped, card=replace(shipped.card, name=name, title=name, **card)), folder / f"{name}.npz")


def columnOf(tableNode, title):
    """The values in a column of a table node."""
    column = tableNode.GetTable().GetColumnByName(title)
    return [column.GetValue(row) for row in range(column.GetNumberOfValues())]


class TrainPanelCase(ModuleCase):
    """Each test starts with an empty scene, the panel open and a folder of its own."""

    MODULE = "MedNCATrain"
    PAUSE = 0.005  # processes that are waited for have a lower priority

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="MedNCATrain"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        super().setUp()
