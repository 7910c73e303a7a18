"""The models that can be chosen: those that come with the extension, and those that a person has imported."""

from pathlib import Path

import numpy as np
import slicer
from mednca import MedNCAError, Model, load_model, shipped_models
from mednca.model import save_model
from mednca.writing import replacing
from slicer.i18n import tr as _

DEFAULT_MODEL = "hippocampus"


def importedModelsFolder() -> Path:
    """Where imported models are kept: beside the user's settings, so that an update of the extension leaves them."""
    return Path(slicer.app.slicerUserSettingsFilePath).parent / "MedNCA" / "models"


class ModelStore:
    """Shipped and imported models by name. A name stays the same on every computer; a path would not."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds the imported models; it is made when the first one comes."""
        self._folder = folder
        self._loaded: dict[Path, tuple[int, Model]] = {}

    def names(self) -> list[str]:
        """Shipped models first, then the imported ones."""
        return list(self._files())

    def isImported(self, name: str) -> bool:
        """Whether a model was imported, so that it can be removed."""
        return name in self._files() and name not in shipped_models()

    def importedAs(self, name: str) -> str | None:
        """The imported model that has this name but for the case of letters, which Windows and macOS do not tell apart.

        None when there is none; of several the one of just this name.
        """
        found = [one for one in self.names() if self.isImported(one) and one.casefold() == name.casefold()]
        return name if name in found else next(iter(found), None)

    def nameOf(self, model: Model) -> str | None:
        """The name under which this very model is listed: the same card and the same numbers. None when it is not."""
        for name in self.names():
            try:
                if _isSame(self.model(name), model):
                    return name
            except MedNCAError:
                continue  # a damaged file is none
        return None

    def model(self, nameOrPath: str) -> Model:
        """A listed model by name, or a model file by path.

        Raises:
            MedNCAError: there is no such model, or it is not sound.
        """
        path = self._files().get(nameOrPath, Path(nameOrPath))
        # A file that was written anew since is read anew.
        written = path.stat().st_mtime_ns if path.is_file() else 0
        if path not in self._loaded or self._loaded[path][0] != written:
            self._loaded[path] = (written, load_model(path))
        return self._loaded[path][1]

    def importFile(self, path: str) -> str:
        """Copy a model file into the user's folder; returns its name. A copy of a listed model is not made twice.

        Raises:
            MedNCAError: the file is not a sound model, or it cannot be copied; nothing has changed.
        """
        load_model(path)
        try:
            content = Path(path).read_bytes()
            for name, file in self._files().items():
                if file.read_bytes() == content:
                    return name
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._copyError(Path(path).name, error) from error
        name = self.unusedName(Path(path).stem)
        with replacing(self._folder / f"{name}.npz") as temporary:
            temporary.write_bytes(content)
        return name

    def save(self, model: Model, name: str) -> None:
        """Keep a model in the user's folder under a name, in place of an imported model of that name.

        Raises:
            MedNCAError: a model that comes with the extension has this name, or the file cannot be written; nothing
                has changed.
        """
        if name in shipped_models():
            raise MedNCAError(
                _("A model that comes with the extension is named '{name}'; choose another name.").format(name=name)
            )
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            save_model(model, self._folder / f"{name}.npz")
        except OSError as error:
            raise self._copyError(name, error) from error

    def remove(self, name: str) -> None:
        """Delete the copy of an imported model; the file that it came from stays.

        Raises:
            MedNCAError: the model was not imported, or its file cannot be deleted.
        """
        if not self.isImported(name):
            raise MedNCAError(_("'{name}' is not an imported model, so it cannot be removed.").format(name=name))
        path = self._files()[name]
        try:
            path.unlink()
        except OSError as error:
            raise MedNCAError(
                _("'{path}' cannot be deleted ({reason}); delete it by hand.").format(
                    path=path, reason=error.strerror or error
                )
            ) from error
        self._loaded.pop(path, None)

    def unusedName(self, wanted: str) -> str:
        """The name, or the name with a number behind it if a model has it already, in whatever case of letters."""
        names, name, count = {name.casefold() for name in self.names()}, wanted, 1
        while name.casefold() in names:
            count += 1
            name = f"{wanted} {count}"
        return name

    def _files(self) -> dict[str, Path]:
        shipped = shipped_models()
        # Hidden files are copies under way.
        found = [path for path in self._folder.glob("*.npz") if not path.name.startswith(".")]
        found.sort(key=lambda path: path.stem.lower())
        return shipped | {path.stem: path for path in found if path.stem not in shipped}

    def _copyError(self, name: str, error: OSError) -> MedNCAError:
        return MedNCAError(
            _("'{name}' cannot be copied to '{folder}' ({reason}); check the disk.").format(
                name=name, folder=self._folder, reason=error.strerror or error
            )
        )


def _isSame(one: Model, other: Model) -> bool:
    if one.card.to_json() != other.card.to_json() or len(one.rules) != len(other.rules):
        return False
    pairs = [(a.arrays(), b.arrays()) for a, b in zip(one.rules, other.rules, strict=True)]
    return all(a.keys() == b.keys() and all(np.array_equal(a[key], b[key]) for key in a) for a, b in pairs)
