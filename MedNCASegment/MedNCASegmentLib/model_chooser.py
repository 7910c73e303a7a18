"""The combo box of models and the card below it."""

from collections.abc import Callable

from mednca import MedNCAError, Model
from slicer.i18n import tr as _

from .wording import cardHtml, cardRows


class ModelChooser:
    """Keeps a combo box and a card label in step with the name of a model.

    The parameter node holds the name; the combo box shows the card's title. Slicer's own connector for combo boxes
    takes its choices from the source code, so it cannot offer models that are found at run time.
    """

    def __init__(self, comboBox, cardLabel, logic, onChosen: Callable[[str], None]) -> None:
        self._comboBox, self._cardLabel, self._logic, self._onChosen = comboBox, cardLabel, logic, onChosen
        self._names: list[str] = []
        self._comboBox.connect("currentIndexChanged(int)", self._onIndexChanged)
        self.refresh()

    def refresh(self) -> None:
        """Read the list of models again."""
        self._names = self._logic.modelNames()
        self._withoutSignals(self._fill)

    def show(self, name: str) -> None:
        """Select a model by name and show its card, or why it has none."""
        index = self._names.index(name) if name in self._names else -1
        if self._comboBox.currentIndex != index:
            self._withoutSignals(lambda: self._comboBox.setCurrentIndex(index))
        try:
            self._cardLabel.text = cardHtml(cardRows(self._logic.model(name)))
        except MedNCAError as problem:
            self._cardLabel.text = cardHtml([(_("Problem"), str(problem))])

    def model(self, name: str) -> Model | None:
        """The model of this name; None when there is none or it cannot be read."""
        if name not in self._names:
            return None
        try:
            return self._logic.model(name)
        except MedNCAError:
            return None  # show() says why

    def close(self) -> None:
        """Let go of the combo box."""
        self._comboBox.disconnect("currentIndexChanged(int)", self._onIndexChanged)

    def _fill(self) -> None:
        self._comboBox.clear()
        for name in self._names:
            self._comboBox.addItem(self._title(name))

    def _title(self, name: str) -> str:
        try:
            return self._logic.card(name).title or name
        except MedNCAError:
            return name

    def _onIndexChanged(self, index: int) -> None:
        if 0 <= index < len(self._names):
            self._onChosen(self._names[index])

    def _withoutSignals(self, change: Callable[[], None]) -> None:
        wasBlocked = self._comboBox.blockSignals(True)
        try:
            change()
        finally:
            self._comboBox.blockSignals(wasBlocked)
