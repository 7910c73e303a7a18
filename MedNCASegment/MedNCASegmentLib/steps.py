"""The recorded steps as a sequence of label maps, scrubbed and played by Slicer's own sequence toolbar."""

import slicer
import vtk
from mednca import Card, Result
from slicer.i18n import tr as _

FRAMES_PER_SECOND = 8.0
COLORS_ATTRIBUTE = "MedNCA.Labels"


def addStepSequence(result: Result, card: Card, volumeNode, created: list):
    """Add the steps as a sequence node with a browser; returns (sequence node, browser node).

    Args:
        result: with at least one recorded step.
        card: gives names and colours.
        volumeNode: the segmented volume; the label maps share its grid and its transform.
        created: every node that is added is appended here at once, so that a failure can be undone.
    """
    scene = slicer.mrmlScene
    colors = _colorsFor(card, created)
    matrix = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASMatrix(matrix)
    name = volumeNode.GetName()

    sequence = scene.AddNewNodeByClass(
        "vtkMRMLSequenceNode", scene.GenerateUniqueName(_("{name} steps").format(name=name))
    )
    created.append(sequence)
    sequence.SetIndexName(_("step"))
    sequence.SetIndexUnit("")
    sequence.SetIndexType(slicer.vtkMRMLSequenceNode.NumericIndex)

    # One label map serves for all steps; the sequence keeps a copy of each.
    frame = scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "MedNCA step")
    try:
        frame.SetIJKToRASMatrix(matrix)
        for index, step in enumerate(result.steps):
            slicer.util.updateVolumeFromArray(frame, step.labels.transpose(2, 1, 0))
            frame.SetName(_("Level {level}, step {step}").format(level=step.level, step=step.step))
            sequence.SetDataNodeAtValue(frame, str(index + 1))
    finally:
        scene.RemoveNode(frame)

    browser = scene.AddNewNodeByClass(
        "vtkMRMLSequenceBrowserNode", scene.GenerateUniqueName(_("{name} steps browser").format(name=name))
    )
    created.append(browser)
    browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    browser.SetPlaybackRateFps(FRAMES_PER_SECOND)
    browser.SetPlaybackLooped(True)
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
    proxy = browser.GetProxyNode(sequence)
    created.append(proxy)
    proxy.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
    proxy.CreateDefaultDisplayNodes()
    proxy.GetDisplayNode().SetAndObserveColorNodeID(colors.GetID())
    # The animation's last frame is the result, which is where it starts from.
    browser.SetSelectedItemNumber(len(result.steps) - 1)
    return sequence, browser


def showSteps(sequenceNode, browserNode) -> None:
    """Show the steps over the slices, and make their browser the one of the sequence toolbar."""
    proxy = browserNode.GetProxyNode(sequenceNode)
    slicer.util.setSliceViewerLayers(label=proxy, labelOpacity=0.6)
    slicer.modules.sequences.showSequenceBrowser(browserNode)


def _colorsFor(card: Card, created: list):
    """A colour table with the card's labels, background transparent; one serves all runs with the same labels."""
    labels = "; ".join(f"{label.value} {label.name} {label.color}" for label in card.labels)
    for colors in slicer.util.getNodesByClass("vtkMRMLColorTableNode"):
        if colors.GetAttribute(COLORS_ATTRIBUTE) == labels:
            return colors
    colors = slicer.mrmlScene.AddNewNodeByClass(
        "vtkMRMLColorTableNode", slicer.mrmlScene.GenerateUniqueName(_("{title} colors").format(title=card.title))
    )
    created.append(colors)
    colors.SetAttribute(COLORS_ATTRIBUTE, labels)
    colors.SetTypeToUser()
    colors.SetHideFromEditors(False)
    colors.SetNumberOfColors(1 + max(label.value for label in card.labels))
    colors.SetColor(0, _("Background"), 0.0, 0.0, 0.0, 0.0)
    for label in card.labels:
        colors.SetColor(label.value, label.name, *label.color, 1.0)
    return colors
