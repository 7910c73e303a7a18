"""The combo box of models, the buttons that import and remove one, and the card below."""

from collections.abc import Callable

import qt
import slicer
from mednca import MedNCAError, Model
from slicer.i18n import tr as _

from .wording import cardHtml, cardRows


class ModelChooser:
    """Keeps a combo box and a card label in step with the name of a model.

    The parameter node holds the name; the combo box shows the card's title. Slicer's own connector for combo boxes
    takes its choices from the source code, so it cannot offer models that are found at run time.
    """

    def __init__(self, ui, logic, onChosen: Callable[[str], None], say: Callable[[str], None]) -> None:
        """
        Args:
            ui: has modelSelector, cardLabel, importModelButton and removeModelButton.
            logic: of the module.
            onChosen: is called with the name of a model that a person has chosen.
            say: shows one sentence on the panel.
        """
        self._ui, self._logic, self._onChosen, self._say = ui, logic, onChosen, say
        self._names: list[str] = []
        self._shown = ""
        ui.modelSelector.connect("currentIndexChanged(int)", self._onIndexChanged)
        ui.importModelButton.connect("clicked(bool)", self._onImport)
        ui.removeModelButton.connect("clicked(bool)", self._onRemove)
        self.refresh()

    def refresh(self) -> None:
        """Read the list of models again."""
        self._names = self._logic.modelNames()
        self._withoutSignals(self._fill)

    def show(self, name: str) -> None:
        """Select a model by name and show its card, or why it has none."""
        self._shown = name
        index = self._names.index(name) if name in self._names else -1
        if self._ui.modelSelector.currentIndex != index:
            self._withoutSignals(lambda: self._ui.modelSelector.setCurrentIndex(index))
        self._ui.removeModelButton.enabled = self._logic.models.isImported(name)
        try:
            self._ui.cardLabel.text = cardHtml(cardRows(self._logic.model(name)))
        except MedNCAError as problem:
            self._ui.cardLabel.text = cardHtml([(_("Problem"), str(problem))])

    def model(self, name: str) -> Model | None:
        """The model of this name; None when there is none or it cannot be read."""
        if name not in self._names:
            return None
        try:
            return self._logic.model(name)
        except MedNCAError:
            return None  # show() says why

    def close(self) -> None:
        """Let go of the widgets."""
        self._ui.modelSelector.disconnect("currentIndexChanged(int)", self._onIndexChanged)
        self._ui.importModelButton.disconnect("clicked(bool)", self._onImport)
        self._ui.removeModelButton.disconnect("clicked(bool)", self._onRemove)

    def _onImport(self, checked: bool = False) -> None:
        path = askForModelFile()
        if not path:
            return
        try:
            name = self._logic.models.importFile(path)
        except MedNCAError as problem:
            self._say(str(problem))
            return
        self.refresh()
        self._onChosen(name)
        self.show(name)
        self._say(_("The model '{title}' was imported.").format(title=self._title(name)))

    def _onRemove(self, checked: bool = False) -> None:
        name = self._shown
        question = _("Remove the imported model '{title}'? Its file is deleted from your settings folder.")
        if not slicer.util.confirmOkCancelDisplay(question.format(title=self._title(name))):
            return
        try:
            self._logic.models.remove(name)
        except MedNCAError as problem:
            self._say(str(problem))
            return
        self.refresh()
        self._onChosen(self._names[0] if self._names else "")

    def _fill(self) -> None:
        self._ui.modelSelector.clear()
        titles = [self._title(name) for name in self._names]
        for name, title in zip(self._names, titles, strict=True):
            # Two models may have the same title.
            self._ui.modelSelector.addItem(title if titles.count(title) == 1 else f"{title} ({name})")

    def _title(self, name: str) -> str:
        try:
            return self._logic.card(name).title or name
        except MedNCAError:
            return name

    def _onIndexChanged(self, index: int) -> None:
        if 0 <= index < len(self._names):
            self._onChosen(self._names[index])

    def _withoutSignals(self, change: Callable[[], None]) -> None:
        wasBlocked = self._ui.modelSelector.blockSignals(True)
        try:
            change()
        finally:
            self._ui.modelSelector.blockSignals(wasBlocked)


def askForModelFile() -> str:
    """Let a person choose a model file; empty when they do not."""
    return qt.QFileDialog.getOpenFileName(
        slicer.util.mainWindow(), _("Import model"), "", _("MedNCA models") + " (*.npz)"
    )
