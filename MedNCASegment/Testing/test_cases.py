"""Labelled cases in folders, and their split."""

import json

import numpy as np
import pytest
from core_cases import random_volume
from mednca import MedNCAError, Volume, write_volume
from mednca.cases import ArrayCase, Case, find_cases, find_dataset, fold_cases, pair_files, read_case, split_cases


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


def test_a_second_channel_is_refused_as_such(tmp_path):
    for channel in ("_0000", "_0001"):
        make_case(tmp_path, "a", suffix=channel)
    with pytest.raises(MedNCAError, match="'a_0001.nii.gz' is another channel of the case 'a'"):
        find_cases(tmp_path)


def test_a_case_with_two_images_is_refused(tmp_path):
    make_case(tmp_path, "a")
    make_case(tmp_path, "a", suffix="_0000")
    with pytest.raises(MedNCAError, match="two images of the case 'a'"):
        find_cases(tmp_path)


def describe(folder, **facts):
    folder.mkdir(exist_ok=True)
    (folder / "dataset.json").write_text(json.dumps(facts), encoding="utf-8")


def test_a_decathlon_description_names_cases_labels_and_origin(tmp_path):
    for name in ("b", "a", "unlisted"):
        make_case(tmp_path, name)
    listed = [{"image": f"./imagesTr/{name}.nii.gz", "label": f"./labelsTr/{name}.nii.gz"} for name in "ba"]
    describe(
        tmp_path,
        name="Hearts",
        modality={"0": "MRI"},
        reference="Hospital",
        licence="CC0",
        labels={"0": "background", "1": "Left", "2": "Right"},
        training=listed,
    )
    dataset = find_dataset(tmp_path)
    assert [case.name for case in dataset.cases] == ["a", "b"]
    assert dataset.labels == {1: "Left", 2: "Right"}
    assert (dataset.name, dataset.modality) == ("Hearts", "MRI")
    assert (dataset.reference, dataset.licence) == ("Hospital", "CC0")
    assert read_case(dataset.cases[0])[1].max() == 1


def test_an_nnunet_description_gives_labels_by_name(tmp_path):
    make_case(tmp_path, "a", suffix="_0000")
    labels = {"background": 0, "Left": 1, "Right": 2}
    describe(tmp_path, channel_names={"0": "CT"}, labels=labels, numTraining=1, file_ending=".nii.gz")
    dataset = find_dataset(tmp_path)
    assert [case.name for case in dataset.cases] == ["a"]
    assert dataset.labels == {1: "Left", 2: "Right"}
    assert dataset.modality == "CT"


def test_without_a_description_nothing_is_declared(tmp_path):
    make_case(tmp_path, "a")
    assert find_dataset(tmp_path).labels == {}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"labels": {"background": 0, "All": [1, 2]}}, "region of several labels"),
        ({"labels": {"background": 0, "A": 1, "ignore": 2}}, "label to ignore"),
        ({"labels": {"0": "background", "300": "A"}}, "whole number from 0 to 255"),
        ({"labels": {"0": "background", "one": "A"}}, "whole number from 0 to 255"),
        ({"labels": {"0": "background", "1": 5.5}}, "whole number from 0 to 255"),
        ({"labels": ["A"]}, "whole number from 0 to 255"),
        ({"channel_names": {"0": "T1", "1": "T2"}}, "2 channels \\(T1, T2\\)"),
        ({"file_ending": ".png"}, "end in .png"),
        ({"training": "all"}, "must list objects"),
        ({"training": [{"image": "a.nii.gz"}]}, "must list objects"),
        ({"training": [{"image": "a.nii.gz", "label": "l/a.nii.gz"}] * 2}, "'a' twice"),
    ],
)
def test_a_description_that_cannot_be_followed_is_refused(tmp_path, facts, words):
    make_case(tmp_path, "a")
    describe(tmp_path, **facts)
    with pytest.raises(MedNCAError, match=words):
        find_dataset(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000])
def test_a_broken_description_is_refused(tmp_path, text):
    make_case(tmp_path, "a")
    (tmp_path / "dataset.json").write_text(text)
    with pytest.raises(MedNCAError, match="dataset.json"):
        find_dataset(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(MedNCAError, match="There is no folder"):
        find_dataset(tmp_path / "nowhere")


def test_cases_in_memory_are_read_like_those_on_disk():
    volume = random_volume()
    label = (volume.array > 400).astype(np.uint8)
    case = ArrayCase("made", volume, label)
    image, found = read_case(case)
    assert image is volume
    np.testing.assert_array_equal(found, label)
    with pytest.raises(MedNCAError, match="'made' do not fit: the label is larger"):
        read_case(ArrayCase("made", volume, np.pad(label, 1)))
    others = [ArrayCase(name, volume, label) for name in "abc"]
    training, validation = split_cases(others, 0.3, 0)
    assert len(training) == 2
    assert len(validation) == 1


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


def test_at_least_one_case_validates_when_any_should():
    assert len(split_cases(cases_called("abc"), 0.1, 0)[1]) == 1
    assert split_cases(cases_called("abc"), 0.0, 0)[1] == []
    assert len(split_cases(cases_called("a"), 0.0, 0)[0]) == 1
    with pytest.raises(MedNCAError, match="one case only \\('a'\\)"):
        split_cases(cases_called("a"), 0.2, 0)


def test_every_case_validates_in_exactly_one_fold():
    names = [f"case_{number:02d}" for number in range(11)]
    folds = [fold_cases(cases_called(names), index, 3, 5, exclude=["case_03"]) for index in (1, 2, 3)]
    validated = [case.name for _, validation in folds for case in validation]
    assert sorted(validated) == sorted(set(names) - {"case_03"})
    for training, validation in folds:
        assert {case.name for case in training} | {case.name for case in validation} == set(names) - {"case_03"}
        assert len(training) + len(validation) == 10
        assert [case.name for case in training] == sorted(case.name for case in training)
    assert fold_cases(cases_called(reversed(names)), 1, 3, 5, exclude=["case_03"]) == folds[0]
    assert fold_cases(cases_called(names), 1, 3, 6, exclude=["case_03"]) != folds[0]


@pytest.mark.parametrize(("index", "count"), [(0, 3), (4, 3), (1, 1), (1, 0), (-1, 3)])
def test_a_fold_that_does_not_exist_is_refused(index, count):
    with pytest.raises(MedNCAError, match="no fold"):
        fold_cases(cases_called("abcd"), index, count, 0)


def test_more_folds_than_cases_are_refused():
    with pytest.raises(MedNCAError, match="2 cases for 3 folds"):
        fold_cases(cases_called("ab"), 1, 3, 0)
