"""The paper's experiments: split, stopping rule, rows, training and results."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import asdict, replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mednca import MedNCAError, Volume, write_volume  # noqa: E402
from mednca.cases import find_cases  # noqa: E402
from paper import __main__ as command_line  # noqa: E402
from paper import results  # noqa: E402
from paper.evaluate import best_offset, limit  # noqa: E402
from paper.rates import try_rates  # noqa: E402
from paper.rows import BY_NAME, ROWS  # noqa: E402
from paper.split import draw_shares, draw_split, load_split  # noqa: E402
from paper.stopping import Rule, Stopping  # noqa: E402
from paper.study import study_of  # noqa: E402
from paper.table_row import is_final, make_row, trained  # noqa: E402
from paper.tasks import PROSTATE  # noqa: E402
from paper.training import CHECKPOINT, Training  # noqa: E402
from paper_cases import ellipsoid_case, ellipsoid_study  # noqa: E402
from paper_row_case import QUICK, RECIPE, RULE, SMALL, two_layers  # noqa: E402


def tiny(folder, row=SMALL) -> Training:
    return Training(row, ellipsoid_study(folder), **QUICK)


def weights(training: Training) -> list[np.ndarray]:
    return [tensor.numpy() for tensor in training.averaged.state_dict().values()]


def test_the_split_takes_every_case_once():
    split = load_split()
    names = [name for part in asdict(split).values() for name in part]
    assert len(names) == len(set(names)) == 182
    assert (len(split.training), len(split.validation), len(split.test)) == (118, 27, 36)


def test_the_split_is_drawn_again_from_its_names_and_keeps_the_shipped_models_validation_cases():
    split = load_split()
    names = [name for part in asdict(split).values() for name in part]
    shipped = json.loads((results.REPOSITORY / "Docs" / "hippocampus-split.json").read_text())
    assert draw_split(names, shipped["validation"]) == split


def test_the_data_beside_the_checkout_have_the_cases_of_the_split():
    if not command_line.DATA.exists():
        pytest.skip("the Decathlon's hippocampus data are not here")
    names = {case.name for case in find_cases(command_line.DATA)}
    assert names == {name for part in asdict(load_split()).values() for name in part}


def test_the_rule_waits_for_validations_without_a_gain_and_then_decays_for_half_the_time():
    stopping = Stopping(Rule(every=1000, patience=2))
    for thousand, dice in enumerate((0.5, 0.6, 0.6019, 0.603, 0.6049), start=1):
        assert stopping.decay_from is None
        stopping.note(thousand * 1000, dice)
    assert stopping.decay_from is None  # 0.603 has counted as better than 0.6
    stopping.note(6000, 0.6)
    assert (stopping.decay_from, stopping.end) == (6000, 9000)
    assert stopping.rate(5999) == 1
    assert stopping.rate(7500) == pytest.approx(0.5)
    assert stopping.rate(8999) == pytest.approx(1 / 3000)
    assert stopping.due(7000) and stopping.due(9000) and not stopping.due(7250)


def test_the_rule_survives_being_written_down():
    stopping = Stopping(RULE)
    stopping.note(2, 0.5)
    stopping.note(4, 0.5)
    again = Stopping.restore(json.loads(json.dumps(stopping.state())))
    assert again.state() == stopping.state() and again.end == 6


@pytest.mark.parametrize("row", [row for row in ROWS if row.make is not None], ids=lambda row: row.name)
def test_a_row_has_as_many_parameters_as_it_declares(row):
    package = "unet" if row.name == "unet" else "segmentation_models_pytorch"
    # Not imported for this, as its import may need what the row prepares.
    if row.name.startswith("unet") and importlib.util.find_spec(package) is None:
        pytest.skip(f"needs {package}")
    assert row.make(0).parameter_count == row.parameters


@pytest.mark.parametrize("name", ["med-nca-c16", "seg-nca"])
def test_an_automaton_trains_and_gives_probabilities_on_the_volumes_grid(tmp_path, name):
    training = tiny(tmp_path, BY_NAME[name])
    training.step()
    volume = ellipsoid_case("case", 0).volume
    for zoom in ((1.0, 1.0), (0.5, 1.0)):
        chance = training.averaged.probability(volume, zoom)
        assert chance.shape == volume.array.shape and 0 <= chance.min() <= chance.max() <= 1
    assert training.averaged.zoomed((0.5, 2.0)).size == (32, 128)


def test_a_training_that_was_interrupted_goes_on_to_the_same_weights(tmp_path):
    whole = tiny(tmp_path / "whole")
    assert whole.run()
    parted = tiny(tmp_path / "parted")
    for _ in range(3):
        parted.step()
        if parted.stopping.due(parted.iteration):
            parted._validate()
    parted._checkpoint()
    again = tiny(tmp_path / "parted")
    assert again.iteration == 3 and again.run()
    assert again.iteration == whole.iteration == 6
    assert again.history == whole.history
    assert all(np.array_equal(a, b) for a, b in zip(weights(again), weights(whole), strict=True))


def test_every_row_sees_the_same_batches(tmp_path):
    drawn = []
    for name in ("med-nca", "seg-nca"):
        training = tiny(tmp_path / name, BY_NAME[name])
        training.step()
        drawn.append(training.batches.next(training.drawn)[0])
    assert torch.equal(*drawn)


def test_a_checkpoint_of_another_row_is_refused(tmp_path):
    study = ellipsoid_study(tmp_path)
    tiny(tmp_path)._checkpoint()
    with pytest.raises(MedNCAError, match="another folder"):
        Training(SMALL, replace(study, seed=1), **QUICK)


def test_a_row_that_stopped_early_has_no_test_figures_until_it_is_finished(tmp_path):
    study = ellipsoid_study(tmp_path)
    into = study.into
    early = make_row(SMALL, study, "none", hours=0.0, **QUICK)
    assert early["training"]["stopped"] == "early" and early["test"] is None and not is_final(SMALL, into)
    assert command_line.main(["--list", "--results", str(into)]) == 0
    final = make_row(SMALL, study, "none", **QUICK)
    assert final["training"]["stopped"] == "by the rule" and is_final(SMALL, into)
    assert [row["case"] for row in final["test"]["cases"]] == ["case_3"]
    assert final["parameters"] == sum(parameter.numel() for parameter in two_layers(0).parameters()) == 53
    assert final["versions"]["torch"] and final["machine"]["cores"] and len(final["split"]["sha256"]) == 64


def test_the_test_part_is_looked_at_once(tmp_path):
    study = ellipsoid_study(tmp_path)
    first = make_row(SMALL, study, "none", **QUICK)
    (study.work / "small" / CHECKPOINT).unlink()
    assert make_row(SMALL, study, "none", **QUICK) == first
    assert not (study.work / "small" / CHECKPOINT).exists()


def test_trained_weights_are_found_again_with_their_offset(tmp_path):
    study = ellipsoid_study(tmp_path)
    result = make_row(SMALL, study, "none", **QUICK)
    candidate, offset = trained(SMALL, study)
    case = study.parts["test"][0]
    found = candidate.probability(case.volume) > limit(offset)
    overlap = 2 * (found & (case.label > 0)).sum() / (found.sum() + (case.label > 0).sum())
    assert overlap == pytest.approx(result["test"]["mean_dice"], abs=1e-6)


def test_learning_rates_are_tried_on_training_cases_alone(tmp_path):
    study = ellipsoid_study(tmp_path)
    study = replace(study, parts={"training": study.parts["training"]})
    for rates in ((1e-3,), (1e-3, 1e-2)):
        try_rates(SMALL, study, "none", rates=rates, iterations=2, recipe=RECIPE)
    tried = results.read("rates", study.into)["tried"]
    assert [one["rate"] for one in tried] == [1e-3, 1e-2] and all(0 <= one["dice"] <= 1 for one in tried)


def test_the_offset_takes_back_outlines_that_are_too_wide():
    case = ellipsoid_case("case", 1)

    class TooWide:
        def probability(self, volume):
            return np.where(case.label > 0, 0.99, np.where(volume.array > 105, 0.6, 0.1))

    assert limit(best_offset(TooWide(), [case])) >= 0.6


def test_unknown_rows_and_parts_are_refused(capsys):
    for arguments in (["--only", "nothing"], ["nothing"]):
        with pytest.raises(SystemExit) as left:
            command_line.main(arguments)
        assert left.value.code == 2
    assert "--list shows them" in capsys.readouterr().err


def test_the_prostate_is_a_folder_in_and_rows_out(tmp_path):
    data = tmp_path / "data"
    for folder in ("images", "labels"):
        (data / folder).mkdir(parents=True)
    for number in range(4):
        case = ellipsoid_case(f"case_{number}", number, shape=(12, 13, 5))
        write_volume(data / "images" / f"{case.name}.nii.gz", case.volume)
        write_volume(data / "labels" / f"{case.name}.nii.gz", Volume(case.label, case.volume.affine))
    given = (PROSTATE, data, tmp_path / "work", tmp_path / "results")
    study = study_of(*given)
    assert sorted(len(part) for part in study.parts.values()) == [1, 1, 2]
    assert study_of(*given).parts == study.parts
    result = make_row(SMALL, study, "none", **QUICK)
    assert result["input"]["plane"] == "axial" and result["task"] == "prostate"
    assert (tmp_path / "results" / "prostate" / "small.json").exists()
    card = BY_NAME["med-nca"].make(0, PROSTATE).card
    assert card.input.size == (256, 256) and [level.steps for level in card.levels] == [64, 64]
    assert BY_NAME["seg-nca"].make(0, PROSTATE).card.input.size == (64, 64)


def test_too_few_cases_and_missing_ones_are_told(tmp_path):
    with pytest.raises(MedNCAError, match="no folder"):
        study_of(PROSTATE, tmp_path / "nothing", tmp_path, tmp_path)
    with pytest.raises(MedNCAError, match="fewer than three"):
        draw_shares(["one", "two"])
