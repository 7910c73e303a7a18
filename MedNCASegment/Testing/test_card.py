"""Cards: every field is checked, and what is wrong is named."""

import json

import pytest
from core_cases import card_fields, small_card
from mednca import Card, MedNCAError

NEEDED = ("format", "name", "title", "labels", "input", "levels", "channels", "hidden", "fire_rate")


def test_a_card_is_read_back_as_it_was_written():
    card = small_card(
        labels=[
            {
                "value": 3,
                "name": "Blob",
                "color": [1, 0, 0.5],
                "terminology": {"type": ["SCT", "5366008", "Hippocampus"]},
            }
        ],
        training={"data": "boxes"},
    )
    assert Card.from_json(card.to_json()) == card


@pytest.mark.parametrize("name", NEEDED)
def test_a_card_without_a_field_that_it_needs_is_refused(name):
    with pytest.raises(MedNCAError, match="format number" if name == "format" else f"lacks the field '{name}'"):
        small_card(**{name: None})


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '"card"', "null", "[" * 100_000, '{"format": ' + "9" * 5000 + "}", "{'format': 1}"]
)
def test_text_that_is_no_card_is_refused(text):
    with pytest.raises(MedNCAError, match="card"):
        Card.from_json(text)


def label(**changes):
    return {"labels": [{"value": 1, "name": "Blob", **changes}]}


def source(**changes):
    return {"input": {"plane": "coronal", "spacing": [1.0, 1.0], **changes}}


WRONG = {
    "format": [0, -1, 1.0, "1", True],
    "name": ["", "  ", 5],
    "title": [5, ["a"]],
    "channels": [0, 2, 257, 8.0, "8", True],
    "hidden": [0, 2049, 1.5],
    "fire_rate": [0, -0.1, 1.01, "0.5", float("nan"), True],
    "largest_component": [1, "yes"],
    "training": [[], "text"],
    "surprise": [1],
    "levels": [
        [],
        {},
        [{"scale": 2, "steps": 3}],
        [{"scale": 1, "steps": 0}],
        [{"scale": 1, "steps": 2000}],
        [{"scale": 1, "steps": 3, "more": 1}],
        [{"scale": 4, "steps": 3}, {"scale": 3, "steps": 3}, {"scale": 1, "steps": 3}],
        [{"scale": 1, "steps": 3}, {"scale": 1, "steps": 3}],
        [{"scale": 128, "steps": 3}, {"scale": 1, "steps": 3}],
        [{"scale": 2**level, "steps": 3} for level in range(8, -1, -1)],
    ],
}
INPUTS = [
    {"plane": "oblique"},
    {"plane": ["axial"]},
    {"plane": None},
    {"spacing": None},
    {"size": [64, 64]},
    {"spacing": [1.0]},
    {"spacing": [0, 1]},
    {"spacing": ["1", "1"]},
    {"spacing": [float("nan"), 1]},
    {"spacing": None, "size": [64.0, 64.0]},
    {"spacing": None, "size": [63, 64]},
    {"spacing": None, "size": [8, 10**6]},
    {"channels": 2, "neighbour_mm": 1.0},
    {"channels": 11, "neighbour_mm": 1.0},
    {"channels": 3},
    {"channels": 3, "neighbour_mm": 0},
    {"neighbour_mm": 1.0},
    {"percentiles": [99, 1]},
    {"percentiles": [-1, 50]},
    {"percentiles": None},
    {"per": "scan"},
    {"downsample": "cubic"},
    {"surprise": 1},
]
LABELS = [
    {"value": 0},
    {"value": 256},
    {"value": 1.0},
    {"name": ""},
    {"name": None},
    {"color": [1, 2, 3]},
    {"color": "red"},
    {"terminology": {"type": ["SCT", "1"]}},
    {"terminology": {"kind": ["a", "b", "c"]}},
    {"terminology": {"type": ["SCT", 5366008, "Hippocampus"]}},
    {"surprise": 1},
]


@pytest.mark.parametrize(
    "changes",
    [
        *({name: value} for name, values in WRONG.items() for value in values),
        *(source(**change) for change in INPUTS),
        *(label(**change) for change in LABELS),
        {"input": []},
        {"labels": []},
        {"labels": ["Blob"]},
        {"labels": [{"value": 1, "name": "a"}, {"value": 1, "name": "b"}]},
        {"labels": [{"value": 1, "name": "a"}, {"value": 2, "name": "a"}]},
        {"labels": [{"value": value, "name": str(value)} for value in range(1, 8)]},  # for eight channels
        {**source(spacing=None, size=[8, 64]), "levels": [{"scale": 8, "steps": 1}, {"scale": 1, "steps": 1}]},
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_a_value_out_of_its_range_is_refused_with_one_sentence(changes):
    with pytest.raises(MedNCAError) as caught:
        Card.from_json(json.dumps(card_fields() | changes))
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "card" in sentence
