"""A scene is added to the one that is open, or a view of it restored: what becomes of MedNCATrain's panel.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import json
import unittest

from train_cases_case import TrainCasesCase

# isort: split
import slicer

EDITED = json.dumps({"preset": "", "recipe": {"batch": 3}})


class TrainAddedSceneTest(TrainCasesCase):
    def setUp(self):
        super().setUp()
        self.file = str(self.folder / "scene.mrb")

    def save(self, *names):
        """Save a scene with a list of these cases, and close it."""
        self.fill(*names, modelName="Theirs", minutes=5, workFolder="/home/other/run")
        self.assertTrue(slicer.util.saveScene(self.file))
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()

    def fill(self, *names, **settings):
        for name in names:
            self.panel.logic.addCase(self.parameters, *self.addPair(name))
        for name, value in settings.items():
            setattr(self.parameters, name, value)
        self.settle()

    def addScene(self):
        slicer.util.loadScene(self.file)
        self.settle()

    def names(self):
        return [row[0] for row in self.rows()]

    def assertIsSaid(self, isSaid=True):
        self.assertEqual("not taken over" in self.ui.casesLabel.text, isSaid, self.ui.casesLabel.text)

    def test_listSettingsPlanAndRunStayWhenASceneIsAdded(self):
        self.save("Old 1", "Old 2")
        mine = {"modelName": "Mine", "minutes": 77, "editedPlan": EDITED, "workFolder": str(self.folder)}
        self.fill("A", "B", "C", **mine)
        rows = self.rows()
        self.addScene()
        self.assertEqual(self.rows(), rows)
        self.assertEqual({name: getattr(self.parameters, name) for name in mine}, mine)
        self.assertIsNotNone(slicer.util.getFirstNodeByName("Old 1"))
        self.assertIsSaid()
        self.add(*self.addPair("D"))
        self.assertEqual(self.names(), ["A", "B", "C", "D"])
        self.assertIsSaid(False)

    def test_anEditedPlanOrARunAloneStay(self):
        self.save("Old")
        for name, value in (("editedPlan", EDITED), ("workFolder", str(self.folder))):
            with self.subTest(name):
                slicer.mrmlScene.Clear(0)
                slicer.app.processEvents()
                self.fill(**{name: value})
                self.addScene()
                self.assertEqual((self.names(), getattr(self.parameters, name)), ([], value))
                self.assertIsSaid()

    def test_listStaysWhileAnotherModuleIsOpenAndThatIsSaidLater(self):
        self.save("Old")
        self.fill("A", "B")
        slicer.util.selectModule("MedNCASegment")
        self.addScene()
        slicer.util.selectModule("MedNCATrain")
        self.settle()
        self.assertEqual(self.names(), ["A", "B"])
        self.assertIsSaid()

    def test_anEmptyListGivesWay(self):
        self.save("Old 1", "Old 2")
        self.fill(modelName="Mine")
        self.addScene()
        self.assertEqual((self.names(), self.parameters.modelName), (["Old 1", "Old 2"], "Theirs"))
        self.assertIsSaid(False)

    def test_aSceneWithoutAListIsAddedInSilence(self):
        self.addVolume("Scan")
        self.assertTrue(slicer.util.saveScene(self.file))
        slicer.mrmlScene.Clear(0)
        slicer.app.processEvents()
        self.fill("A", modelName="Mine")
        self.addScene()
        self.assertEqual((self.names(), self.parameters.modelName), (["A"], "Mine"))
        self.assertIsSaid(False)

    def test_aSceneThatIsOpenedTakesThePlace(self):
        self.save("Old")
        self.fill("A", "B", modelName="Mine", editedPlan=EDITED)
        slicer.util.loadScene(self.file, {"clear": True})
        self.settle()
        self.assertEqual((self.names(), self.parameters.modelName), (["Old"], "Theirs"))
        self.assertEqual(self.parameters.editedPlan, "")
        self.assertIsSaid(False)

    def test_nothingIsShownOrAddedWhileASceneViewIsRestored(self):
        self.fill("A")
        scene = slicer.mrmlScene
        scene.StartState(scene.RestoreState)
        self.parameters.modelName = "Of the view"
        self.assertIsNone(self.panel.run.watcher.folder)
        self.parameters.workFolder = str(self.folder)
        slicer.app.processEvents()
        self.assertIsNone(self.panel.run.watcher.folder)
        scene.EndState(scene.RestoreState)
        self.settle()
        self.assertEqual((self.names(), self.panel.run.watcher.folder), (["A"], self.folder))
        self.assertIsSaid(False)


if __name__ == "__main__":
    unittest.main()
