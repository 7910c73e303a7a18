"""What MedNCATrain's panel offers to install where PyTorch or TorchIO is missing, and that it asks first.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the modules.
"""

import sys
import unittest
from types import SimpleNamespace
from unittest import mock

from train_panel_case import library
from train_run_case import TrainRunCase

# isort: split
import slicer


class TorchOfferTest(TrainRunCase):
    def withoutTorch(self, *present):
        patch = mock.patch.object(library("torch_offer"), "_isThere", lambda name: name in present)
        patch.start()
        self.addCleanup(patch.stop)
        self.panel.run.show()

    def withApplication(self, **members):
        """Let what is missing be got from an application of these members; those of Slicer's own cannot be replaced."""
        stand = SimpleNamespace(app=SimpleNamespace(**members), util=slicer.util)
        patch = mock.patch.object(library("torch_offer"), "slicer", stand)
        patch.start()
        self.addCleanup(patch.stop)

    def test_withoutTorchTheExtensionIsOfferedAndNothingIsInstalledUnasked(self):
        model = mock.Mock()
        model.isExtensionInstalled.return_value = False
        self.withApplication(extensionsManagerModel=lambda: model)
        self.withoutTorch()
        self.assertFalse(self.ui.startButton.enabled)
        self.assertIn("PyTorch extension", self.ui.offerLabel.text)
        self.assertFalse(self.ui.offerButton.isHidden())
        model.installExtensionFromServer.assert_not_called()
        self.ui.offerButton.click()
        model.installExtensionFromServer.assert_called_once_with("PyTorch")
        self.assertIn("restart", self.message())

    def test_withoutAnExtensionsManagerItSaysWhatToDo(self):
        self.withApplication()
        self.withoutTorch()
        self.ui.offerButton.click()
        self.assertIn("no Extensions Manager", self.message())

    def test_withTheExtensionItInstallsTorch(self):
        utils = mock.Mock()
        with mock.patch.dict(sys.modules, PyTorchUtils=utils):
            self.withoutTorch("PyTorchUtils")
            self.ui.offerButton.click()
        utils.PyTorchUtilsLogic().installTorch.assert_called_once_with(askConfirmation=True)

    def test_anInstallationThatFailsIsOneSentence(self):
        utils = mock.Mock(**{"PyTorchUtilsLogic.side_effect": OSError("no network")})
        with mock.patch.dict(sys.modules, PyTorchUtils=utils), self.assertLogs(level="ERROR"):
            self.withoutTorch("PyTorchUtils")
            self.ui.offerButton.click()
        self.assertIn("could not be installed", self.message())

    def test_torchioIsOfferedOnlyWhenThePlanHasArtefacts(self):
        self.withoutTorch("torch")
        self.assertTrue(self.ui.offerButton.isHidden())
        self.assertTrue(self.ui.startButton.enabled)
        self.plan.recipe.artefacts = 0.3
        self.panel.run.show()
        self.assertIn("TorchIO", self.ui.offerLabel.text)
        self.assertFalse(self.ui.startButton.enabled)

    def test_torchioComesWithoutReplacingWhatSlicerHas(self):
        self.plan.recipe.artefacts = 0.3
        needed = ["numpy>=1.20", "SimpleITK!=2.0", "torch>=1.9", "no-such-thing>=1", "another; extra == 'all'"]
        asked = []
        with (
            mock.patch.object(slicer.util, "pip_install", asked.append),
            mock.patch("importlib.metadata.requires", lambda package: needed),
        ):
            self.withoutTorch("torch")
            self.ui.offerButton.click()
        self.assertEqual(asked, ["--no-deps torchio", "no-such-thing"])


if __name__ == "__main__":
    unittest.main()
