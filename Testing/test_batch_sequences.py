"""A sequence of volumes becomes a sequence of segmentations."""

import math
from dataclasses import replace

from batch_case import addBadVolume, addScan, addSequence, finish, mask, nodeIDs, rowsOf, storedMask

# isort: split
import numpy as np
import slicer
import vtk
from mednca import load_model, save_model
from MedNCASegmentLib.hierarchy_folder import removeRunFolder
from MedNCASegmentLib.logic import RunOptions
from MedNCASegmentLib.many_volumes import batchMessage
from MedNCASegmentLib.sequence_batch import SequenceBatch


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


def test_the_table_of_a_sequence_says_which_results_are_doubtful(logic, tmp_path):
    model = load_model("hippocampus")
    path = tmp_path / "doubtful.npz"
    save_model(replace(model, card=replace(model.card, spread_limit=1e-6)), path)
    sequence, _ = addSequence([addScan("A"), addBadVolume(), addScan("C")])
    batch = finish(SequenceBatch(logic, sequence, str(path)))
    problems = [row["Problem"].ToString() for row in rowsOf(batch.tableNode)]
    assert [text.startswith("The runs disagree (spread 0.") for text in problems] == [True, False, True]
    assert "Check 2 of the results before you use them" in batchMessage(batch)


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
