"""Slice and 3D views drawn off screen show the scene, the right way round."""

import numpy as np
import pytest
import slicer
from slicer_host.views import SliceView, renderSlice, renderThreeD


@pytest.fixture
def volume(scene):
    """A dark cube of 40 mm around the origin, brighter to the right, anterior and superior corner (RAS)."""
    cells = np.full((40, 40, 40), 20, np.uint8)
    cells[20:, 20:, 20:] = 200
    node = slicer.util.addVolumeFromArray(cells, nodeClassName="vtkMRMLScalarVolumeNode")
    node.SetOrigin(-20, -20, -20)
    node.CreateDefaultDisplayNodes()
    node.GetDisplayNode().SetAutoWindowLevel(False)
    node.GetDisplayNode().SetWindowLevel(255, 127.5)
    slicer.util.setSliceViewerLayers(background=node, label=None)
    return node


def corners(picture):
    """Brightness of a patch in each quadrant: upper left, upper right, lower left, lower right."""
    height, width = picture.shape[:2]
    rows, columns = (height // 3, 2 * height // 3), (width // 3, 2 * width // 3)
    return [int(picture[row - 5 : row + 5, column - 5 : column + 5].mean()) for row in rows for column in columns]


def test_slices_follow_the_radiological_convention(volume):
    # The patient's right, or anterior in a sagittal slice, is at the left; anterior, or superior, is up.
    for orientation, offset in (("Axial", 10.0), ("Sagittal", -10.0), ("Coronal", 10.0)):
        upperLeft, *others = corners(renderSlice(orientation, offset))
        assert upperLeft > 150 and max(others) < 60, orientation


def test_the_offset_chooses_the_slice(volume):
    assert max(corners(renderSlice("Axial", -10.0))) < 60


def test_a_label_map_is_drawn_over_the_volume(volume):
    cells = np.zeros((40, 40, 40), np.uint8)
    cells[:, :20, :20] = 1
    labels = slicer.util.addVolumeFromArray(cells, nodeClassName="vtkMRMLLabelMapVolumeNode")
    labels.SetOrigin(-20, -20, -20)
    labels.CreateDefaultDisplayNodes()
    slicer.util.setSliceViewerLayers(label=labels, labelOpacity=1.0)
    picture = renderSlice("Axial", -10.0).astype(int)
    colour = picture[2 * picture.shape[0] // 3, 2 * picture.shape[1] // 3]
    assert np.ptp(colour) > 30, "the label is in colour"
    assert np.ptp(picture[picture.shape[0] // 3, picture.shape[1] // 3]) == 0, "the rest is grey"


def test_a_segmentation_is_drawn_in_2d_and_3d(volume, scene):
    empty2d = renderSlice("Axial", 5.0)
    empty3d = renderThreeD((200, 200))
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    segment = node.GetSegmentation().AddEmptySegment("a", "a", (1.0, 0.0, 0.0))
    mask = np.zeros((40, 40, 40), np.uint8)
    mask[10:30, 10:30, 10:30] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, node, segment, volume)
    node.CreateClosedSurfaceRepresentation()

    def redness(picture):
        picture = picture.astype(int)
        return (picture[..., 0] - picture[..., 1] > 60).mean()

    assert redness(empty2d) == 0 and 0.1 < redness(renderSlice("Axial", 5.0)) < 0.5
    assert redness(empty3d) == 0 and redness(renderThreeD((200, 200))) > 0.05


def test_a_view_that_is_kept_follows_the_scene(volume):
    view = SliceView("Red", (120, 100))
    before = view.draw(10.0)
    slicer.util.arrayFromVolume(volume)[:] = 100
    slicer.util.arrayFromVolumeModified(volume)
    after = view.draw(10.0)
    view.close()
    assert before.shape == after.shape == (100, 120, 3)
    assert set(corners(after)) == {100}


def test_an_unknown_orientation_is_refused(scene):
    with pytest.raises(ValueError, match="Axial, Sagittal, Coronal"):
        renderSlice("Oblique")
