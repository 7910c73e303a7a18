"""Cases of the scene become a data set in the folder of a run.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import shutil
import unittest
from pathlib import Path
from unittest import mock

from train_cases_case import TrainCasesCase
from train_panel_case import library

# isort: split
import numpy as np
from mednca.cases import find_dataset, read_case


class TrainExportTest(TrainCasesCase):
    def prepared(self, runsFolder=None):
        self.parameters.modelName, self.parameters.runsFolder = "Test", runsFolder or self.folder / "runs"
        self.assertEqual(self.reason(), "")
        return self.panel.logic.prepare(self.parameters)

    def test_exportIsADatasetThatTheCoreReads(self):
        self.add(*self.addPair("CT: 1", ("Liver", "Spleen")))
        self.add(*self.addPair("CT: 1_0000_0000", ("Spleen",)))
        self.writeCases(1)
        self.dropFolder(self.folder / "data", rows=3)
        preparation = self.prepared()
        preparation.complete()
        dataset = find_dataset(preparation.folder / "cases")
        self.assertEqual([case.name for case in dataset.cases], ["CT_1", "CT_1_2", "case0"])
        # Scans are not compressed, which would take seconds for a large one, in one step.
        self.assertEqual(
            {(case.image.suffixes[-1], case.label.suffixes[-1]) for case in dataset.cases}, {(".nii", ".gz")}
        )
        self.assertEqual(dataset.labels, {1: "Liver", 2: "Spleen", 3: "Label 2"})
        values = [set(np.unique(read_case(case)[1])) for case in dataset.cases]
        self.assertEqual(values, [{0, 1, 2}, {0, 2}, {0, 3}])
        self.assertEqual(preparation.arguments[:2], ["train", "--data"])
        self.assertTrue(Path(preparation.arguments[preparation.arguments.index("--plan") + 1]).is_file())

    def test_cancelledExportLeavesNothing(self):
        for name in ("A", "B"):
            self.add(*self.addPair(name))
        preparation = self.prepared()
        while preparation.progress is None or preparation.progress.done < 1:
            preparation.advance(0)
        self.assertTrue((preparation.folder / "cases" / "imagesTr" / "A.nii").is_file())
        preparation.cancel()
        self.assertFalse((self.folder / "runs").exists())

    def test_discardedExportLeavesNothing(self):
        for name in ("A", "B"):
            self.add(*self.addPair(name))
        preparation = self.prepared()
        preparation.complete()
        (preparation.folder / "output.txt").touch()
        preparation.discard()
        self.assertFalse((self.folder / "runs").exists())

    def test_cancelledExportLeavesWhatOthersHavePutBesideIt(self):
        for name in ("A", "B"):
            self.add(*self.addPair(name))
        preparation = self.prepared(self.folder / "mine" / "runs")
        preparation.advance(0)
        self.assertTrue((preparation.folder / "cases").is_dir())
        (self.folder / "mine" / "note.txt").touch()
        preparation.cancel()
        self.assertEqual(list((self.folder / "mine").iterdir()), [self.folder / "mine" / "note.txt"])

    def test_fullDiskIsOneSentence(self):
        for name in ("A", "B"):
            self.add(*self.addPair(name))
        usage = shutil.disk_usage(self.folder)
        full = mock.patch.object(shutil, "disk_usage", return_value=usage._replace(free=1000))
        with full, self.assertRaisesRegex(library("export_cases").MedNCAError, "The disk is full"):
            self.prepared()

    def test_twoRunsOfOneNameHaveFoldersOfTheirOwn(self):
        for name in ("A", "B"):
            self.add(*self.addPair(name))
        folders = []
        for _ in range(2):
            preparation = self.prepared()
            preparation.complete()
            folders.append(preparation.folder.name)
        self.assertEqual(folders, ["Test", "Test-2"])


if __name__ == "__main__":
    unittest.main()
