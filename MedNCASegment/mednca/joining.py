"""Models of different planes as one, whose runs take turns between them and are averaged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .card import Card, FurtherRule
from .errors import MedNCAError
from .model import Model
from .options import in_words


def join(models: Sequence[Model], name: str | None = None) -> Model:
    """One model of several, each with the slices of a plane of its own, whose sizes may differ.

    The card is the first one's but for the planes, with a run for each. How good the joined model is, it does not say,
    as nobody has measured it.

    Args:
        models: two or more, each of one plane, which find the same labels and are fed and run in the same way.
        name: of the joined model; None takes the first one's.

    Raises:
        MedNCAError: the models do not go together; the message says why.
    """
    if len(models) < 2:
        raise MedNCAError("Joining takes two models or more; give another one.")
    first, *others = models
    card = first.card
    for one in models:
        if len(one.card.input.planes) > 1:
            raise MedNCAError(f"'{one.card.name}' has several planes already; join models of one plane each.")
        for what, wanted, found in zip(ALIKE, _alike(first), _alike(one), strict=True):
            if wanted != found:
                raise MedNCAError(f"'{card.name}' and '{one.card.name}' differ in {what}; they cannot be joined.")
    planes = [one.card.input.plane for one in models]
    if len(set(planes)) < len(planes):
        raise MedNCAError(f"The models have {in_words(planes)} slices; join models of different planes.")

    further = tuple(
        FurtherRule(
            one.card.channels,
            one.card.hidden,
            tuple(own.offset - label.offset for own, label in zip(one.card.labels, card.labels, strict=True)),
        )
        for one in others
    )
    trainings = [one.card.training for one in models]
    kept = [set(training.get("validation_cases", ())) for training in trainings]
    facts = {key: text for key in ("data", "data_licence") if (text := _together(one.get(key) for one in trainings))}
    joined = replace(
        card,
        name=card.name if name is None else name,
        input=replace(card.input, further_planes=tuple(planes[1:])),
        further_rules=further,
        licence=_together(one.card.licence for one in models),
        runs=len(models),
        mirrored=False,
        spread_limit=None,
        training={**facts, "validation_cases": sorted(set.intersection(*kept)), "joined": trainings},
        evaluation={},
    )
    # Read back, so that nothing is made that could not be loaded.
    return Model(Card.from_json(joined.to_json()), [rule for one in models for rule in one.rules])


def _together(texts: Iterable[str | None]) -> str:
    """Texts that each of several models has, once each."""
    return "; ".join(dict.fromkeys(text for text in texts if text))


ALIKE = ("their labels", "how they are fed", "their levels and steps", "their fire rate")


def _alike(model: Model) -> tuple:
    card = model.card
    labels = [(label.value, label.name) for label in card.labels]
    return labels, replace(card.input, plane=""), card.levels, card.fire_rate
