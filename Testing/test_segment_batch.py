"""Many volumes in one go: the real model on the sample and on shifted and cropped copies of it, in a real scene."""

import math
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "MedNCASegment")]

from slicer_host import raiseErrors, start  # noqa: E402

start()

import slicer  # noqa: E402
import vtk  # noqa: E402
from mednca import MedNCAError  # noqa: E402
from mednca.metrics import dice  # noqa: E402
from MedNCASegmentLib.batch import SegmentationBatch  # noqa: E402
from MedNCASegmentLib.batch_folder import volumesInFolder  # noqa: E402
from MedNCASegmentLib.logic import MedNCASegmentLogic, RunOptions  # noqa: E402
from MedNCASegmentLib.run_folder import removeRunFolder  # noqa: E402
from MedNCASegmentLib.sequence_batch import SequenceBatch  # noqa: E402
from vtk.util import numpy_support  # noqa: E402

SAMPLE_DATA = HERE.parent / "MedNCASegment" / "Resources" / "SampleData"
SCAN, LABEL = (str(SAMPLE_DATA / f"MedNCA_Hippocampus_{name}.nii.gz") for name in ("T1", "Label"))
LEAST_DICE = 0.8


@pytest.fixture(scope="module")
def logic():
    return MedNCASegmentLogic()


@pytest.fixture(autouse=True)
def emptyScene():
    slicer.mrmlScene.Clear(0)
    yield
    slicer.mrmlScene.Clear(0)
    raiseErrors()


def addScan(name="Scan", shift=0.0, crop=0):
    """The sample, moved by so many millimetres and without so many voxels at each end of its last axis."""
    volume = slicer.util.loadVolume(SCAN, {"name": name})
    array = slicer.util.arrayFromVolume(volume).copy()
    origin = np.array(volume.GetOrigin()) + shift
    if crop:
        matrix = vtk.vtkMatrix4x4()
        volume.GetIJKToRASMatrix(matrix)
        origin += crop * slicer.util.arrayFromVTKMatrix(matrix)[:3, 2]
        slicer.util.updateVolumeFromArray(volume, array[crop:-crop])
    volume.SetOrigin(origin)
    return volume


def addBadVolume(name="Empty"):
    return slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)


def addSequence(scans, name="Follow-up", browser=True):
    """A sequence of copies of these volumes, at 0, 10, 20, ... days; the volumes themselves leave the scene."""
    sequence = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", name)
    sequence.SetIndexName("time")
    sequence.SetIndexUnit("d")
    for number, scan in enumerate(scans):
        sequence.SetDataNodeAtValue(scan, str(10 * number))
        slicer.mrmlScene.RemoveNode(scan)
    if not browser:
        return sequence, None
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", "Browser")
    node.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(node)
    return sequence, node


def finish(batch):
    while not batch.finished:
        batch.advance()
    return batch


def mask(segmentation, volume):
    segment = segmentation.GetSegmentation().GetNthSegmentID(0)
    return slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segment, volume).astype(bool)


def storedMask(segmentation):
    """The voxels of a segmentation in a sequence, which has no scene to convert it."""
    image = segmentation.GetSegmentation().GetNthSegment(0).GetRepresentation("Binary labelmap")
    return int((numpy_support.vtk_to_numpy(image.GetPointData().GetScalars()) > 0).sum())


def rowsOf(tableNode):
    table = tableNode.GetTable()
    titles = [table.GetColumn(number).GetName() for number in range(table.GetNumberOfColumns())]
    return [{title: table.GetValueByName(row, title) for title in titles} for row in range(table.GetNumberOfRows())]


def nodeIDs():
    """Nodes of the scene that hold something; Slicer leaves display and storage nodes of what is deleted."""
    nodes = slicer.util.getNodesByClass("vtkMRMLNode")
    hidden = ("vtkMRMLDisplayNode", "vtkMRMLStorageNode")
    return sorted(node.GetID() for node in nodes if not any(node.IsA(name) for name in hidden))


def test_each_volume_of_a_batch_gets_what_it_gets_alone(logic):
    volumes = [addScan("A"), addScan("B", shift=25.0), addScan("C", crop=2)]
    alone = [mask(logic.segment(volume), volume) for volume in volumes]
    label = slicer.util.arrayFromVolume(slicer.util.loadLabelVolume(LABEL)) > 0

    batch = finish(SegmentationBatch(logic, volumes))

    assert batch.problems == [] and not batch.cancelled
    for outputs, volume, expected in zip(batch.outputs, volumes, alone, strict=True):
        found = mask(outputs.segmentationNode, volume)
        np.testing.assert_array_equal(found, expected)
        assert outputs.sequenceNode is None  # steps are recorded for single runs alone
        assert outputs.segmentationNode.GetName().startswith(f"{volume.GetName()} segmentation")
    for outputs, volume in zip(batch.outputs[:2], volumes[:2], strict=True):
        assert dice(mask(outputs.segmentationNode, volume), label) > LEAST_DICE


def test_one_table_says_the_same_as_the_tables_of_single_runs(logic):
    volumes = [addScan("A"), addScan("C", crop=2)]
    options = RunOptions(runs=2, recordSteps=False)
    batch = finish(SegmentationBatch(logic, volumes, options=options))

    rows = rowsOf(batch.tableNode)
    assert [row["Scan"].ToString() for row in rows] == ["A", "C"]
    assert "Problem" not in rows[0]
    for row, volume in zip(rows, volumes, strict=True):
        run = logic.start(volume, options=options)
        while not run.finished:
            run.advance(1.0)
        (single,) = rowsOf(run.outputs.tableNode)
        assert row["Segment"].ToString() == single["Segment"].ToString()
        for title in ("Volume", "Voxels", "Largest component", "Spread of runs"):
            assert row[title].ToDouble() == pytest.approx(single[title].ToDouble()), title
        assert 0 < row["Run time"].ToDouble() < 60
    assert batch.tableNode.GetColumnUnitLabel("Volume") == "mL"


def test_a_bad_volume_is_reported_and_the_others_go_on(logic):
    volumes = [addBadVolume(), addScan("A"), addBadVolume("Void"), addScan("B"), addBadVolume("Blank")]
    batch = finish(SegmentationBatch(logic, volumes))

    assert [name for name, _ in batch.problems] == ["Empty", "Void", "Blank"]
    assert batch.problems[0][1] == "'Empty' is empty; load an image with voxels."
    assert [outputs is None for outputs in batch.outputs] == [True, False, True, False, True]
    assert batch.progress.fraction == 1.0 and not batch.cancelled
    rows = rowsOf(batch.tableNode)
    assert [row["Scan"].ToString() for row in rows] == ["Empty", "A", "Void", "B", "Blank"]
    assert [row["Problem"].ToString() for row in rows][2] == batch.problems[1][1]
    assert [math.isnan(row["Volume"].ToDouble()) for row in rows] == [True, False, True, False, True]


def test_a_batch_in_which_all_volumes_fail_leaves_the_scene_as_it_was(logic):
    volumes = [addBadVolume("One"), addBadVolume("Two")]
    before = nodeIDs()
    batch = finish(SegmentationBatch(logic, volumes))
    assert len(batch.problems) == 2 and batch.outputs == [None, None] and batch.tableNode is None
    assert nodeIDs() == before


def test_progress_runs_over_all_volumes(logic):
    batch = SegmentationBatch(logic, [addScan("A"), addScan("B")])
    seen = []
    while not batch.finished:
        seen.append(batch.advance(0))
    fractions = [progress.fraction for progress in seen]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
    assert [progress.name for progress in seen if progress.index == 1][0] == "A"
    second = [progress for progress in seen if progress.name == "B"]
    assert {(progress.index, progress.count) for progress in second} == {(2, 2)}
    assert second[0].fraction == 0.5
    assert all(progress.secondsLeft >= 0 for progress in second)
    within = [progress.volume.fraction for progress in second if progress.volume is not None]
    assert len(within) > 10 and within[-1] == 1.0


def test_cancel_keeps_what_is_complete_and_nothing_else(logic):
    volumes = [addScan(name) for name in "ABC"]
    batch = SegmentationBatch(logic, volumes, options=RunOptions(probability=True))
    while batch.progress is None or batch.progress.fraction < 0.5:
        batch.advance(0)
    assert batch.progress.name == "B"
    complete = nodeIDs()

    batch.cancel()

    assert batch.finished and batch.cancelled and nodeIDs() == complete
    assert [outputs is None for outputs in batch.outputs] == [False, True, True]
    assert [row["Scan"].ToString() for row in rowsOf(batch.tableNode)] == ["A"]
    assert slicer.util.getNodesByClass("vtkMRMLSegmentationNode") == [batch.outputs[0].segmentationNode]
    progress = batch.progress
    assert batch.advance() == progress and nodeIDs() == complete


def test_cancel_before_the_first_is_complete_leaves_the_scene_as_it_was(logic):
    volumes = [addScan("A"), addScan("B")]
    before = nodeIDs()
    batch = SegmentationBatch(logic, volumes)
    batch.advance(0.1)
    batch.cancel()
    assert batch.finished and batch.outputs == [None, None] and nodeIDs() == before


@pytest.mark.parametrize("sequence", [False, True])
def test_cancel_while_nodes_are_added_takes_them_back(logic, sequence):
    source = addSequence([addScan("A")])[0] if sequence else [addScan("A")]
    before = nodeIDs()
    batch = (SequenceBatch if sequence else SegmentationBatch)(logic, source, options=RunOptions(probability=True))
    while not slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
        batch.advance(0)
    assert not batch.finished
    batch.cancel()
    assert nodeIDs() == before and batch.outputs == [None] and batch.tableNode is None


def test_an_observer_of_a_new_node_may_cancel(logic):
    volumes = [addScan("A"), addScan("B")]
    before = nodeIDs()
    batch = SegmentationBatch(logic, volumes, options=RunOptions(probability=True))

    def cancel(*_):
        if slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
            batch.cancel()

    tag = slicer.mrmlScene.AddObserver(slicer.vtkMRMLScene.NodeAddedEvent, cancel)
    try:
        finish(batch)
    finally:
        slicer.mrmlScene.RemoveObserver(tag)
    assert batch.cancelled and nodeIDs() == before


def test_a_volume_that_fails_while_it_is_added_leaves_nothing(logic, monkeypatch):
    volumes = [addScan("A"), addScan("B")]
    before = nodeIDs()

    def refuse(name, *_):
        if name.startswith("A"):
            raise MedNCAError("No room.")
        return original(name, *_)

    original = sys.modules["MedNCASegmentLib.batch"].addVolume
    monkeypatch.setattr("MedNCASegmentLib.batch.addVolume", refuse)
    batch = finish(SegmentationBatch(logic, volumes, options=RunOptions(probability=True)))
    assert batch.problems == [("A", "No room.")]
    added = [slicer.mrmlScene.GetNodeByID(one) for one in nodeIDs() if one not in before]
    assert sorted(node.GetClassName() for node in added) == [
        "vtkMRMLScalarVolumeNode",
        "vtkMRMLSegmentationNode",
        "vtkMRMLTableNode",
    ]


def test_a_volume_that_is_removed_meanwhile_is_reported(logic):
    volumes = [addScan("A"), addScan("B"), addScan("C")]
    batch = SegmentationBatch(logic, volumes)
    batch.advance(0)
    slicer.mrmlScene.RemoveNode(volumes[0])
    slicer.mrmlScene.RemoveNode(volumes[2])
    finish(batch)
    assert [name for name, _ in batch.problems] == ["A", "C"] and batch.outputs[1] is not None


def test_results_that_are_deleted_meanwhile_are_not_missed(logic):
    batch = SegmentationBatch(logic, [addScan("A"), addScan("B")])
    while batch.outputs[0] is None:
        batch.advance(0)
    removeRunFolder(batch.outputs[0].folder)
    finish(batch)
    assert batch.problems == [] and slicer.mrmlScene.IsNodePresent(batch.tableNode)
    assert [row["Scan"].ToString() for row in rowsOf(batch.tableNode)] == ["A", "B"]


def test_deleting_the_folder_of_a_batch_leaves_nothing(logic):
    volumes = [addScan("A"), addScan("B")]
    before = nodeIDs()
    batch = finish(SegmentationBatch(logic, volumes, options=RunOptions(runs=2, probability=True, deviation=True)))
    assert len(nodeIDs()) == len(before) + 1 + 2 * 3
    removeRunFolder(batch.outputs[0].folder)
    assert nodeIDs() == before


def test_segmenting_again_into_one_segmentation_of_a_batch_spares_the_others(logic):
    volumes = [addScan("A"), addScan("B")]
    batch = finish(SegmentationBatch(logic, volumes))
    logic.segment(volumes[0], outputNode=batch.outputs[0].segmentationNode)
    assert slicer.mrmlScene.IsNodePresent(batch.outputs[1].segmentationNode)
    assert slicer.mrmlScene.IsNodePresent(batch.tableNode)


def test_the_volumes_of_a_folder_are_its_scans_alone(logic):
    hierarchy = slicer.mrmlScene.GetSubjectHierarchyNode()
    outer = hierarchy.CreateFolderItem(hierarchy.GetSceneItemID(), "Patient")
    inner = hierarchy.CreateFolderItem(outer, "Study")
    volumes = [addScan("A"), addScan("B"), addScan("Elsewhere")]
    label = slicer.util.loadLabelVolume(LABEL)
    vector = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLVectorVolumeNode", "Colours")
    for node, folder in ((volumes[0], outer), (volumes[1], inner), (label, inner), (vector, outer)):
        hierarchy.SetItemParent(hierarchy.GetItemByDataNode(node), folder)
    assert sorted(node.GetName() for node in volumesInFolder(outer)) == ["A", "B"]
    assert volumesInFolder(inner) == [volumes[1]]

    # Probabilities that a run and a batch have left beside the scans are no scans.
    logic.segment(volumes[0], options=RunOptions(probability=True))
    finish(SegmentationBatch(logic, volumesInFolder(outer), options=RunOptions(probability=True)))
    assert sorted(node.GetName() for node in volumesInFolder(outer)) == ["A", "B"]


def test_nothing_to_segment_is_one_sentence(logic):
    with pytest.raises(MedNCAError, match="choose a folder"):
        SegmentationBatch(logic, [])
    with pytest.raises(MedNCAError, match="choose a sequence"):
        SequenceBatch(logic, None)
    with pytest.raises(MedNCAError, match="at least two runs"):
        SegmentationBatch(logic, [addScan()], options=RunOptions(deviation=True))


def test_a_sequence_of_volumes_becomes_a_sequence_of_segmentations(logic):
    scans = [addScan("A"), addScan("B", shift=25.0), addScan("C", crop=2)]
    alone = [int(mask(logic.segment(scan), scan).sum()) for scan in scans]
    sequence, browser = addSequence(scans)
    proxyVolume = browser.GetProxyNode(sequence)

    batch = finish(SequenceBatch(logic, sequence))

    assert batch.problems == []
    outputs = batch.outputs[0]
    found = outputs.sequenceNode
    assert [found.GetNthIndexValue(number) for number in range(3)] == ["0", "10", "20"]
    assert (found.GetIndexName(), found.GetIndexUnit()) == ("time", "d")
    assert [storedMask(found.GetNthDataNode(number)) for number in range(3)] == alone
    assert outputs.browserNode == browser and browser.GetProxyNode(found) == outputs.segmentationNode
    for number in range(3):
        browser.SetSelectedItemNumber(number)
        shown = mask(outputs.segmentationNode, proxyVolume)
        assert shown.shape == slicer.util.arrayFromVolume(proxyVolume).shape
        assert int(shown.sum()) == alone[number]
    role = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
    assert outputs.segmentationNode.GetNodeReference(role) == proxyVolume
    rows = rowsOf(batch.tableNode)
    assert [row["Scan"].ToString() for row in rows] == ["Follow-up"] * 3
    assert [row["time"].ToDouble() for row in rows] == [0.0, 10.0, 20.0]
    assert [row["Voxels"].ToInt() for row in rows] == alone
    assert batch.tableNode.GetColumnUnitLabel("time") == "d"


def test_an_item_that_cannot_be_segmented_shows_no_segmentation(logic):
    sequence, browser = addSequence([addScan("A"), addBadVolume(), addScan("C")])
    batch = finish(SequenceBatch(logic, sequence))
    outputs = batch.outputs[0]
    assert [name for name, _ in batch.problems] == ["Follow-up [time=10d]"]
    assert [outputs.sequenceNode.GetNthIndexValue(number) for number in range(2)] == ["0", "20"]
    for number, segments in ((0, 1), (1, 0), (2, 1)):
        browser.SetSelectedItemNumber(number)
        assert outputs.segmentationNode.GetSegmentation().GetNumberOfSegments() == segments
    assert outputs.sequenceNode.GetNumberOfDataNodes() == 2


def test_cancelling_a_sequence_keeps_the_items_that_are_complete(logic):
    sequence, browser = addSequence([addScan(name) for name in "ABC"])
    batch = SequenceBatch(logic, sequence)
    while batch.progress is None or batch.progress.fraction < 0.5:
        batch.advance(0)
    complete = nodeIDs()
    batch.cancel()
    assert nodeIDs() == complete
    assert batch.outputs[0].sequenceNode.GetNumberOfDataNodes() == 1 and batch.outputs[1:] == [None, None]
    assert [row["time"].ToDouble() for row in rowsOf(batch.tableNode)] == [0.0]


def test_maps_of_a_sequence_are_sequences_and_go_with_the_folder(logic):
    sequence, browser = addSequence([addScan("A"), addScan("B")])
    before = nodeIDs()
    batch = finish(SequenceBatch(logic, sequence, options=RunOptions(runs=2, probability=True, deviation=True)))
    outputs = batch.outputs[1]
    (probability,), (deviation,) = outputs.probabilityNodes, outputs.deviationNodes
    browser.SetSelectedItemNumber(1)
    volume = browser.GetProxyNode(sequence)
    assert slicer.util.arrayFromVolume(probability).shape == slicer.util.arrayFromVolume(volume).shape
    assert 0.9 < slicer.util.arrayFromVolume(probability).max() <= 1.0
    assert 0.0 < slicer.util.arrayFromVolume(deviation).max() <= 0.5
    assert browser.GetSequenceNode(probability).GetNumberOfDataNodes() == 2

    removeRunFolder(outputs.folder)
    assert nodeIDs() == before
    browser.SetSelectedItemNumber(0)
    assert browser.GetProxyNode(sequence) == volume


def test_a_sequence_without_a_browser_gets_one(logic):
    sequence, _ = addSequence([addScan("A"), addScan("B")], browser=False)
    before = nodeIDs()
    batch = finish(SequenceBatch(logic, sequence))
    outputs = batch.outputs[0]
    assert outputs.browserNode.GetMasterSequenceNode() == sequence
    assert outputs.browserNode.GetNumberOfItems() == 2
    removeRunFolder(outputs.folder)
    assert nodeIDs() == before


def test_the_transform_of_a_sequence_counts(logic):
    sequence, browser = addSequence([addScan("A"), addScan("B")])
    proxy = browser.GetProxyNode(sequence)
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    turn = vtk.vtkTransform()
    turn.RotateX(90)
    transform.SetMatrixTransformToParent(turn.GetMatrix())
    proxy.SetAndObserveTransformNodeID(transform.GetID())
    expected = mask(logic.segment(proxy), proxy)

    outputs = finish(SequenceBatch(logic, sequence)).outputs[0]

    assert outputs.segmentationNode.GetTransformNodeID() == transform.GetID()
    assert storedMask(outputs.sequenceNode.GetNthDataNode(0)) == int(expected.sum())
    np.testing.assert_array_equal(mask(outputs.segmentationNode, proxy), expected)


def test_a_saved_scene_brings_the_sequence_of_segmentations_and_the_table_back(logic, tmp_path):
    sequence, browser = addSequence([addScan("A"), addBadVolume(), addScan("C", crop=2)])
    batch = finish(SequenceBatch(logic, sequence))
    name = batch.outputs[0].sequenceNode.GetName()
    counts = [storedMask(batch.outputs[0].sequenceNode.GetNthDataNode(number)) for number in range(2)]
    title = batch.tableNode.GetName()
    assert slicer.util.saveScene(str(tmp_path / "batch.mrb"))

    slicer.mrmlScene.Clear(0)
    slicer.util.loadScene(str(tmp_path / "batch.mrb"))

    found = slicer.util.getFirstNodeByClassByName("vtkMRMLSequenceNode", name)
    assert [found.GetNthDataNode(number).GetClassName() for number in range(2)] == ["vtkMRMLSegmentationNode"] * 2
    browser = slicer.util.getNode("Browser")
    sequence = slicer.util.getFirstNodeByClassByName("vtkMRMLSequenceNode", "Follow-up")
    shown = []
    for number in range(3):
        browser.SetSelectedItemNumber(number)
        segmentation = browser.GetProxyNode(found)
        segments = segmentation.GetSegmentation().GetNumberOfSegments()
        shown.append(int(mask(segmentation, browser.GetProxyNode(sequence)).sum()) if segments else 0)
    assert shown == [counts[0], 0, counts[1]]
    table = slicer.util.getFirstNodeByClassByName("vtkMRMLTableNode", title)
    rows = rowsOf(table)
    assert [row["time"].ToDouble() for row in rows] == [0.0, 10.0, 20.0]
    assert math.isnan(rows[1]["Volume"].ToDouble()) and rows[1]["Problem"].ToString() == batch.problems[0][1]
