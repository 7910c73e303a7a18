"""Many volumes in one go, when one of them fails, is removed meanwhile, or all is cancelled."""

import math
import sys

from batch_case import addBadVolume, addScan, addSequence, finish, nodeIDs, rowsOf

# isort: split
import pytest
import slicer
from mednca import MedNCAError
from MedNCASegmentLib.batch import SegmentationBatch
from MedNCASegmentLib.hierarchy_folder import removeRunFolder
from MedNCASegmentLib.logic import RunOptions
from MedNCASegmentLib.sequence_batch import SequenceBatch


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


def test_nothing_to_segment_is_one_sentence(logic):
    with pytest.raises(MedNCAError, match="choose a folder"):
        SegmentationBatch(logic, [])
    with pytest.raises(MedNCAError, match="choose a sequence"):
        SequenceBatch(logic, None)
    with pytest.raises(MedNCAError, match="at least two runs"):
        SegmentationBatch(logic, [addScan()], options=RunOptions(runs=1, deviation=True))
