"""From cases of the scene to a training run, without any user interface."""

from slicer.ScriptedLoadableModule import ScriptedLoadableModuleLogic

from .parameters import MedNCATrainParameterNode


class MedNCATrainLogic(ScriptedLoadableModuleLogic):
    """Prepares training runs."""

    def getParameterNode(self) -> MedNCATrainParameterNode:
        return MedNCATrainParameterNode(super().getParameterNode())
