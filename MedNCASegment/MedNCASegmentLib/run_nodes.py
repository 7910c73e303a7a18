"""The nodes of a run, added a few at a time, so that the window stays alive; all of them or none."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import slicer
from mednca import Card, Result
from slicer.i18n import tr as _

from .content import rememberContent
from .hierarchy_folder import createRunFolder, putIntoFolder, removeRunFolder, runFolderOf
from .measures import fillTable, measure
from .reading import Scan
from .results import addVolume, fillSegmentation
from .steps import addStepSequence
from .wording import doubtText


@dataclass
class RunOutputs:
    """The nodes that a run has added or filled, and the subject hierarchy folder that holds them all."""

    folder: int
    segmentationNode: object
    tableNode: object
    sequenceNode: object = None
    browserNode: object = None
    # One volume a label.
    probabilityNodes: list = field(default_factory=list)
    deviationNodes: list = field(default_factory=list)
    doubt: str = ""  # why the result should be checked; empty when nothing speaks against it


def addRunNodes(
    volumeNode, segmentationNode, scan: Scan, card: Card, result: Result, probability, deviation
) -> Iterator[RunOutputs | None]:
    """Add everything of a run to the scene, into a folder beside the volume.

    Args:
        volumeNode: what was segmented; scan: what of it.
        segmentationNode: its content is replaced, last of all; None adds a new one.
        card, result: from the core.
        probability, deviation: maps [i, j, k], one a label, to add as volumes; empty for none.

    Yields:
        None between two nodes, and the outputs in the end. Closing the iterator before removes what was added.
    """
    scene, name = slicer.mrmlScene, volumeNode.GetName()
    folder = createRunFolder(volumeNode, _("{name} {title}").format(name=name, title=card.title))
    created = []

    def add(className: str, title: str):
        created.append(scene.AddNewNodeByClass(className, scene.GenerateUniqueName(title.format(name=name))))
        return created[-1]

    try:
        outputs = RunOutputs(folder, segmentationNode, add("vtkMRMLTableNode", _("{name} volumes")))
        found = []
        for measures in measure(result, card):
            found.append(measures)
            yield None
        outputs.doubt = doubtText(result)
        fillTable(outputs.tableNode, found, outputs.doubt)
        if result.steps:
            steps = addStepSequence(result, card, volumeNode, scan, created)
            outputs.sequenceNode, outputs.browserNode = yield from steps
        for maps, title, nodes in (
            (probability, _("{name} {label} probability"), outputs.probabilityNodes),
            (deviation, _("{name} {label} uncertainty"), outputs.deviationNodes),
        ):
            for label, values in zip(card.labels, maps, strict=False):
                nodes.append(addVolume(title.format(name=name, label=label.name), values, volumeNode, scan))
                created.append(nodes[-1])
                yield None
        if segmentationNode is None:
            outputs.segmentationNode = add("vtkMRMLSegmentationNode", _("{name} segmentation"))
            yield None
        fillSegmentation(outputs.segmentationNode, result, card, volumeNode, scan)
        # What an earlier run into this segmentation has left would belong to nothing.
        earlier = runFolderOf(outputs.segmentationNode)
        if earlier:
            removeRunFolder(earlier, keep=[outputs.segmentationNode])
        for node in (outputs.segmentationNode, *created):
            putIntoFolder(folder, node)
        rememberContent(outputs.segmentationNode)
    except BaseException:
        for node in reversed(created):
            if scene.IsNodePresent(node):
                scene.RemoveNode(node)
        removeRunFolder(folder)
        raise
    yield outputs
