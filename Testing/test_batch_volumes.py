"""Many volumes in one go: the real model on the sample and on shifted and cropped copies of it, in a real scene."""

from batch_case import addScan, finish, mask, nodeIDs, rowsOf
from panel_case import LABEL

# isort: split
import numpy as np
import pytest
import slicer
from mednca.metrics import dice
from MedNCASegmentLib.batch import SegmentationBatch
from MedNCASegmentLib.batch_folder import volumesInFolder
from MedNCASegmentLib.hierarchy_folder import removeRunFolder
from MedNCASegmentLib.logic import RunOptions

LEAST_DICE = 0.8


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
