"""The menu that adds all cases of a folder: of the subject hierarchy, or on disk."""

from collections.abc import Callable

import qt
import slicer
from slicer.i18n import tr as _

from .hierarchy_cases import foldersWithCases


class FolderMenu:
    """Fills itself each time it is opened, with the folders in which there are cases."""

    def __init__(self, button, onCases: Callable[[list], None], onFolder: Callable[[str], None]) -> None:
        """
        Args:
            button: a push button, which gets the menu.
            onCases: is called with the cases of the chosen folder of the subject hierarchy.
            onFolder: is called with the path of the chosen folder on disk.
        """
        self._onCases, self._onFolder = onCases, onFolder
        self.menu = qt.QMenu(button)
        button.setMenu(self.menu)
        self.menu.connect("aboutToShow()", self.fill)

    def fill(self) -> None:
        """Offer the folders that there are now."""
        self.menu.clear()
        folders = foldersWithCases()
        for folder in folders:
            name = folder.name or _("The whole scene")
            action = self.menu.addAction(_("{name} ({count})").format(name=name, count=len(folder.cases)))
            action.connect("triggered(bool)", lambda checked, cases=folder.cases: self._onCases(list(cases)))
        if not folders:
            nothing = self.menu.addAction(_("No volume of the scene has a segmentation that belongs to it"))
            nothing.setEnabled(False)
        self.menu.addSeparator()
        self.menu.addAction(_("Folder on disk...")).connect("triggered(bool)", self._onDisk)

    def close(self) -> None:
        """Let go of the menu."""
        self.menu.disconnect("aboutToShow()", self.fill)

    def _onDisk(self, checked: bool = False) -> None:
        folder = askForFolder()
        if folder:
            self._onFolder(folder)


def askForFolder() -> str:
    """Let a person choose a folder with images and labels; empty when they do not."""
    return qt.QFileDialog.getExistingDirectory(
        slicer.util.mainWindow(), _("Add all cases of a folder with images and labels"), ""
    )
