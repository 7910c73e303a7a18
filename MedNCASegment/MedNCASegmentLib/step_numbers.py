"""Which level and step each item of a step sequence is; kept in the sequence node, so a saved scene knows it too."""

import json
from dataclasses import dataclass
from itertools import pairwise

from mednca import Result
from slicer.i18n import tr as _

ATTRIBUTE = "MedNCA.Steps"


@dataclass(frozen=True)
class StepNumber:
    """Level and step, counted from 1, and the number of steps of the level where it is known."""

    level: int
    step: int
    of: int | None


def rememberStepNumbers(sequenceNode, result: Result) -> None:
    """Write the numbers of a result's recorded steps into its sequence node."""
    counts = _stepCounts(result)
    numbers = [[one.level, one.step, counts.get(one.level)] for one in result.steps]
    sequenceNode.SetAttribute(ATTRIBUTE, json.dumps(numbers, separators=(",", ":")))


def stepNumbers(sequenceNode) -> list[StepNumber]:
    """The numbers of all items of a step sequence; empty for another sequence."""
    text = sequenceNode.GetAttribute(ATTRIBUTE)
    return [StepNumber(*number) for number in json.loads(text)] if text else []


def stepTitle(number: StepNumber) -> str:
    """A step in words."""
    words = _("Level {level}, step {step}") if number.of is None else _("Level {level}, step {step} of {of}")
    return words.format(level=number.level, step=number.step, of=number.of)


def _stepCounts(result: Result) -> dict[int, int]:
    """Steps of each level: the last step of all is recorded, and recorded steps are equally far apart across levels."""
    counts = {result.steps[-1].level: result.steps[-1].step}
    for one, following in pairwise(result.steps):
        if following.level == one.level + 1:
            counts[one.level] = one.step + result.record_every - following.step
    return counts
