"""The editor of a plan: its JSON, checked before it is used."""

from collections.abc import Callable

from mednca import MedNCAError

from .planning import editableText, editsOf


class PlanEditor:
    """Shown while its button is checked. What is typed counts once it was checked and found good."""

    def __init__(self, ui, onEdited: Callable[[dict], None]) -> None:
        """
        Args:
            ui: has editPlanButton, planEditor, planEdit, planProblemLabel, usePlanButton and dropPlanButton.
            onEdited: is called with what was edited, part by part; empty for nothing.
        """
        self._ui, self._onEdited = ui, onEdited
        self._proposal = self._plan = None
        self._filled = ""  # the text as it was put there
        self._slots = (
            (ui.editPlanButton, "toggled(bool)", self._onToggled),
            (ui.usePlanButton, "clicked(bool)", self._onUse),
            (ui.dropPlanButton, "clicked(bool)", self._onDrop),
        )
        for button, signal, slot in self._slots:
            button.connect(signal, slot)
        self.hide()

    def show(self, proposal, plan) -> None:
        """Show a plan, unless another text is being typed.

        Args:
            proposal: the plan without what was edited by hand; None while there is none, then nothing can be edited.
            plan: with it; None when what was edited does not do, then the proposal is shown.
        """
        typed = self._isTyped()
        self._proposal, self._plan = proposal, plan or proposal
        self._showEnabled()
        if proposal is not None and not typed:
            self._fill()

    def hide(self) -> None:
        """Close the editor; what was typed and not used is lost."""
        self._ui.editPlanButton.checked = False
        self._ui.planEditor.visible = False
        self._say("")

    def close(self) -> None:
        """Let go of the widgets."""
        for button, signal, slot in self._slots:
            button.disconnect(signal, slot)

    def _isTyped(self) -> bool:
        return self._ui.editPlanButton.checked and self._ui.planEdit.toPlainText() != self._filled

    def _showEnabled(self) -> None:
        there = self._proposal is not None
        # An open editor can always be closed.
        self._ui.editPlanButton.enabled = there or self._ui.editPlanButton.checked
        self._ui.planEditor.enabled = there

    def _fill(self) -> None:
        text = editableText(self._plan)
        if self._ui.planEdit.toPlainText() != text:
            self._ui.planEdit.setPlainText(text)
        self._filled = text

    def _onToggled(self, checked: bool) -> None:
        self._ui.planEditor.visible = checked
        self._showEnabled()
        self._say("")
        if checked:
            self._fill()

    def _onUse(self, checked: bool = False) -> None:
        try:
            edits = editsOf(self._proposal, self._ui.planEdit.toPlainText())
        except MedNCAError as problem:
            self._say(str(problem))
            return
        self._say("")
        self._filled = self._ui.planEdit.toPlainText()
        self._onEdited(edits)

    def _onDrop(self, checked: bool = False) -> None:
        self._say("")
        self._plan = self._proposal
        self._fill()
        self._onEdited({})

    def _say(self, text: str) -> None:
        self._ui.planProblemLabel.text = text
        self._ui.planProblemLabel.visible = bool(text)
