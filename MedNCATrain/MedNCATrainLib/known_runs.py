"""The work folders of the runs that this Slicer knows of, kept in its settings: a new scene knows nothing of them."""

import json
from pathlib import Path

import slicer

KEY, STOP_KEY = "MedNCA/TrainingFolders", "MedNCA/StopTrainingWithSlicer"
MOST = 20


def knownFolders() -> list[Path]:
    """Folders of runs that are still there, the latest first."""
    return [path for path in map(Path, _read()) if path.is_dir()]


def remember(folder: Path) -> None:
    """Put a folder first."""
    text = str(folder)
    texts = [text, *(one for one in _read() if one != text)]
    slicer.app.userSettings().setValue(KEY, json.dumps(texts[:MOST]))


def stopsWithSlicer() -> bool:
    """Whether a person wants runs to end when Slicer is closed."""
    settings = slicer.app.userSettings()
    return slicer.util.settingsValue(STOP_KEY, False, converter=slicer.util.toBool, settings=settings)


def setStopsWithSlicer(stops: bool) -> None:
    slicer.app.userSettings().setValue(STOP_KEY, stops)


def _read() -> list[str]:
    # As one text: settings give a list of one element back as something else.
    try:
        texts = json.loads(slicer.app.userSettings().value(KEY) or "[]")
    except (TypeError, ValueError):
        return []
    return [one for one in texts if isinstance(one, str)] if isinstance(texts, list) else []
