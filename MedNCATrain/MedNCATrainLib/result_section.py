"""The section of the panel with what came of a training run."""

from pathlib import Path

import slicer

UI_FILE = Path(__file__).resolve().parent.parent / "Resources" / "UI" / "Results.ui"


class ResultSection:
    """Shows what came of a training run."""

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
        section.setMRMLScene(slicer.mrmlScene)

    def setParameters(self, parameters) -> None:
        """Show other parameters, or None to let go of those shown."""
        self._parameters = parameters

    def show(self) -> None:
        """Show the parameters as they are now; called after each change of them, and never while there are none."""

    def close(self) -> None:
        """Let go of the widgets."""
