"""The work folders of the runs that this Slicer knows of, kept in its settings: a new scene knows nothing of them."""

import json
from pathlib import Path

import slicer

KEY, STOP_KEY = "MedNCA/TrainingRuns", "MedNCA/PauseTrainingWithSlicer"
MOST = 20


def knownFolders() -> list[Path]:
    """Folders of runs that are still there, the latest first."""
    return [path for path in map(Path, _read()) if path.is_dir()]


def remember(folder: Path) -> None:
    """Put a run first; how it ends is to be seen."""
    runs = _read()
    runs.pop(str(folder), None)
    _write({str(folder): False, **runs})


def markSeen(folder: Path) -> None:
    """Remember that a person has seen how a run has ended."""
    runs = _read()
    if runs.get(str(folder)) is False:
        _write(runs | {str(folder): True})


def unseenFolder() -> Path | None:
    """The latest run that goes on, or whose end nobody has seen; None when there is none."""
    runs = _read()
    return next((path for path in knownFolders() if not runs[str(path)]), None)


def stopsWithSlicer() -> bool:
    """Whether a person wants runs to pause when Slicer is closed."""
    settings = slicer.app.userSettings()
    return slicer.util.settingsValue(STOP_KEY, False, converter=slicer.util.toBool, settings=settings)


def setStopsWithSlicer(stops: bool) -> None:
    slicer.app.userSettings().setValue(STOP_KEY, stops)


def _read() -> dict[str, bool]:
    """Folders, the latest first, and whether somebody has seen how the run there has ended."""
    # As one text: settings give other types back than they were given.
    try:
        runs = json.loads(slicer.app.userSettings().value(KEY) or "{}")
    except (TypeError, ValueError):
        return {}
    return {str(folder): bool(seen) for folder, seen in runs.items()} if isinstance(runs, dict) else {}


def _write(runs: dict[str, bool]) -> None:
    slicer.app.userSettings().setValue(KEY, json.dumps(dict(list(runs.items())[:MOST])))
