"""Figures of labelled cases."""

import json
import sys

import numpy as np
import pytest
from mednca import Volume
from mednca.card import Label
from mednca.evaluation import dice_of_labels, distance_problem, evaluate_case, summary, table

LABELS = [Label(1, "Front"), Label(4, "Back")]
VOLUME = Volume(np.zeros((8, 8, 10), np.int16), np.diag([1.0, 2.0, 5.0, 1.0]))  # 10 mm³ a voxel


def maps():
    """A segmentation with a front that lies one voxel too low, and a back that is right."""
    found, truth = np.zeros((2, *VOLUME.array.shape), np.uint8)
    found[2:5, 2:5, 1:4] = 1
    truth[2:5, 2:5, 2:5] = 1
    found[2:5, 2:5, 7:9] = truth[2:5, 2:5, 7:9] = 4
    return found, truth


def test_each_label_has_its_overlap_its_distance_and_its_volumes():
    pytest.importorskip("SimpleITK")
    row = evaluate_case("one", *maps(), VOLUME, LABELS)
    assert row == {
        "case": "one",
        "dice": pytest.approx((2 / 3 + 1) / 2),
        "dice_by_label": {"Front": pytest.approx(2 / 3), "Back": 1.0},
        "hausdorff95_mm": {"Front": pytest.approx(5.0), "Back": pytest.approx(0.0, abs=1e-6)},
        "volume_ml": {"Front": pytest.approx(0.27), "Back": pytest.approx(0.18)},
        "reference_ml": {"Front": pytest.approx(0.27), "Back": pytest.approx(0.18)},
    }


def test_for_one_label_the_whole_reference_counts():
    found, truth = maps()
    row = evaluate_case("one", (found > 0).astype(np.uint8), truth, VOLUME, LABELS[:1])
    assert row["reference_ml"] == {"Front": pytest.approx(0.45)}
    assert row["dice"] == pytest.approx(2 * (18 + 18) / (45 + 45))


def test_what_is_empty_has_no_distance_and_does_not_spoil_the_mean():
    pytest.importorskip("SimpleITK")
    found, truth = maps()
    rows = [
        evaluate_case("all", found, truth, VOLUME, LABELS),
        evaluate_case("no front", np.where(found == 1, 0, found), truth, VOLUME, LABELS),
    ]
    assert rows[1]["hausdorff95_mm"] == {"Front": None, "Back": pytest.approx(0.0, abs=1e-6)}
    assert rows[1]["dice_by_label"] == {"Front": 0.0, "Back": 1.0}
    figures = summary(rows)
    assert figures["mean_hausdorff95_mm"] == pytest.approx((5 + 0 + 0) / 3)
    assert figures["by_label"]["Front"]["mean_hausdorff95_mm"] == pytest.approx(5.0)
    assert summary(rows[1:])["by_label"]["Front"]["mean_hausdorff95_mm"] is None


def test_the_summary_has_mean_and_spread_over_the_cases_and_by_label():
    found, truth = maps()
    rows = [evaluate_case("a", found, truth, VOLUME, LABELS), evaluate_case("b", truth, truth, VOLUME, LABELS)]
    figures = summary(rows)
    assert figures["mean_dice"] == pytest.approx(np.mean([5 / 6, 1]))
    assert figures["std_dice"] == pytest.approx(np.std([5 / 6, 1], ddof=1))
    assert figures["by_label"]["Front"]["mean_dice"] == pytest.approx(np.mean([2 / 3, 1]))
    assert figures["by_label"]["Front"]["std_dice"] == pytest.approx(np.std([2 / 3, 1], ddof=1))
    assert figures["cases"] == rows
    assert summary(rows[:1])["std_dice"] == 0.0
    assert json.loads(json.dumps(figures)) == figures


def test_the_table_has_a_line_for_each_case_and_label_and_the_means():
    pytest.importorskip("SimpleITK")
    found, truth = maps()
    lines = table(summary([evaluate_case("one", found, truth, VOLUME, LABELS)])).splitlines()
    assert [line.split() for line in lines[:5]] == [
        ["case", "label", "Dice", "HD95", "mm", "mL", "reference", "mL"],
        ["one", "Front", "0.6667", "5.00", "0.27", "0.27"],
        ["one", "Back", "1.0000", "0.00", "0.18", "0.18"],
        ["mean", "Front", "0.6667", "5.00"],
        ["mean", "Back", "1.0000", "0.00"],
    ]
    assert lines[5] == "mean Dice 0.8333  standard deviation 0.0000  mean HD95 2.50 mm  cases 1"
    # The means of one label are those of the last line.
    assert len(table(summary([evaluate_case("one", found, truth, VOLUME, LABELS[:1])])).splitlines()) == 3


def test_the_parts_of_a_card_s_figures_are_those_of_several_labels_and_nothing_else_is_believed():
    found, truth = maps()
    figures = summary([evaluate_case("one", found, truth, VOLUME, LABELS)])
    assert dice_of_labels(figures) == {"Front": pytest.approx(2 / 3), "Back": 1.0}
    assert dice_of_labels(summary([evaluate_case("one", found, truth, VOLUME, LABELS[:1])])) == {}
    for strange in (None, [1, 2], {"a": 1, "b": 2}, {"a": {"mean_dice": "high"}, "b": {}}):
        assert dice_of_labels({"by_label": strange}) == {}


def test_without_simpleitk_all_but_the_distance_is_there_and_one_sentence_says_why(monkeypatch):
    monkeypatch.setitem(sys.modules, "SimpleITK", None)
    row = evaluate_case("one", *maps(), VOLUME, LABELS)
    assert row["hausdorff95_mm"] == {"Front": None, "Back": None}
    assert row["dice"] == pytest.approx(5 / 6)
    assert "SimpleITK" in distance_problem()
    assert "mean HD95 - mm" in table(summary([row]))
