"""From cases of the scene to a training run, without any user interface."""

from pathlib import Path

from mednca import Label, MedNCAError
from mednca.training.plan import Plan
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleLogic

from .case_list import AnyCase, addCases, caseNames, casesOf, chosenLabels, fileName
from .case_reports import CaseReport, CaseReports
from .export_cases import Preparation, checkSpace
from .parameters import MedNCATrainParameterNode
from .planning import choicesOf, editedPlan, proposedPlan
from .readiness import casesObstacle, settingsObstacle
from .scene_cases import SceneCase


class MedNCATrainLogic(ScriptedLoadableModuleLogic):
    """Prepares training runs. What was found about the cases is kept in `reports`, so that it is looked at once."""

    def __init__(self) -> None:
        ScriptedLoadableModuleLogic.__init__(self)
        self.reports = CaseReports()
        self._proposed: tuple | None = None  # labels, choices, reports, and the plan that they lead to

    def getParameterNode(self) -> MedNCATrainParameterNode:
        return MedNCATrainParameterNode(super().getParameterNode())

    def addCase(self, parameters, volumeNode, segmentationNode) -> bool:
        """Add a volume and its segmentation or label map volume; whether they were not there already."""
        return bool(addCases(parameters, [SceneCase(volumeNode, segmentationNode)]))

    def cases(self, parameters) -> dict[str, AnyCase]:
        """All cases by the names that they get."""
        cases = casesOf(parameters)
        return dict(zip(caseNames(cases), cases, strict=True))

    def labels(self, parameters) -> list[Label]:
        """The labels to learn."""
        return chosenLabels(parameters)

    def found(self, parameters) -> dict[str, CaseReport | None]:
        """What is known of each case by name; None where it was not looked at."""
        labels = self.labels(parameters)
        return {name: self.reports.report(case, labels) for name, case in self.cases(parameters).items()}

    def examine(self, parameters) -> None:
        """Look at all cases in one go, for scripts; the panel does so a little at a time."""
        self.reports.examine(casesOf(parameters), self.labels(parameters)).complete()

    def proposal(self, parameters) -> Plan:
        """The plan that cases and settings lead to, without what was edited in it by hand.

        Raises:
            MedNCAError: one sentence on what is missing or does not fit.
        """
        labels, found = self.labels(parameters), self.found(parameters)
        problem = casesObstacle(parameters, found, labels)
        if problem:
            raise MedNCAError(problem)
        # Every section asks for it after each change of anything.
        usable = [report for report in found.values() if report.ok]
        choices = choicesOf(parameters)
        if self._proposed is None or self._proposed[:3] != (labels, choices, usable):
            self._proposed = (labels, choices, usable, proposedPlan(parameters, labels, usable))
        return self._proposed[3]

    def plan(self, parameters) -> Plan:
        """The plan of the training that would be started; errors as for :meth:`proposal`."""
        return editedPlan(self.proposal(parameters), parameters)

    def obstacle(self, parameters) -> str:
        """Why a training cannot start, in one sentence that says what to do; empty when it can."""
        try:
            self.plan(parameters)
        except MedNCAError as problem:
            return str(problem)
        return settingsObstacle(parameters)

    def prepare(self, parameters) -> Preparation:
        """Begin to write what the training process needs into a new folder; pull it until it is finished.

        Raises:
            MedNCAError: see :meth:`obstacle`; or the disk has no room.
        """
        plan = self.plan(parameters)
        problem = settingsObstacle(parameters)
        if problem:
            raise MedNCAError(problem)
        found, cases = self.found(parameters), self.cases(parameters)
        usable = {name: case for name, case in cases.items() if found[name].ok}
        folder = unusedFolder(Path(parameters.runsFolder), plan.card.name)
        checkSpace(folder, sum(found[name].bytes for name in usable))
        return Preparation(folder, usable, plan, parameters.heldOutPercent / 100)


def unusedFolder(parent: Path, wanted: str) -> Path:
    """A folder in another that does not exist yet: the wanted name, with a number if it is taken."""
    name, count = fileName(wanted) or "model", 1
    folder = parent / name
    while folder.exists():
        count += 1
        folder = parent / f"{name}-{count}"
    return folder
