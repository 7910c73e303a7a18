"""Labelled cases are looked at before anything starts: what is wrong with each, and one table of all."""

import gzip
import time

import numpy as np
import pytest
from core_cases import HIPPOCAMPUS
from made_cases import ellipsoids, write_case
from mednca import MedNCAError, Volume, write_volume
from mednca.cases import ArrayCase, Case, find_cases, find_dataset
from mednca.training.checking import check_case, check_cases, fingerprint, table, usable

DECLARED = {1: "Back", 2: "Front"}
nibabel = pytest.importorskip("nibabel")


def array_case(change=lambda volume, label: (volume, label), name="made"):
    volume, label = change(*ellipsoids(parts=2))
    return ArrayCase(name, volume, label)


def with_voxel(volume, value):
    array = volume.array.copy()
    array[0, 0, 0] = value
    return Volume(array, volume.affine)


def with_value(label, value, dtype):
    label = label.astype(dtype)
    label[0, 0, 0] = value
    return label


def test_a_good_case_has_no_problems_and_is_measured():
    row = check_case(array_case(), DECLARED)
    assert row.ok
    assert row.shape == (20, 24, 18)
    assert row.spacing == (1.0, 1.0, 1.0)
    _, label = ellipsoids(parts=2)
    assert row.labels == {1: int((label == 1).sum()), 2: int((label == 2).sum())}
    assert row.facts.foreground.voxels == sum(row.labels.values())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda v, m: (v, np.zeros_like(m)), "label is empty"),
        (lambda v, m: (v, with_value(m, 3, np.uint8)), r"not declared \(3\)"),
        (lambda v, m: (v, with_value(m, 0.5, np.float32)), r"not whole numbers \(0.5\)"),
        (lambda v, m: (v, with_value(m, np.nan, np.float32)), r"not whole numbers \(nan\)"),
        (lambda v, m: (v, with_value(m, 300, np.int16)), r"outside 0 to 255 \(300\)"),
        (lambda v, m: (v, with_value(m, -1, np.int16)), r"outside 0 to 255 \(-1\)"),
        (lambda v, m: (v, with_value(m, 2.0**40, np.float64)), "values"),
        (lambda v, m: (v, m[:-1]), r"differs in shape from the image \(19 x 24 x 18 against 20 x 24 x 18"),
        (lambda v, m: (v, np.pad(m, 1)), "larger than the image"),
        (lambda v, m: (with_voxel(v, np.nan), m), "not finite"),
        (lambda v, m: (with_voxel(v, np.inf), m), "not finite"),
        (lambda v, m: (Volume(np.full_like(v.array, 7), v.affine), m), "same value everywhere"),
    ],
)
def test_what_is_wrong_with_a_case_is_said(change, words):
    row = check_case(array_case(change), DECLARED)
    assert not row.ok
    assert row.facts is None
    with pytest.raises(MedNCAError, match=words):
        raise MedNCAError(" ".join(row.problems))


def test_several_things_that_are_wrong_are_all_said():
    row = check_case(array_case(lambda v, m: (with_voxel(v, np.nan), with_value(m, 9, np.uint8)[:-1])), DECLARED)
    assert len(row.problems) == 3


def test_a_label_in_whole_numbers_of_any_type_is_good():
    for dtype in (np.float32, np.float64, np.int16, np.uint16, np.int64, np.uint64):
        assert check_case(array_case(lambda v, m, dtype=dtype: (v, m.astype(dtype))), DECLARED).ok
    assert check_case(array_case(lambda v, m: (v, m > 0)), {1: "All"}).ok


def test_without_declared_labels_every_value_is_taken():
    row = check_case(array_case(lambda v, m: (v, m * 20)), {})
    assert row.ok
    assert list(row.labels) == [20, 40]
    assert [label.name for label in fingerprint([row], {}).labels] == ["Label 20", "Label 40"]


def break_file(path, how):
    content = path.read_bytes()
    if how == "text":
        path.write_text("this is no image")
    elif how == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif how == "header only":
        path.write_bytes(gzip.compress(gzip.decompress(content)[:400]))
    elif how == "missing":
        path.unlink()
    elif how == "empty":
        path.write_bytes(b"")
    else:
        shape = {"2D": (20, 24), "4D": (20, 24, 18, 2)}[how]
        nibabel.save(nibabel.Nifti1Image(np.ones(shape, np.float32), np.eye(4)), path)


@pytest.mark.parametrize("part", ["imagesTr", "labelsTr"])
@pytest.mark.parametrize("how", ["text", "truncated", "header only", "missing", "empty", "2D", "4D"])
def test_files_that_cannot_be_used_are_problems_of_their_case_alone(tmp_path, how, part):
    for name in ("a", "b"):
        write_case(tmp_path, name, *ellipsoids(parts=2))
    cases = find_cases(tmp_path)
    break_file(tmp_path / part / "a.nii.gz", how)
    rows = check_cases(cases, DECLARED)
    assert [row.ok for row in rows] == [False, True]
    assert len(rows[0].problems) == 1
    assert "a.nii.gz" in rows[0].problems[0]


def test_a_label_in_another_place_is_a_problem(tmp_path):
    volume, label = ellipsoids(parts=2)
    write_case(tmp_path, "a", volume, label)
    moved = volume.affine.copy()
    moved[0, 3] += 5
    write_volume(tmp_path / "labelsTr" / "a.nii.gz", Volume(label, moved))
    row = check_case(find_cases(tmp_path)[0], DECLARED)
    assert "different places" in row.problems[0]


def test_bad_cases_are_an_error_that_names_them_unless_they_may_be_left_out():
    good = check_case(array_case(name="good"), DECLARED)
    bad = check_case(array_case(lambda v, m: (v, m * 0), name="bad"), DECLARED)
    with pytest.raises(MedNCAError, match="1 of 2 cases cannot be used \\('bad'\\).*--skip-bad"):
        usable([good, bad], skip_bad=False)
    assert usable([good, bad], skip_bad=True) == [good]
    assert usable([good], skip_bad=False) == [good]


def test_when_no_case_is_good_leaving_out_does_not_help():
    bad = check_case(array_case(lambda v, m: (v, m * 0), name="bad"), DECLARED)
    with pytest.raises(MedNCAError, match="The only case, 'bad', cannot be used: .*label is empty"):
        usable([bad], skip_bad=True)


def test_a_declared_label_that_no_case_has_is_an_error():
    rows = [check_case(array_case(), {**DECLARED, 3: "Stem"})]
    with pytest.raises(MedNCAError, match="No case has the label 'Stem'"):
        fingerprint(rows, {**DECLARED, 3: "Stem"})


def test_the_table_shows_every_case_and_below_it_what_is_wrong():
    rows = [
        check_case(array_case(name="good"), DECLARED),
        check_case(array_case(lambda v, m: (v, m * 0), name="bad"), DECLARED),
        check_case(Case("gone", "gone.nii.gz", "gone.nii.gz"), DECLARED),
    ]
    lines = table(rows).splitlines()
    assert lines[1].split()[:7] == ["ok", "good", "20", "x", "24", "x", "18"]
    assert lines[2].startswith("BAD")
    assert lines[3].strip() == rows[1].problems[0]
    assert "gone.nii.gz" in lines[5]
    assert lines[-1] == "3 cases, 2 of them not usable"
    assert table(rows[:1]).splitlines()[-1] == "1 case, usable"


@pytest.mark.skipif(not HIPPOCAMPUS.exists(), reason="the hippocampus cases are not beside this checkout")
def test_all_hippocampus_cases_are_good_and_quickly_looked_at():
    dataset = find_dataset(HIPPOCAMPUS)
    started = time.process_time()
    rows = check_cases(dataset.cases, dataset.labels)
    assert time.process_time() - started < 20
    assert all(row.ok for row in rows)
    assert len(rows) > 100
