import slicer
from MedNCASegmentLib import MedNCASegmentLogic, MedNCASegmentTest, MedNCASegmentWidget
from MedNCASegmentLib.sample_data import registerSampleData
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import ScriptedLoadableModule

__all__ = ["MedNCASegment", "MedNCASegmentLogic", "MedNCASegmentTest", "MedNCASegmentWidget"]


class MedNCASegment(ScriptedLoadableModule):
    """Segments volumes with Neural Cellular Automata."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("MedNCA Segment")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Segmentation")]
        # Loaded before this module, and unloaded after it.
        self.parent.dependencies = ["Markups", "Segmentations", "Sequences", "SubjectHierarchy"]
        self.parent.contributors = ["MedNCA developers"]
        self.parent.helpText = _(
            "Segments a volume with a Neural Cellular Automaton: one small rule, applied to every cell again and again."
            " Choose a volume and a model, press Segment, and scrub through the steps."
            " The models come with the extension; nothing is downloaded. Research only, not for clinical use."
            ' See the <a href="https://github.com/MedNCA/SlicerMedNCA/blob/main/Docs/tutorial.md">tutorial</a>.'
        )
        self.parent.acknowledgementText = _(
            "The method is Med-NCA: J. Kalkhof, C. González, A. Mukhopadhyay, IPMI 2023."
            " The hippocampus models are trained on the Medical Segmentation Decathlon, Task04 (CC-BY-SA 4.0)."
        )
        # Sample Data and other modules are there only after startup.
        slicer.app.connect("startupCompleted()", registerSampleData)
