"""A report: what is measured, kept, found and written."""

import csv
import json
import re
import sys
from dataclasses import replace

import pytest
from core_cases import random_volume, small_model
from mednca import MedNCAError, Options, Segmenter, write_volume
from mednca.cases import pair_files
from mednca.metrics import label_dice
from mednca.report import figures
from mednca.report.changes import EXPERIMENTS, zoomed
from mednca.report.findings import findings, summary
from mednca.report.measuring import Measurement
from mednca.report.partial import Partial, digest
from mednca.report.result import make_result, read_result, write_result
from mednca.report.table import write_table
from mednca.report.text import write_text
from report_case import TWO_LABELS, cases, result_of

FEW = [one for one in EXPERIMENTS if one.name in ("stretch", "shift")]


def measured(model, **options) -> Measurement:
    measurement = Measurement(model, cases(), FEW, **options)
    for _ in measurement.events():
        pass
    return measurement


def test_dice_is_that_of_segmenting_the_changed_scan_label_by_label():
    model = small_model(labels=TWO_LABELS)
    found = measured(model, options=Options(seed=3)).found
    stretched = replace(model, card=replace(model.card, input=zoomed(model.card, (1.0, 1.5))))
    for case in cases():
        for key, one in (("unchanged", model), ("stretch 1.5", stretched)):
            labels = Segmenter(one, options=Options(seed=3)).run(case.volume).labels
            assert found[case.name][key] == label_dice(labels, case.label, [1, 4])
    assert found["case_0"]["stretch 1.5"] != found["case_0"]["unchanged"]
    assert set(found["case_0"]) == {
        "unchanged",
        *(f"stretch {level:g}" for level in (0.5, 0.75, 1.25, 1.5, 1.75, 2)),
        *(f"shift {level:g}" for level in (0.1, 0.2, 0.3, 0.4, 0.5)),
    }


def test_the_events_tell_how_far_it_is_and_what_was_measured_is_not_measured_again():
    measurement = Measurement(small_model(), cases(), FEW)
    events = []
    for event in measurement.events():
        events.append(event)
        if event.done == 5:
            break
    assert events[0].text == "Unchanged: case case_0"
    assert {event.total for event in events} == {24}
    fractions = [event.fraction for event in events]
    assert fractions == sorted(fractions)
    assert len(set(fractions)) > 20  # also within a scan
    rest = list(Measurement(small_model(), cases(), FEW, found=measurement.found).events())
    assert (rest[0].done, rest[0].text) == (5, "Vertical stretch 1.75: case case_0")
    assert (rest[-1].done, rest[-1].fraction) == (24, 1.0)
    assert measurement.found == measured(small_model()).found


def test_a_scan_that_cannot_be_segmented_is_named():
    card = {"plane": "coronal", "spacing": [90.0, 90.0]}
    with pytest.raises(MedNCAError, match="Vertical stretch 0.5: case case_0 cannot be segmented: A coronal .* less"):
        measured(small_model(input=card))


def write_cases(folder):
    for name in ("images", "labels"):
        (folder / name).mkdir(parents=True)
    for case in cases():
        write_volume(folder / "images" / f"{case.name}.nii", case.volume)
        write_volume(folder / "labels" / f"{case.name}.nii", replace(case.volume, array=case.label))
    return pair_files(folder / "images", folder / "labels")


def test_what_is_kept_is_that_of_the_same_model_options_and_files(tmp_path):
    written = write_cases(tmp_path)
    model, options = small_model(), Options()

    def kept(model=model, options=options, cases=written):
        return Partial(tmp_path, model, options, cases)

    partial = kept()
    assert (partial.found, partial.note) == ({}, "")
    partial.found.update({"case_0": {"unchanged": [0.5]}, "case_1": {"unchanged": [0.75], "scale 2": [0.25]}})
    partial.write()
    assert kept().found == partial.found
    retold = replace(model, card=replace(model.card, title="Another title", evaluation={"mean_dice": 0.5}))
    assert kept(model=retold).found == partial.found
    assert kept(cases=written[1:]).found == {"case_1": partial.found["case_1"]}
    for other in (kept(model=small_model(seed=1)), kept(options=Options(seed=1)), kept(options=Options(runs=2))):
        assert other.found == {}
        assert "begins anew" in other.note
    write_volume(written[0].image, random_volume((14, 9, 12)))
    again = kept()
    assert again.found == {"case_1": partial.found["case_1"]}
    assert again.note == "1 case is measured anew, as the files have changed."
    for content in (
        "{",
        "[1]",
        '{"cases": {"a": 1}}',
        json.dumps({"cases": {"a": {"files": [1], "dice": {"b": ["c"]}}}}),
    ):
        (tmp_path / "partial.json").write_text(content)
        assert kept().found == {}
        assert "cannot be read" in kept().note


def test_models_that_segment_differently_are_told_apart():
    model = small_model()
    label = replace(model.card.labels[0], offset=0.5)
    others = [small_model(seed=1), replace(model, card=replace(model.card, labels=[label]))]
    others += [small_model(fire_rate=0.25), small_model(largest_component=True)]
    assert len({digest(one) for one in (model, *others)}) == 5


def test_the_result_has_the_dice_of_each_label_by_level_and_case(tmp_path):
    model = small_model(labels=TWO_LABELS)
    measurement = measured(model)
    left_out = [{"name": "bias", "title": "Bias field", "why": "Too long."}]
    names = [case.name for case in measurement.cases]
    result = make_result(model, "m.npz", Options(), names, FEW, left_out, measurement.found, "mednca report")
    write_result(tmp_path, result)
    read = read_result(tmp_path)
    assert read == result
    assert read["format"] == 2
    assert read["labels"] == ["Front | A", "Back"]
    assert read["left_out"] == left_out
    assert [one["name"] for one in read["experiments"]] == ["stretch", "shift"]
    shift = read["experiments"][1]
    assert (shift["unchanged"], shift["levels"]) == (0.0, [0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
    for number, label in enumerate(read["labels"]):
        for level, key in ((0, "unchanged"), (3, "shift 0.3")):
            expected = [measurement.found[name][key][number] for name in names]
            assert shift["dice"][label][level] == pytest.approx(expected, abs=1e-6)


def test_a_damaged_result_is_refused_with_one_sentence(tmp_path):
    with pytest.raises(MedNCAError, match="no report"):
        read_result(tmp_path)
    good = result_of({"Blob": [0.9] * 7})
    bad = [{**good, "format": 1}, {**good, "cases": []}, {**good, "labels": ["Other"]}, [], {}]
    bad += [
        {**good, "experiments": [{**good["experiments"][0], **change}]} for change in ({"dice": {}}, {"levels": [1.0]})
    ]
    for content in map(json.dumps, bad):
        (tmp_path / "report.json").write_text(content)
        with pytest.raises(MedNCAError, match="make it again"):
            read_result(tmp_path)
    (tmp_path / "report.json").write_text("{")
    with pytest.raises(MedNCAError, match="cannot be read"):
        read_result(tmp_path)


@pytest.mark.parametrize(
    ("dice", "sentence"),
    [
        ([0.9] * 7, "holds at all levels, from 0.5 to 2"),
        ([0.85, 0.9, 0.9, 0.95, 0.9, 0.86, 0.85], "holds at all levels, from 0.5 to 2"),
        (
            [0.2, 0.85, 0.9, 0.9, 0.84, 0.9, 0.1],
            "holds from 0.75 to 1.25; at 0.5 the mean Dice is 0.200, which is 0.70 lower, and at 1.5 the mean Dice is"
            " 0.840, which is 0.06 lower",
        ),
        (
            [0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.8],
            "holds from 0.5 to 1.75; at 2 the mean Dice is 0.800, which is 0.10 lower",
        ),
    ],
)
def test_where_a_model_holds_is_said_in_words(dice, sentence):
    (found,) = findings(result_of({"Blob": dice}))
    assert found.sentence == sentence


def test_where_a_change_has_one_direction_the_words_have_it_too():
    shift = next(one for one in EXPERIMENTS if one.name == "shift")
    words = [
        findings(result_of({"Blob": dice}, experiment=shift))[0].sentence
        for dice in ([0.9, 0.9, 0.9, 0.5, 0.5, 0.5], [0.9, 0.6, 0.9, 0.9, 0.9, 0.9])
    ]
    assert words == [
        "holds up to 0.2; at 0.3 the mean Dice is 0.500, which is 0.40 lower",
        "falls at the first change; at 0.1 the mean Dice is 0.600, which is 0.30 lower",
    ]


def test_the_summary_names_what_is_weak_for_each_label_and_a_model_that_has_little_to_lose():
    assert summary(result_of({"Blob": [0.9] * 7})) == "The mean Dice falls by no more than 0.05 in all that was tried."
    weak = [0.2, 0.9, 0.9, 0.9, 0.9, 0.9, 0.1]
    assert summary(result_of({"Blob": weak})) == "The mean Dice falls by more than 0.05 for scale at 0.5 and at 2."
    two = summary(result_of({"Front": weak, "Back": [0.3] * 7}, labels=("Front", "Back")))
    assert "for scale at 0.5 and at 2 (Front)." in two
    assert "The Dice of Back without any change is below 0.5" in two


def test_the_summary_names_every_level_at_which_the_dice_has_fallen_and_no_other():
    wide = result_of({"Blob": [0.1, 0.2, 0.9, 0.9, 0.7, 0.9, 0.1]})
    shift = next(one for one in EXPERIMENTS if one.name == "shift")
    wide["experiments"] += result_of({"Blob": [0.9, 0.9, 0.9, 0.8, 0.6, 0.5]}, experiment=shift)["experiments"]
    assert summary(wide) == (
        "The mean Dice falls by more than 0.05 for scale from 0.5 to 0.75, at 1.5 and at 2; for translation from 0.3 to"
        " 0.5."
    )


def test_the_table_has_a_line_for_each_experiment_level_label_and_case(tmp_path):
    write_table(tmp_path, result_of({"Front": [0.9] * 7, "Back": [0.25] * 7}, labels=("Front", "Back")))
    with open(tmp_path / "report.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 7 * 2 * 2
    assert {(row["level"], row["unchanged"]) for row in rows} >= {("1", "1"), ("0.5", "0")}
    assert {(row["label"], row["dice"]) for row in rows} == {("Front", "0.900000"), ("Back", "0.250000")}
    assert {row["case"] for row in rows} == {"a", "b"}


def test_the_text_tells_everything_and_no_name_breaks_its_tables(tmp_path):
    labels = ("Front | A", "Back")
    result = result_of({labels[0]: [0.2, *[0.9] * 6], labels[1]: [0.8] * 7}, labels, names=("case_0", "case_1"))
    result["left_out"] = [
        {"name": name, "title": title, "why": why}
        for name, title, why in (
            ("shift", "Translation", "It was not asked for."),
            ("ghosting", "Ghosting", "It needs time."),
            ("bias", "Bias field", "It needs time."),
        )
    ]
    write_text(tmp_path, result, {5: "input-invariance.svg"})
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "![Scale, shape and position](input-invariance.svg)" in text
    assert "- **Translation**: It was not asked for.\n- **Ghosting, Bias field**: It needs time.\n" in text
    assert r"| 0.5 | Front \| A | 0.200 ± 0.000 | **-0.700** | 0.200 (case\_0) |" in text
    assert "| 1 | Back | 0.800 ± 0.000 | unchanged |" in text
    assert "`mednca report`" in text
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


def test_what_is_vertical_is_said_for_the_plane_of_the_slices(tmp_path):
    shift = next(one for one in EXPERIMENTS if one.name == "shift")
    result = result_of({"Blob": [0.9] * 6}, experiment=shift)
    for plane, words in (("coronal", "along the body axis"), ("axial", "along the anterior-posterior axis")):
        result["model"]["plane"] = plane
        write_text(tmp_path, result, {})
        assert words in (tmp_path / "report.md").read_text(encoding="utf-8")


@pytest.mark.filterwarnings("error")
def test_figures_are_drawn_for_the_experiments_that_were_made(tmp_path):
    pytest.importorskip("matplotlib")
    result = result_of({"海馬 $a$b": [0.2, *[0.9] * 6], "Back": [0.8] * 7}, labels=("海馬 $a$b", "Back"))
    assert figures.draw_figures(tmp_path, result) == {5: "input-invariance.svg"}
    drawn = (tmp_path / "input-invariance.svg").read_text(encoding="utf-8")
    for words in ("Scale", "times the training size", "海馬 $a$b", "Back"):
        assert f">{words}</text>" in drawn
    assert "Translation" not in drawn


def test_without_matplotlib_the_text_says_how_to_get_figures(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = result_of({"Blob": [0.9] * 7})
    assert figures.draw_figures(tmp_path, result) == {}
    write_text(tmp_path, result, {})
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "pip install matplotlib" in text
    assert "![" not in text
