"""What the guide asks a person to do on MedNCATrain's panel can be done there.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import json
import re
import unittest
from pathlib import Path
from xml.etree import ElementTree

from slicer_case import ROOT
from train_panel_case import TrainPanelCase, library

# isort: split
import SampleData

GUIDE = (ROOT / "Docs" / "training-your-own.md").read_text(encoding="utf-8")


class TrainGuideTest(TrainPanelCase):
    def addPhantoms(self):
        """Press the button in Sample Data, and choose the folder; returns the volume that is not among the cases."""
        source = SampleData.SampleDataLogic().sourceForSampleName("MedNCAPhantoms")
        volume, segmentation = source.customDownloader(source)[-2:]
        menu = self.panel.cases.folderMenu
        menu.fill()
        (phantoms,) = [action for action in menu.menu.actions() if action.text == "Phantoms (10)"]
        phantoms.trigger()
        return volume

    def test_phantomsComeFromSampleDataAndAreAddedAtOnce(self):
        unseen = self.addPhantoms()
        self.assertEqual(unseen.GetName(), "Unseen phantom 1")
        cases = self.panel.logic.cases(self.parameters)
        self.assertEqual(len(cases), 10)
        self.assertNotIn(unseen, [case.volumeNode for case in cases.values()])
        (label,) = self.panel.logic.labels(self.parameters)
        self.assertEqual((label.name, label.terminology["type"][2]), ("Nodule", "Nodule"))

    def test_planOfTheGuideIsThatOfTheSelfTestAndTheEditorTakesIt(self):
        text = re.search(r"```json\n(.*?)```", GUIDE, re.DOTALL)[1]
        self.assertEqual(json.loads(text), library("selftest").PLAN)
        self.addPhantoms()
        self.parameters.modelName, self.parameters.runsFolder = "Nodule", self.folder
        ui = self.panel.settings.ui
        self.waitUntil(lambda: ui.editPlanButton.enabled)
        ui.editPlanButton.click()
        ui.planEdit.setPlainText(text)
        ui.usePlanButton.click()
        self.assertEqual(ui.planProblemLabel.text, "")
        plan = self.panel.logic.plan(self.parameters)
        self.assertEqual((plan.card.channels, plan.recipe.iterations), (16, 800))

    def test_buttonsAndSectionsOfTheGuideAreOnThePanel(self):
        named = {" ".join(name.split()) for name in re.findall(r"\*\*([^*]+)\*\*", GUIDE)}
        files = sorted(Path(self.panel.resourcePath("UI")).glob("*.ui"))
        strings = [string.text for file in files for string in ElementTree.parse(file).iter("string")]
        onPanel = {text.strip(":") for text in strings if text}
        elsewhere = {"MedNCA Train", "MedNCA Segment", "MedNCAPhantoms", "Sample Data", "Data", "Segment", "Resume"}
        prose = {name for name in named if name.endswith(".") and not name.endswith("...")}
        self.assertEqual(named - elsewhere - prose - onPanel, set())
        self.assertGreater(len(named & onPanel), 10)


if __name__ == "__main__":
    unittest.main()
