"""A report where a structure is not in the image, or has left it: no Dice there, in all that is written."""

import csv

import numpy as np
import pytest
from core_cases import random_volume, small_model
from mednca import Options, write_volume
from mednca.cases import ArrayCase, Case
from mednca.report import figures
from mednca.report.changes import EXPERIMENTS
from mednca.report.findings import findings, summary
from mednca.report.measuring import Measurement
from mednca.report.partial import Partial
from mednca.report.result import make_result, read_result, write_result
from mednca.report.table import write_table
from mednca.report.text import write_text
from report_case import TWO_LABELS, cases, result_of


def gone(levels: dict[int, list], labels=("Blob",), dice=0.9) -> dict:
    """A result of translation and two cases, with other Dice of the first label at the levels of these indices."""
    shift = next(one for one in EXPERIMENTS if one.name == "shift")
    result = result_of({label: [dice] * 6 for label in labels}, labels, shift)
    for index, row in levels.items():
        result["experiments"][0]["dice"][labels[0]][index] = row
    return result


def test_a_structure_that_has_left_the_image_has_no_dice_from_there_on(tmp_path):
    (case,) = cases(1)
    label = np.zeros(case.volume.array.shape, np.uint8)
    label[:, :, -1] = 1  # the body axis runs along k, and what leaves goes towards superior
    label[0, 0, 0] = 4
    whole, model = ArrayCase("whole", case.volume, label), small_model(labels=TWO_LABELS)
    lacking = ArrayCase("lacking", case.volume, np.where(label == 4, 4, 0).astype(np.uint8))
    shift = [one for one in EXPERIMENTS if one.name == "shift"]
    measurement = Measurement(model, [whole, lacking], shift)
    for _ in measurement.events():
        pass
    result = make_result(model, "m.npz", Options(), ["whole", "lacking"], shift, [], measurement.found, "mednca report")
    front, back = result["experiments"][0]["dice"].values()
    assert [[dice is None for dice in row] for row in front] == [[False, True]] + [[True, True]] * 5
    assert all(isinstance(dice, float) for row in back for dice in row)
    write_result(tmp_path, result)
    assert "NaN" not in (tmp_path / "report.json").read_text()
    assert read_result(tmp_path) == result


def test_cases_without_a_dice_are_kept_as_null_and_not_measured_again(tmp_path):
    paths = [tmp_path / name for name in ("image.nii", "label.nii")]
    for path in paths:
        write_volume(path, random_volume())
    written = [Case("case_0", *paths)]
    partial = Partial(tmp_path, small_model(), Options(), written)
    partial.found["case_0"] = {"unchanged": [0.5], "shift 0.5": [None]}
    partial.write()
    assert "[null]" in (tmp_path / "partial.json").read_text()
    assert Partial(tmp_path, small_model(), Options(), written).found == partial.found


def test_cases_without_a_dice_are_left_out_of_what_is_found():
    (found,) = findings(gone({4: [None, 0.88], 5: [None, None]}))
    some, none = found.points[4:]
    assert (some.cases, some.mean, some.spread, some.lowest, some.lowest_case) == (1, 0.88, 0.0, 0.88, "b")
    assert (none.cases, none.lowest_case) == (0, "")
    assert np.isnan([none.mean, none.spread, none.lowest]).all()
    assert found.sentence == "holds at all levels that have a Dice, from 0 to 0.4"
    assert summary(gone({5: [None, None]})).endswith("in all that was tried and has a Dice.")
    assert summary(gone({4: [0.5, 0.5], 5: [None, None]})) == (
        "The mean Dice falls by more than 0.05 for translation at 0.4. Where nothing of the reference is left, nothing"
        " is said: translation 0.5."
    )
    (across,) = findings(gone({3: [None, None], 4: [None, 0.8]}))
    assert across.sentence == "holds up to 0.2; at 0.4 the mean Dice is 0.800, which is 0.10 lower"
    nowhere = {index: [None, None] for index in range(6)}
    del nowhere[0]
    assert "only the unchanged" in findings(gone(nowhere))[0].sentence


def test_a_label_that_no_reference_has_is_said_to_be_absent(tmp_path):
    nowhere = {index: [None, None] for index in range(6)}
    assert summary(gone(nowhere)) == "No Dice can be taken, as no case's reference has anything to find."
    assert findings(gone(nowhere))[0].sentence == "cannot be told, as no case has this structure"
    two = gone(nowhere, ("Front", "Back"))
    assert summary(two).endswith("Nothing is said of Front, which no case's reference has.")
    write_text(tmp_path, two, {})
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "No case's reference has anything of Front." in text
    assert "nan" not in text


def test_tables_have_a_gap_where_there_is_no_dice_and_the_text_counts_who_was_left_out(tmp_path):
    result = gone({4: [None, 0.8], 5: [None, None]})
    write_table(tmp_path, result)
    with open(tmp_path / "report.csv", encoding="utf-8-sig", newline="") as file:
        rows = [(row["level"], row["dice"]) for row in csv.DictReader(file)]
    assert rows[-4:] == [("0.4", ""), ("0.4", "0.800000"), ("0.5", ""), ("0.5", "")]
    write_text(tmp_path, result, {})
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "| 0.4 | 0.800 | **-0.100** | 0.800 (b) |\n| 0.5 | - | - | - |\n" in text
    told = "nothing of the structure in 1 of 2 cases at 0.4 and in 2 of 2 cases at 0.5; these have no Dice"
    assert text.count(told) == 1
    assert "nan" not in text
    write_text(tmp_path, gone({3: [None, 0.9], 4: [None, 0.9]}, ("Fr|nt", "Back")), {})
    assert r"nothing of Fr\|nt in 1 of 2 cases at 0.3 and 0.4; these" in (tmp_path / "report.md").read_text()
    write_text(tmp_path, gone({}), {})
    assert "nothing of the structure in" not in (tmp_path / "report.md").read_text()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("first", [0, 4])
def test_curves_have_a_gap_where_no_case_has_a_dice(tmp_path, monkeypatch, first):
    pytest.importorskip("matplotlib")
    from matplotlib.axes import Axes

    drawn, plot = [], Axes.plot
    monkeypatch.setattr(Axes, "plot", lambda axes, *given, **how: drawn.append(given[1]) or plot(axes, *given, **how))
    result = gone({index: [None, None] for index in range(first, 6)})
    assert figures.draw_figures(tmp_path, result) == {5: "input-invariance.svg"}
    assert list(np.isnan(drawn[0])) == [False] * first + [True] * (6 - first)
    assert "nan" not in (tmp_path / "input-invariance.svg").read_text(encoding="utf-8").lower()


def test_a_fall_is_that_of_the_cases_left_not_of_who_they_are():
    # The second case is poor as it is and has left the image where the first has fallen.
    result = gone({0: [0.9, 0.4], 3: [0.8, None]})
    (found,) = findings(result)
    assert found.points[3].drop == pytest.approx(0.1)
    assert found.points[3] in found.falls
    assert "0.10 lower" in found.sentence
