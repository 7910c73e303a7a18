"""What a person has on the panel, kept while a scene is added that brings a list of its own."""

import slicer
from slicer.i18n import tr as _


class OwnParameters:
    """A scene has one parameter node of this module: that of an added scene is written over the one that is there."""

    def __init__(self, logic) -> None:
        """`logic` is that of the module; it knows the parameter node."""
        self._logic = logic
        self._kept: slicer.vtkMRMLScriptedModuleNode | None = None
        self._content: tuple = ()

    def keep(self) -> None:
        """Remember what is there, before a scene is read; when that is nothing, what is read may take its place."""
        self._kept = None
        node = self._node()
        if node is None:
            return
        self._content = self._contentNow()
        if any(self._content):
            self._kept = slicer.vtkMRMLScriptedModuleNode()
            self._kept.Copy(node)

    def restore(self) -> str:
        """Put it back after the scene was read; returns what to say of the other list, empty when there was none."""
        node, kept = self._node(), self._kept
        self._kept = None
        if kept is None or node is None:
            return ""
        read = self._contentNow()
        # Nodes that are in the scene keep their IDs when others are added, so that the references are still right.
        node.Copy(kept)
        if not any(read) or read == self._content:
            return ""
        return _("The list and settings of the added scene were not taken over; to have them, close this scene first.")

    def _node(self):
        # Asking the logic would add one.
        return slicer.mrmlScene.GetSingletonNode(self._logic.moduleName, "vtkMRMLScriptedModuleNode")

    def _contentNow(self) -> tuple:
        """Cases, edited plan and run: what nobody wants to lose."""
        parameters = self._logic.getParameterNode()
        return (
            list(parameters.volumes),
            list(parameters.segmentations),
            list(parameters.diskCases),
            parameters.editedPlan,
            parameters.workFolder,
        )
