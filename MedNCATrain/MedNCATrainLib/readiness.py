"""Whether a training can start with what is chosen on the panel: one sentence where it cannot."""

import os
from pathlib import Path

from mednca import Label
from slicer.i18n import tr as _

from .case_reports import CaseReport
from .computer import existing

IGNORED = "ignore"  # nnU-Net's name for voxels that are not learnt from, which data to train on must not declare
MOST_LABELS = 24  # a model has 32 channels, and one for the image


def casesObstacle(parameters, found: dict[str, CaseReport | None], labels: list[Label]) -> str:
    """Why the cases are not enough to train on; empty when they are.

    Args:
        parameters: the panel's parameter node.
        found: what is known of each case by name; None where it was not looked at.
        labels: to learn.
    """
    if not found:
        return _("Add volumes with their segmentations to train on.")
    if not labels:
        return _("There is no label to learn; draw segments in the Segment Editor, or choose some in the list.")
    if len(labels) > MOST_LABELS:
        return _("There are {count} labels; choose at most {most}.").format(count=len(labels), most=MOST_LABELS)
    names = {label.name.strip().lower() for label in labels}
    if "" in names:
        return _("A segment has no name; give it one.")
    if IGNORED in names:
        return _("A segment is called '{name}', which means voxels to leave out; rename it.").format(name=IGNORED)
    if len(found) == 1:
        return _("One case is not enough: some cases are kept from training to see how good the model is; add more.")
    unknown = sum(report is None for report in found.values())
    if unknown:
        return _("The cases are being checked, {count} to go.").format(count=unknown)
    bad = [(name, report.problem) for name, report in found.items() if not report.ok]
    good = len(found) - len(bad)
    if bad and (not parameters.leaveOutBad or good < 2):
        name, problem = bad[0]
        return _("'{name}' cannot be used: {problem}").format(name=name, problem=problem)
    if heldOut(good, parameters.heldOutPercent) >= good:
        return _("No case is left to train on; hold out fewer.")
    return ""


def heldOut(count: int, percent: int) -> int:
    """How many of the cases are kept from training: at least one."""
    return max(1, round(count * percent / 100))


def settingsObstacle(parameters) -> str:
    """Why the settings are not complete; empty when they are. The plan is checked by making it."""
    if not parameters.modelName.strip():
        return _("Give the model a name.")
    folder = Path(parameters.runsFolder)
    if not folder.is_absolute():
        return _("Choose a folder for the run.")
    near = existing(folder)
    if (folder.exists() and not folder.is_dir()) or not near.is_dir() or not os.access(near, os.W_OK):
        return _("The folder '{folder}' cannot be written to; choose another.").format(folder=folder)
    return ""
