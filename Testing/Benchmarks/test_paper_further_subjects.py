"""What goes further than the paper: which models are measured, and when again."""

from __future__ import annotations

from dataclasses import replace

import pytest

pytest.importorskip("torch")

from further_case import model, subject  # noqa: E402
from mednca import MedNCAError, save_model  # noqa: E402
from mednca.metrics import dice  # noqa: E402
from paper.further.kept import Kept  # noqa: E402
from paper.further.subject import from_file, from_row, with_offset  # noqa: E402
from paper.rows import one_mm_row  # noqa: E402
from paper.table_row import make_row  # noqa: E402
from paper_cases import ellipsoid_study  # noqa: E402
from paper_row_case import QUICK, SMALL  # noqa: E402


def test_kept_figures_are_those_of_the_same_weights(tmp_path):
    path = tmp_path / "folder" / "kept.json"
    assert Kept(path, "first").get("one", lambda: 1) == 1
    assert Kept(path, "first").get("one", lambda: 2) == 1
    assert Kept(path, "second").get("one", lambda: 2) == 2


def test_models_are_told_apart_by_what_they_do():
    one = subject()
    card = one.model.card
    assert replace(one, model=replace(one.model, card=replace(card, version="2"))).sha256 == one.sha256
    assert replace(one, model=with_offset(one.model, 0.5)).sha256 != one.sha256
    assert subject(plane="axial").sha256 != one.sha256
    assert subject(further=("sagittal",)).sha256 not in (one.sha256, subject(further=("axial",)).sha256)


def test_a_model_that_may_have_seen_the_validation_cases_is_refused(tmp_path):
    study = ellipsoid_study(tmp_path)
    for number, facts in enumerate(({}, {"validation_cases": ["case_3"]})):
        path = tmp_path / f"model_{number}.npz"
        save_model(model(**facts), path)
        with pytest.raises(MedNCAError, match="case_2"):
            from_file(path, study)
    save_model(model(validation_cases=["case_2"]), path)
    assert from_file(path, study).name == "model_1"


def test_a_final_row_is_measured_with_its_offset_and_no_other_row_is(tmp_path, capsys):
    study = ellipsoid_study(tmp_path)
    row = one_mm_row("small", "small", "", channels=8, hidden=8)
    assert from_row(row, study) is None and "not trained to its end" in capsys.readouterr().out
    result = make_row(row, study, "none", **QUICK)
    found = from_row(row, study)
    case = study.parts["validation"][0]
    overlap = dice(found.run(case.volume).labels > 0, case.label > 0)
    assert overlap == pytest.approx(result["validation"]["mean_dice"], abs=1e-6)
    assert found.model.card.labels[0].offset == pytest.approx(result["offset"])


def test_a_final_row_that_is_no_automaton_is_left_out(tmp_path, capsys):
    study = ellipsoid_study(tmp_path)
    make_row(SMALL, study, "none", **QUICK)
    assert from_row(SMALL, study) is None and "no automaton" in capsys.readouterr().out
