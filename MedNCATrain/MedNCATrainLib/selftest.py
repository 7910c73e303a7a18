"""The module's self-test; runs in Slicer and on the stand-in host alike."""

import slicer
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest


class MedNCATrainTest(ScriptedLoadableModuleTest):
    """Every test starts from an empty scene."""

    def setUp(self):
        slicer.mrmlScene.Clear()

    def test_panelOpensWithItsFourSections(self):
        slicer.util.selectModule("MedNCATrain")
        panel = slicer.modules.MedNCATrainWidget
        self.assertEqual(len(panel.sections), 4)
