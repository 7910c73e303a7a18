"""Models of different planes joined to one: each keeps its rule, and the result is the mean."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from command_line import answers, refuses
from core_cases import random_volume, require_torch, small_card, small_model
from mednca import Card, MedNCAError, Model, Options, Segmenter, load_model, make_engine, save_model
from mednca.joining import join
from mednca.report.partial import digest
from mednca.training.plan import Plan
from mednca.training.recipe import Recipe


def of(plane, seed=0, offset=0.0, **changes):
    source = {"plane": plane, "spacing": [1.0, 1.0]} | changes.pop("input", {})
    labels = [{"value": 1, "name": "Blob", "offset": offset}]
    return small_model(seed, **({"input": source, "labels": labels, "name": plane} | changes))


def three(**changes):
    """Models of three planes, each of another size and offset."""
    return [
        of("coronal", 0, 0.25, **changes),
        of("sagittal", 1, -0.5, channels=6, hidden=12, **changes),
        of("axial", 2, 0.0, channels=10, **changes),
    ]


def segment(model, engine=None, **options):
    return Segmenter(model, engine, Options(**options)).run(random_volume())


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_a_joined_model_finds_the_mean_of_what_its_models_find(engine):
    if engine == "torch":
        require_torch()
    models = three(fire_rate=1.0)
    alone = [segment(one, make_engine(engine)).probability for one in models]
    assert abs(alone[0] - alone[1]).max() > 0.01
    joined = join(models)
    found = segment(joined, make_engine(engine))
    np.testing.assert_allclose(found.probability, np.mean(alone, axis=0), atol=1e-5)
    np.testing.assert_allclose(found.deviation, np.std(alone, axis=0), atol=1e-5)
    two = segment(joined, make_engine(engine), runs=2).probability
    np.testing.assert_allclose(two, np.mean(alone[:2], axis=0), atol=1e-5)


def test_a_plane_of_a_joined_model_is_the_model_that_it_was():
    models = three()
    joined = join(models)
    for one in models:
        plane = joined.of_plane(one.card.input.plane)
        assert (plane.card.channels, plane.card.hidden) == (one.card.channels, one.card.hidden)
        np.testing.assert_array_equal(segment(plane).probability, segment(one).probability)


def test_the_card_of_a_joined_model_is_the_first_ones_but_for_the_planes():
    first, second, third = three(largest_component=True)
    first = replace(first, card=replace(first.card, evaluation={"mean_dice": 0.9}, runs=2, mirrored=True))
    card = join([first, second, third], name="together").card
    assert (card.name, card.runs, card.mirrored, card.evaluation) == ("together", 3, False, {})
    assert card.input.planes == ("coronal", "sagittal", "axial") and card.largest_component
    assert [rule.offsets for rule in card.further_rules] == [(-0.75,), (-0.25,)]
    assert join([first, second]).card.name == "coronal"


def test_validation_cases_are_those_that_none_has_learnt_from():
    models = [
        replace(one, card=replace(one.card, training={"validation_cases": cases}))
        for one, cases in zip(three(), (["a", "b", "c"], ["b", "c"], ["c", "b", "d"]), strict=True)
    ]
    assert join(models).card.training["validation_cases"] == ["b", "c"]
    assert [one["validation_cases"] for one in join(models).card.training["joined"]][1] == ["b", "c"]


def test_a_joined_model_has_the_licences_and_the_data_of_all():
    first, second, third = three(licence="CC-BY-SA 4.0")
    facts = [{"data": "One", "data_licence": "A"}, {"data": "Two", "data_licence": "A"}, {}]
    second = replace(second, card=replace(second.card, licence="CC-BY-NC 4.0"))
    models = [
        replace(one, card=replace(one.card, training=fact))
        for one, fact in zip((first, second, third), facts, strict=True)
    ]
    card = join(models).card
    assert card.licence == "CC-BY-SA 4.0; CC-BY-NC 4.0"
    assert (card.training["data"], card.training["data_licence"]) == ("One; Two", "A")


@pytest.mark.parametrize("name", ["", " "])
def test_what_could_not_be_read_back_is_not_joined(name):
    with pytest.raises(MedNCAError, match="'name' must not be empty"):
        join(three(), name)


@pytest.mark.parametrize("kept", [None, 3, "abc", [["x"]], [1]], ids=str)
def test_a_card_with_validation_cases_that_are_no_names_is_refused(kept):
    with pytest.raises(MedNCAError, match="'training.validation_cases' must be a list of names"):
        small_card(training={"validation_cases": kept})


def test_a_joined_model_is_read_back_from_its_file(tmp_path):
    joined = join(three())
    save_model(joined, tmp_path / "joined.npz")
    found = load_model(tmp_path / "joined.npz")
    assert Card.from_json(joined.card.to_json()) == joined.card == found.card
    assert found.parameters == sum(one.parameters for one in three())
    np.testing.assert_array_equal(segment(found).probability, segment(joined).probability)
    save_model(Model(joined.card, joined.rules[:-1]), tmp_path / "short.npz")
    with pytest.raises(MedNCAError, match="lacks the array 'level5"):
        load_model(tmp_path / "short.npz")


def test_joined_models_that_differ_are_told_apart():
    joined = join(three())
    turned = tuple(replace(rule, offsets=(0.5,)) for rule in joined.card.further_rules)
    other = replace(joined, card=replace(joined.card, further_rules=turned))
    assert digest(joined) != digest(other) and digest(joined) == digest(join(three()))


@pytest.mark.parametrize(
    ("models", "words"),
    [
        ([of("coronal")], "two models or more"),
        ([of("coronal"), of("coronal", 1)], "have coronal and coronal slices; join models of different planes"),
        ([join([of("coronal"), of("axial")]), of("sagittal")], "has several planes already"),
        ([of("coronal"), of("axial", labels=[{"value": 2, "name": "Blob"}])], "differ in their labels"),
        ([of("coronal"), of("axial", input={"spacing": [2.0, 2.0]})], "differ in how they are fed"),
        ([of("coronal"), of("axial", levels=[{"scale": 1, "steps": 3}])], "differ in their levels and steps"),
        ([of("coronal"), of("axial", fire_rate=0.4)], "differ in their fire rate"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_models_that_do_not_go_together_are_refused(models, words):
    with pytest.raises(MedNCAError, match=words):
        join(models)


RULE = {"channels": 6, "hidden": 12, "offsets": [0.0]}


@pytest.mark.parametrize(
    "rules",
    [
        [RULE, RULE],
        {"sagittal": RULE},
        [{**RULE, "channels": 2}],
        [{**RULE, "hidden": 0}],
        [{**RULE, "offsets": []}],
        [{**RULE, "offsets": ["0"]}],
        [{**RULE, "offsets": [1e9]}],
        [{**RULE, "more": 1}],
        [{"channels": 6, "hidden": 12}],
        [None],
    ],
    ids=str,
)
def test_a_card_with_rules_that_make_no_sense_is_refused(rules):
    source = {"plane": "coronal", "spacing": [1.0, 1.0], "further_planes": ["sagittal"]}
    assert small_card(runs=2, input=source, further_rules=[RULE]).further_rules[0].channels == 6
    with pytest.raises(MedNCAError, match=r"card is wrong: .*\.$"):
        small_card(runs=2, input=source, further_rules=rules)


def test_a_joined_model_is_not_trained_as_one():
    plan = json.loads(Plan(small_card(), Recipe()).to_json())
    plan["card"] = json.loads(join(three()).card.to_json())
    with pytest.raises(MedNCAError, match="trained plane by plane and joined"):
        Plan.from_json(json.dumps(plan))


# Command line


def test_the_command_joins_files_and_the_result_segments(place, out):
    files = [out / f"{one.card.name}.npz" for one in three()]
    for one, file in zip(three(), files, strict=True):
        save_model(one, file)
    said = answers("join", *files, "-o", out / "joined.npz", "--name", "together")
    assert re.search(r"parameters, for coronal, sagittal and axial slices, written to", said)
    said = answers("info", out / "joined.npz")
    assert re.search(r"Cells +coronal: 8 channels, hidden size 16; sagittal: 6 channels, hidden size 12; axial", said)
    assert re.search(r"Runs +3 runs, of coronal, sagittal and axial slices", said)
    answers("segment", place / "scan.nii.gz", "-o", out / "s.nii.gz", "--model", out / "joined.npz")
    before = files[0].read_bytes()
    refuses("join", *files, "-o", files[0], words="is one of the models to join; write to another file")
    assert files[0].read_bytes() == before
    refuses("join", files[0], "-o", out / "no.npz", words="two models or more")
    refuses("join", files[0], "nothing", "-o", out / "no.npz", words="There is no model")
    assert not (out / "no.npz").exists()
