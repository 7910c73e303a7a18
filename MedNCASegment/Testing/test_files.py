"""Volumes in files, with nibabel and with SimpleITK."""

import os
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from core_cases import SAMPLE, random_volume
from mednca import MedNCAError, Volume, files, load_model, read_volume, write_volume, writing
from mednca.files import list_images, stem
from mednca.writing import replacing

sitk = pytest.importorskip("SimpleITK")
nibabel = pytest.importorskip("nibabel")


@pytest.fixture(params=["nibabel", "SimpleITK"])
def library(request, monkeypatch):
    """NIfTI is read and written with one of the two."""
    if request.param == "SimpleITK":
        monkeypatch.setitem(sys.modules, "nibabel", None)
    return request.param


def oblique_volume(dtype=np.int16) -> Volume:
    angle = np.radians(20)
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    volume = random_volume()
    affine = turn @ volume.affine @ np.diag([1.0, -1.0, 1.0, 1.0])
    return Volume(volume.array.astype(dtype), affine[:, [2, 0, 1, 3]])


def same(one: Volume, other: Volume) -> None:
    np.testing.assert_array_equal(one.array, other.array)
    np.testing.assert_allclose(one.affine, other.affine, atol=1e-4)


@pytest.mark.parametrize(("unit", "mm"), [("meter", 1e3), ("micron", 1e-3), ("mm", 1.0), ("unknown", 1.0)])
def test_units_of_a_file_are_followed(tmp_path, library, unit, mm):
    volume = random_volume()
    affine = volume.affine.copy()
    affine[:3] /= mm
    image = nibabel.Nifti1Image(volume.array.astype(np.int16), affine)
    image.header.set_xyzt_units(unit)
    nibabel.save(image, tmp_path / "v.nii")
    np.testing.assert_allclose(read_volume(tmp_path / "v.nii").affine, volume.affine, rtol=1e-4)


def test_a_unit_that_nobody_knows_is_no_reason_to_refuse_a_file(tmp_path):
    image = nibabel.Nifti1Image(np.zeros((3, 4, 5), np.int16), np.eye(4))
    image.header["xyzt_units"] = 63
    nibabel.save(image, tmp_path / "v.nii")
    np.testing.assert_array_equal(read_volume(tmp_path / "v.nii").affine, np.eye(4))


def test_a_compressed_file_with_a_wrong_sum_is_damaged(tmp_path):
    write_volume(tmp_path / "v.nii.gz", random_volume())
    content = bytearray((tmp_path / "v.nii.gz").read_bytes())
    content[-8] ^= 1
    (tmp_path / "v.nii.gz").write_bytes(content)
    with pytest.raises(MedNCAError, match="may be damaged"):
        read_volume(tmp_path / "v.nii.gz")


def test_too_little_memory_is_not_called_damage(tmp_path, monkeypatch):
    write_volume(tmp_path / "v.nii", random_volume())
    monkeypatch.setattr(files, "_read_nifti", mock.Mock(side_effect=MemoryError))
    with pytest.raises(MemoryError):
        read_volume(tmp_path / "v.nii")


def test_two_files_of_one_name_are_refused(tmp_path):
    for name in ("a.nii.gz", "a.nrrd"):
        (tmp_path / name).touch()
    with pytest.raises(MedNCAError, match="keep one of them"):
        list_images(tmp_path)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd", ".mha"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_a_volume_is_read_back_as_it_was_written(tmp_path, library, ending, dtype):
    volume = oblique_volume(dtype)
    write_volume(tmp_path / f"v{ending}", volume)
    found = read_volume(tmp_path / f"v{ending}")
    assert found.array.dtype == dtype
    same(found, volume)
    assert [path.name for path in tmp_path.iterdir()] == [f"v{ending}"]


def test_both_libraries_give_the_sample_the_same_voxels_and_geometry(monkeypatch):
    with_nibabel = read_volume(SAMPLE)
    monkeypatch.setitem(sys.modules, "nibabel", None)
    same(read_volume(SAMPLE), with_nibabel)


def test_what_one_library_writes_the_other_reads(tmp_path, monkeypatch):
    volume = oblique_volume()
    write_volume(tmp_path / "a.nii.gz", volume)
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "nibabel", None)
        same(read_volume(tmp_path / "a.nii.gz"), volume)
        write_volume(tmp_path / "b.nii.gz", volume)
    same(read_volume(tmp_path / "b.nii.gz"), volume)


def test_a_single_point_in_time_is_a_volume(tmp_path, library):
    volume = oblique_volume()
    nibabel_image = nibabel.Nifti1Image(volume.array[..., None], volume.affine)
    nibabel.save(nibabel_image, tmp_path / "v.nii.gz")
    same(read_volume(tmp_path / "v.nii.gz"), volume)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((4, 4, 4, 3), np.int16), "4 dimensions|values a voxel"),
        (np.zeros((4, 4), np.int16), "2 dimensions"),
        (np.zeros((4, 4, 4), np.complex64), "complex64"),
    ],
)
def test_an_image_that_is_no_scalar_volume_is_refused(tmp_path, library, array, words):
    nibabel.save(nibabel.Nifti1Image(array, np.eye(4)), tmp_path / "v.nii")
    with pytest.raises(MedNCAError, match=words):
        read_volume(tmp_path / "v.nii")


def test_a_color_image_is_refused(tmp_path):
    image = sitk.Image([4, 4, 4], sitk.sitkVectorUInt8, 3)
    sitk.WriteImage(image, str(tmp_path / "v.nrrd"))
    with pytest.raises(MedNCAError, match="3 values a voxel"):
        read_volume(tmp_path / "v.nrrd")


@pytest.mark.parametrize("name", ["v.nii", "v.nii.gz", "v.nrrd", "v.mha"])
@pytest.mark.parametrize("content", [b"", b"hello" * 100])
def test_a_damaged_file_is_refused(tmp_path, library, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MedNCAError, match="cannot be read as an image"):
        read_volume(tmp_path / name)


def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path):
    with pytest.raises(MedNCAError, match="no file"):
        read_volume(tmp_path / "missing.nii")
    with pytest.raises(MedNCAError, match="is a folder"):
        read_volume(tmp_path)


def test_a_file_that_may_not_be_read_is_not_called_damaged(tmp_path, monkeypatch):
    write_volume(tmp_path / "locked.nii.gz", random_volume())
    (tmp_path / "locked.npz").write_bytes(b"")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    for read, name in ((read_volume, "locked.nii.gz"), (load_model, "locked.npz")):
        with pytest.raises(MedNCAError, match=f"{name}' may not be read; change its permissions"):
            read(tmp_path / name)


def test_without_either_library_both_are_named(tmp_path, monkeypatch):
    for name in ("nibabel", "SimpleITK"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MedNCAError, match="nibabel or SimpleITK"):
        read_volume(SAMPLE)


def test_a_write_that_fails_leaves_the_earlier_file_and_nothing_else(tmp_path):
    path = tmp_path / "v.txt"
    path.write_text("earlier")
    with pytest.raises(ZeroDivisionError), replacing(path) as temporary:
        temporary.write_text("half")
        raise ZeroDivisionError
    assert path.read_text() == "earlier"
    with pytest.raises(MedNCAError, match="cannot be written"), replacing(path) as temporary:
        temporary.write_text("half")
        raise OSError(28, "No space left on device")
    assert path.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_is_read_only_is_said_of_the_file_that_was_asked_for(tmp_path, monkeypatch):
    def refuse(path, missing_ok=False):
        raise OSError(30, "Read-only file system", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    wanted = tmp_path / "v.txt"
    with pytest.raises(MedNCAError, match="v.txt' cannot be written .Read-only") as raised, replacing(wanted) as half:
        refuse(half)
    assert f"'{wanted}'" in str(raised.value)


def test_the_earlier_file_is_there_until_the_new_one_is_complete(tmp_path):
    path = tmp_path / "v.txt"
    path.write_text("earlier")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "earlier"
    assert path.read_text() == "new"


def test_on_windows_a_file_that_is_being_read_is_replaced_when_the_reader_has_finished(tmp_path, monkeypatch):
    path, asked = tmp_path / "file.txt", []

    def replace(source, target, really=os.replace):
        asked.append(target)
        if len(asked) < 3:
            raise PermissionError(13, "Access is denied")
        really(source, target)

    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(writing, "READERS", 1.0)
    with replacing(path) as temporary:
        temporary.write_text("whole")
    assert (path.read_text(), len(asked)) == ("whole", 3)


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path):
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "v.txt", tmp_path / "link.txt"
    target.write_text("before")
    link.symlink_to(target)
    with replacing(link) as temporary:
        temporary.write_text("after")
    assert link.is_symlink() and target.read_text() == "after"
    assert [path.name for path in target.parent.iterdir()] == ["v.txt"]


def test_a_device_is_never_replaced_by_a_file():
    with pytest.raises(MedNCAError, match="not a file"), replacing("/dev/null"):
        pass


@pytest.mark.parametrize(
    ("name", "expected"), [("a.nii.gz", "a"), ("a.b.NII", "a.b"), ("x.nrrd", "x"), ("y.txt", "y.txt")]
)
def test_the_name_of_a_case_is_that_of_its_file_without_the_ending(name, expected):
    assert stem(name) == expected


def test_images_of_a_folder_are_listed_without_hidden_and_other_files(tmp_path):
    for name in ("b.nii.gz", "a.nrrd", ".hidden.nii.gz", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    assert list(list_images(tmp_path)) == ["a", "b"]
