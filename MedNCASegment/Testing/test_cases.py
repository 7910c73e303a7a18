"""Labelled cases in folders, their split, and Dice."""

import numpy as np
import pytest
from core_cases import random_volume
from mednca import MedNCAError, Volume, write_volume
from mednca.cases import Case, find_cases, pair_files, read_case, split_cases
from mednca.metrics import dice, label_dice


def make_case(folder, name, images="imagesTr", labels="labelsTr", suffix=""):
    for sub in (images, labels):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    volume = random_volume()
    write_volume(folder / images / f"{name}{suffix}.nii.gz", volume)
    write_volume(folder / labels / f"{name}.nii.gz", Volume((volume.array > 400).astype(np.uint8), volume.affine))


@pytest.mark.parametrize(("images", "labels"), [("imagesTr", "labelsTr"), ("images", "labels")])
@pytest.mark.parametrize("suffix", ["", "_0000"])
def test_cases_are_found_in_the_usual_layouts(tmp_path, images, labels, suffix):
    for name in ("b", "a"):
        make_case(tmp_path, name, images, labels, suffix)
    cases = find_cases(tmp_path)
    assert [case.name for case in cases] == ["a", "b"]
    volume, label = read_case(cases[0])
    assert volume.array.shape == label.shape
    assert label.max() == 1


def test_a_folder_of_another_layout_is_refused(tmp_path):
    with pytest.raises(MedNCAError, match="neither imagesTr"):
        find_cases(tmp_path)


def test_an_image_without_a_label_is_refused(tmp_path):
    make_case(tmp_path, "a")
    (tmp_path / "labelsTr" / "a.nii.gz").rename(tmp_path / "labelsTr" / "b.nii.gz")
    with pytest.raises(MedNCAError, match="'a.nii.gz' has no label"):
        pair_files(tmp_path / "imagesTr", tmp_path / "labelsTr")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda v: Volume(v.array[:-1], v.affine), "differs in shape from the image"),
        (lambda v: Volume(v.array, v.affine + np.diag([0.2, 0, 0, 0])), "different places"),
    ],
)
def test_a_label_on_another_grid_is_refused(tmp_path, change, words):
    make_case(tmp_path, "a")
    write_volume(tmp_path / "labelsTr" / "a.nii.gz", change(random_volume()))
    with pytest.raises(MedNCAError, match=words):
        read_case(find_cases(tmp_path)[0])


def cases_called(names):
    return [Case(name, None, None) for name in names]


def test_the_split_depends_on_names_and_seed_alone():
    names = [f"case_{number:02d}" for number in range(20)]
    training, validation = split_cases(cases_called(names), 0.15, 7, exclude=["case_03"])
    again = split_cases(cases_called(reversed(names)), 0.15, 7, exclude=["case_03"])
    assert (training, validation) == again
    assert (len(training), len(validation)) == (16, 3)
    found = {case.name for case in training} | {case.name for case in validation}
    assert found == set(names) - {"case_03"}
    assert split_cases(cases_called(names), 0.15, 8)[1] != split_cases(cases_called(names), 0.15, 7)[1]
    assert [case.name for case in split_cases(cases_called(names), 0.15, 0)[1]] == ["case_01", "case_12", "case_13"]


def test_a_split_that_leaves_nothing_is_refused():
    with pytest.raises(MedNCAError, match="No case is left"):
        split_cases(cases_called("ab"), 0.9, 0)
    with pytest.raises(MedNCAError, match="no case 'c'"):
        split_cases(cases_called("ab"), 0.0, 0, exclude=["c"])


def test_dice_is_twice_the_overlap_over_both_sizes():
    one, other = np.array([1, 1, 1, 0, 0], bool), np.array([0, 1, 1, 1, 0], bool)
    assert dice(one, other) == pytest.approx(2 * 2 / 6)
    assert dice(one, one) == 1
    assert dice(one, ~one) == 0
    assert dice(one & False, one & False) == 1


def test_one_label_is_compared_with_all_foreground_and_several_each_with_its_own():
    found, truth = np.array([1, 1, 0, 0]), np.array([1, 2, 2, 0])
    assert label_dice(found, truth, [1]) == [pytest.approx(0.8)]
    assert label_dice(np.array([1, 2, 0, 0]), truth, [1, 2]) == [1, pytest.approx(2 / 3)]
