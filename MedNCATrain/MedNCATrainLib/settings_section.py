"""The section of the panel with the model's card, the plan and its limits, and what a training will take."""

from html import escape
from pathlib import Path

import qt
import slicer
from mednca import MedNCAError
from MedNCASegmentLib.gui_connection import GuiConnection

from .plan_editor import PlanEditor
from .planning import editsText, iterationSeconds, memoryLimit
from .wording import heldOutText, needsText, planHtml, torchText

UI_FILE = Path(__file__).resolve().parent.parent / "Resources" / "UI" / "MedNCATrainSettings.ui"


class SettingsSection:
    """Shows settings and plan; the widgets are connected to the parameters by their names."""

    def __init__(self, layout, logic) -> None:
        """
        Args:
            layout: of the panel; the section is added to it.
            logic: of the module.
        """
        self._logic = logic
        self._parameters = None
        section = slicer.util.loadUI(str(UI_FILE))
        layout.addWidget(section)
        self.ui = slicer.util.childWidgetVariables(section)
        self._gui = GuiConnection(self.ui)
        section.setMRMLScene(slicer.mrmlScene)
        self._planText = ""
        self._editor = PlanEditor(self.ui, self._onEdited)

    def setParameters(self, parameters) -> None:
        """Show other parameters, or None to let go of those shown."""
        self._gui.disconnect()
        self._parameters = parameters
        if parameters is None:
            return
        if not parameters.runsFolder.is_absolute():
            parameters.runsFolder = defaultFolder()
        self._gui.connect(parameters)

    def show(self) -> None:
        """Show the parameters as they are now; called after each change of them, and never while there are none."""
        parameters = self._parameters
        usable = sum(report is not None and report.ok for report in self._logic.found(parameters).values())
        self.ui.heldOutCountLabel.text = heldOutText(usable, parameters.heldOutPercent) if usable > 1 else ""
        proposal = plan = None
        problem = ""
        try:
            proposal = self._logic.proposal(parameters)
            plan = self._logic.plan(parameters)
        except MedNCAError as error:
            problem = str(error)
        self.ui.needsLabel.visible = plan is not None
        if plan is not None:
            self.ui.needsLabel.text = needsText(plan, memoryLimit(parameters), iterationSeconds(plan))
        text = planHtml(plan) if plan is not None else escape(problem)
        if text != self._planText:
            # Setting it anew would take it back to its beginning.
            self._planText = text
            self.ui.planText.setHtml(text)
        self.ui.torchLabel.text = torchText()
        self._editor.show(proposal, plan)

    def forget(self) -> None:
        """Forget what was typed for the scene that is closed now; leaving the module keeps it."""
        self._editor.hide()

    def close(self) -> None:
        """Let go of the widgets."""
        self._editor.close()

    def _onEdited(self, edits: dict) -> None:
        self._parameters.editedPlan = editsText(edits, self._parameters.plan)


def defaultFolder() -> Path:
    """Where runs are saved unless another folder is chosen."""
    return Path(qt.QStandardPaths.writableLocation(qt.QStandardPaths.DocumentsLocation)) / "MedNCA"
