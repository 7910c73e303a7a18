"""The recorded steps as a sequence of label maps, scrubbed and played by Slicer's own sequence toolbar."""

import slicer
from mednca import Card, Result
from slicer.i18n import tr as _

from .reading import Scan
from .results import terminologyEntry
from .step_numbers import rememberStepNumbers

FRAMES_PER_SECOND = 8.0


def addStepSequence(result: Result, card: Card, volumeNode, scan: Scan, created: list):
    """Add the steps as a sequence node with a browser, a step at a time.

    A generator: yields None after each step, and returns (sequence node, browser node) in the end.

    Args:
        result: with at least one recorded step.
        card: gives names and colours.
        volumeNode: the segmented volume; the label maps lie under its transform.
        scan: what of it was segmented; the label maps have its grid.
        created: every node that is added is appended here at once, so that a failure can be undone.
    """
    scene = slicer.mrmlScene
    colors = addColors(card, created)
    name = volumeNode.GetName()

    sequence = scene.AddNewNodeByClass(
        "vtkMRMLSequenceNode", scene.GenerateUniqueName(_("{name} steps").format(name=name))
    )
    created.append(sequence)
    sequence.SetIndexName(_("step"))
    sequence.SetIndexUnit("")
    sequence.SetIndexType(slicer.vtkMRMLSequenceNode.NumericIndex)
    rememberStepNumbers(sequence, result)

    # One label map serves for all steps; the sequence keeps a copy of each.
    frame = scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "MedNCA step")
    try:
        frame.SetIJKToRASMatrix(scan.ijkToRAS)
        for index, step in enumerate(result.steps):
            slicer.util.updateVolumeFromArray(frame, step.labels.transpose(2, 1, 0))
            frame.SetName(_("Level {level}, step {step}").format(level=step.level, step=step.step))
            sequence.SetDataNodeAtValue(frame, str(index + 1))
            yield None
    finally:
        if scene.IsNodePresent(frame):
            scene.RemoveNode(frame)

    browser = scene.AddNewNodeByClass(
        "vtkMRMLSequenceBrowserNode", scene.GenerateUniqueName(_("{name} steps browser").format(name=name))
    )
    created.append(browser)
    browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    browser.SetPlaybackRateFps(FRAMES_PER_SECOND)
    browser.SetPlaybackLooped(True)
    browser.SetIndexDisplayMode(browser.IndexDisplayAsIndex)
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
    proxy = browser.GetProxyNode(sequence)
    # Undone in the reverse order: the browser first, which would make another proxy.
    created.insert(created.index(browser), proxy)
    proxy.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
    proxy.CreateDefaultDisplayNodes()
    proxy.GetDisplayNode().SetAndObserveColorNodeID(colors.GetID())
    # The animation's last frame is the result, which is where it starts from.
    browser.SetSelectedItemNumber(len(result.steps) - 1)
    return sequence, browser


def addColors(card: Card, created: list):
    """A colour table with the card's labels, background transparent; a run has its own, so that it goes with it.

    The labels' terminology is in it too: Slicer's terminology browser finds codes in the colour tables of the scene
    that none of its own lists has, such as a modifier that is not among those of a structure.
    """
    colors = slicer.mrmlScene.AddNewNodeByClass(
        "vtkMRMLColorTableNode", slicer.mrmlScene.GenerateUniqueName(_("{title} colors").format(title=card.title))
    )
    created.append(colors)
    colors.SetTypeToUser()
    highest = max(label.value for label in card.labels)
    colors.SetNumberOfColors(1 + highest)
    colors.GetLookupTable().SetTableRange(0, highest)
    colors.SetColor(0, _("Background"), 0.0, 0.0, 0.0, 0.0)
    for label in card.labels:
        colors.SetColor(label.value, label.name, *label.color, 1.0)
        if label.terminology:
            colors.SetTerminologyFromString(label.value, terminologyEntry(label))
    return colors
