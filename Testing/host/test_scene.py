"""The scene: files in and out, scene bundles with step sequences, subject hierarchy items."""

import numpy as np
import pytest
import slicer


def addSegmentation(volume, mask):
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Organ")
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    segment = node.GetSegmentation().AddEmptySegment("organ", "Organ")
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask.astype(np.uint8), node, segment, volume)
    return node


def addSteps(labelmap, count):
    sequence = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", "Steps")
    for step in range(count):
        item = slicer.vtkMRMLLabelMapVolumeNode()
        item.Copy(labelmap)
        sequence.SetDataNodeAtValue(item, str(step))
        slicer.util.arrayFromVolume(sequence.GetNthDataNode(step))[:] = step
    browser = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", "Browser")
    browser.AddSynchronizedSequenceNode(sequence)
    slicer.modules.sequences.logic().UpdateAllProxyNodes()
    return sequence, browser


def test_a_scan_is_loaded_with_its_grid(scene, scanFile):
    nibabel = pytest.importorskip("nibabel")
    volume = slicer.util.loadVolume(scanFile)
    expected = np.asanyarray(nibabel.load(scanFile).dataobj)
    assert volume.GetName() == "MedNCA_Hippocampus_T1"
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(volume), expected.T)


def test_a_missing_file_is_an_error(scene):
    with pytest.raises(RuntimeError, match="File not found"):
        slicer.util.loadVolume("/nowhere/scan.nii.gz")


def test_a_scene_bundle_brings_back_the_segmentation_and_the_label_map_sequence(scene, scanFile, labelFile, tmp_path):
    volume = slicer.util.loadVolume(scanFile)
    labelmap = slicer.util.loadLabelVolume(labelFile)
    mask = slicer.util.arrayFromVolume(labelmap) > 0
    addSegmentation(volume, mask)
    addSteps(labelmap, 3)
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))

    scene.Clear(0)
    assert not slicer.util.getNodesByClass("vtkMRMLSequenceNode")
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))

    volume = slicer.util.getNode("MedNCA_Hippocampus_T1")
    segmentation = slicer.util.getNode("Organ")
    np.testing.assert_array_equal(slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, "organ", volume), mask)
    sequence = slicer.util.getFirstNodeByClassByName("vtkMRMLSequenceNode", "Steps")
    browser = slicer.util.getNode("Browser")
    assert [sequence.GetNthDataNode(step).GetClassName() for step in range(3)] == ["vtkMRMLLabelMapVolumeNode"] * 3
    browser.SetSelectedItemNumber(2)
    assert slicer.util.arrayFromVolume(browser.GetProxyNode(sequence)).max() == 2


def test_nodes_are_saved_and_exported(scene, scanFile, labelFile, tmp_path):
    volume = slicer.util.loadVolume(scanFile)
    mask = slicer.util.arrayFromVolume(slicer.util.loadLabelVolume(labelFile)) > 0
    segmentation = addSegmentation(volume, mask)
    assert slicer.util.saveNode(segmentation, str(tmp_path / "organ.seg.nrrd"))
    storedName = volume.GetStorageNode().GetFileName()
    assert slicer.util.exportNode(volume, str(tmp_path / "copy.nrrd"))
    assert volume.GetStorageNode().GetFileName() == storedName
    with pytest.raises(ValueError, match="no known file format"):
        slicer.util.exportNode(volume, str(tmp_path / "copy.nonsense"), {})

    copy = slicer.util.loadVolume(str(tmp_path / "copy.nrrd"))
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(copy), slicer.util.arrayFromVolume(volume))
    again = slicer.util.loadSegmentation(str(tmp_path / "organ.seg.nrrd"))
    segment = again.GetSegmentation().GetNthSegmentID(0)
    np.testing.assert_array_equal(slicer.util.arrayFromSegmentBinaryLabelmap(again, segment, volume), mask)


def test_subject_hierarchy_items_come_and_go_with_the_nodes_that_slicer_gives_them(scene, scanFile, labelFile):
    volume = slicer.util.loadVolume(scanFile)
    sequence, browser = addSteps(slicer.util.loadLabelVolume(labelFile), 1)
    hierarchy = scene.GetSubjectHierarchyNode()
    item = hierarchy.GetItemByDataNode(volume)
    assert item
    assert not hierarchy.GetItemByDataNode(sequence)
    assert not hierarchy.GetItemByDataNode(browser)
    scene.RemoveNode(volume)
    assert hierarchy.GetItemDataNode(item) is None


def test_a_loaded_volume_is_shown_in_the_slice_views(scene, scanFile):
    volume = slicer.util.loadVolume(scanFile)
    logic = slicer.app.layoutManager().sliceWidget("Red").sliceLogic()
    assert logic.GetSliceCompositeNode().GetBackgroundVolumeID() == volume.GetID()


def test_label_maps_have_colours(scene, labelFile):
    labelmap = slicer.util.loadLabelVolume(labelFile)
    colours = labelmap.GetDisplayNode().GetColorNode()
    rgba = [0.0] * 4
    colours.GetColor(1, rgba)
    assert colours.GetNumberOfColors() == 256 and rgba[3] == 1.0


def test_a_scene_that_is_loaded_is_added_unless_it_is_to_take_the_place_of_the_other(scene, tmp_path):
    path = str(tmp_path / "scene.mrb")
    scene.AddNewNodeByClass("vtkMRMLTextNode", "Text")
    assert slicer.util.saveScene(path)
    for properties, count in (({}, 2), ({"clear": True}, 1)):
        slicer.util.loadScene(path, properties)
        assert len(slicer.util.getNodesByClass("vtkMRMLTextNode")) == count
