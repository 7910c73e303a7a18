import slicer
from MedNCATrainLib import MedNCATrainLogic, MedNCATrainTest, MedNCATrainWidget
from MedNCATrainLib.run_section import onSlicerCloses
from MedNCATrainLib.sample_data import registerSampleData
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import ScriptedLoadableModule

__all__ = ["MedNCATrain", "MedNCATrainLogic", "MedNCATrainTest", "MedNCATrainWidget"]


class MedNCATrain(ScriptedLoadableModule):
    """Trains Neural Cellular Automata on volumes and segmentations of the scene."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("MedNCA Train")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Segmentation")]
        self.parent.dependencies = ["MedNCASegment", "Plots", "Tables"]
        self.parent.contributors = ["MedNCA developers"]
        self.parent.helpText = _(
            "Trains a Neural Cellular Automaton of your own on volumes and segmentations that are open in Slicer."
            " Add the cases, press Start, watch it learn, and use it in MedNCA Segment."
            " Training runs on this computer in a process of its own; nothing is uploaded."
            " Research only, not for clinical use."
            ' See the <a href="https://github.com/MedNCA/SlicerMedNCA/blob/main/Docs/training-your-own.md">guide</a>.'
        )
        self.parent.acknowledgementText = _(
            "The method is Med-NCA: J. Kalkhof, C. González, A. Mukhopadhyay, IPMI 2023."
        )
        # Not in the panel: Slicer closes that first, and a reload would make it one more.
        slicer.app.connect("aboutToQuit()", onSlicerCloses)
        # Sample Data and other modules are there only after startup.
        slicer.app.connect("startupCompleted()", registerSampleData)
