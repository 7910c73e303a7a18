"""A plan: everything that is decided before a training starts, in one readable and editable JSON file."""

from __future__ import annotations

import copy
import json
import math
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ..card import PLANES, Card
from ..cases import Dataset
from ..errors import MedNCAError
from .fingerprint import Fingerprint
from .memory import estimate_bytes, recipe_that_fits, slices_bytes
from .proposal import Wishes, propose_card
from .recipe import Recipe

PLAN_FORMAT = 1
PRESETS = Path(__file__).parent / "presets"
# Range of every number of a recipe; whole numbers are marked, None is allowed where the recipe's default is None.
RANGES: dict[str, tuple[float, float, bool]] = {
    "iterations": (1, 10**9, True),
    "minutes": (0.01, 10**6, False),
    "batch": (1, 4096, True),
    "patch": (4, 4096, True),
    "aimed": (0.0, 1.0, False),
    "learning_rate": (1e-7, 1.0, False),
    "foreground": (0.0, 1.0, False),
    "coarse_loss": (0.0, 100.0, False),
    "averaging": (0.0, 0.999999, False),
    "clip": (1e-6, 1e6, False),
    "checkpoint_every": (1, 10**9, True),
    "validate_every": (1, 10**9, True),
    "patience": (0, 10**6, True),
    "artefacts": (0.0, 1.0, False),
    "random_steps": (0.0, 0.5, False),
    "seed": (0, 2**63 - 1, True),
}
GIVEN = "Given, not chosen by the rules."
PRECISIONS = ("auto", "bfloat16", "float32")


@dataclass(frozen=True)
class Plan:
    """The card of the model to be, the recipe of its training, what the cases are like and why things were chosen."""

    card: Card
    recipe: Recipe
    fingerprint: dict[str, Any] = field(default_factory=dict)  # of :class:`Fingerprint`
    why: dict[str, str] = field(default_factory=dict)  # name of a choice -> one sentence

    @property
    def cells(self) -> tuple[int, int]:
        """Rows and columns of the finest grid that training runs on: the largest slice of the cases covered.

        Raises:
            MedNCAError: the plan has no fingerprint and its card no size.
        """
        source = self.card.input
        if source.size is not None:
            return tuple(source.size)
        shape, spacing = self._known("shape")["most"], self._known("spacing")["most"]
        multiple = self.card.finest_multiple
        grids = [
            [
                max(2, math.ceil(shape[axis] * spacing[axis] / cell / multiple - 1e-3)) * multiple
                for axis, cell in zip(_in_plane(plane), source.spacing, strict=True)
            ]
            for plane in source.planes
        ]
        return tuple(map(max, zip(*grids, strict=True)))

    @property
    def data_bytes(self) -> int:
        """Memory that the slices of all cases take in training; every slice is as large as the largest."""
        cases, shape = self._known("cases"), self._known("shape")
        source = self.card.input
        sides = [[shape["most"][axis] for axis in _in_plane(plane)] for plane in source.planes]
        rows, columns = source.size or map(max, zip(*sides, strict=True))
        slices = cases * sum(shape["median"][PLANES[plane]] for plane in source.planes)
        return slices_bytes(int(slices * rows * columns), len(self.card.labels))

    @property
    def memory_bytes(self) -> int:
        """Estimated peak memory of the training process on the CPU."""
        return estimate_bytes(self.card, self.recipe, self.cells, self.data_bytes)

    def within(self, memory_gb: float) -> Plan:
        """This plan, changed as little as possible so that training stays within a memory limit.

        Raises:
            MedNCAError: not even the smallest would.
        """
        recipe = recipe_that_fits(self.card, self.recipe, self.cells, memory_gb, self.data_bytes)
        why = dict(self.why)
        for name, value in asdict(recipe).items():
            if value != getattr(self.recipe, name):
                why[name] = f"{json.dumps(value)}, so that training stays within {memory_gb:g} GB of memory."
        return replace(self, recipe=recipe, why=why)

    def overlaid(self, overlay: dict[str, Any]) -> Plan:
        """This plan with some values replaced: objects are merged key by key, everything else is taken over.

        Reasons that no longer hold are replaced too.

        Raises:
            MedNCAError: the result is not a valid plan.
        """
        plan = _plan_from(_merged(json.loads(self.to_json()), overlay))
        given = overlay.get("why", {})
        stale = {name for name in _differences(self, plan) if name in plan.why and name not in given}
        return replace(plan, why={**plan.why, **dict.fromkeys(stale, GIVEN)})

    def _known(self, name: str) -> Any:
        if name not in self.fingerprint:
            raise MedNCAError("The plan says nothing about the cases' sizes; make it anew from the data.")
        return self.fingerprint[name]

    def to_json(self) -> str:
        content = {
            "format": PLAN_FORMAT,
            "card": asdict(self.card),
            "recipe": asdict(self.recipe),
            "why": self.why,
            "fingerprint": self.fingerprint,
        }
        return json.dumps(content, indent=2, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Plan:
        """Read and check a plan.

        Raises:
            MedNCAError: the text is not JSON, has a newer format, or a value that is missing, unknown or out of range.
        """
        try:
            raw = json.loads(text)
        except (ValueError, RecursionError) as error:
            where = f" (line {error.lineno}: {error.msg})" if isinstance(error, json.JSONDecodeError) else ""
            raise MedNCAError(f"The plan is not valid JSON{where}; correct it or make it anew.") from error
        return _plan_from(raw)


def propose(
    fingerprint: Fingerprint,
    memory_gb: float | None = None,
    minutes: float | None = None,
    seed: int = 0,
    preset: str | None = None,
    dataset: Dataset | None = None,
    merge_labels: bool = False,
) -> Plan:
    """A plan for cases.

    Args:
        fingerprint: of the cases.
        memory_gb: limit of the training process; None for none.
        minutes: time limit; None trains for a number of iterations.
        seed: of the training.
        preset: name of a preset that fixes some choices, see :func:`preset_names`.
        dataset: what the cases' folder says of itself, for the card.
        merge_labels: one output for all labelled voxels, as in the paper.

    Raises:
        MedNCAError: the preset is not known, the cases are such that no card can describe them, or no plan fits the
            memory.
    """
    overlay = read_preset(preset) if preset else {}
    wishes = Wishes(**overlay.pop("wishes", {}), merge_labels=merge_labels)
    if preset and minutes is not None:
        overlay["recipe"].update(minutes=minutes, iterations=None)
        overlay["why"].pop("iterations", None)
    proposal = propose_card(fingerprint, wishes, seed, minutes)
    card = proposal.card if dataset is None else _described(proposal.card, dataset)
    plan = Plan(card, proposal.recipe, fingerprint.to_json(), proposal.why).overlaid(overlay)
    if memory_gb is not None:
        plan = plan.within(memory_gb)
    return plan


def preset_names() -> list[str]:
    """Names of the presets that come along."""
    return sorted(path.stem for path in PRESETS.glob("*.json"))


def check_preset(name: str | None) -> None:
    """Raises MedNCAError when a preset is asked for that does not exist; None asks for none."""
    if name is not None and name not in preset_names():
        raise MedNCAError(f"There is no preset '{name}'; there are {', '.join(preset_names())}.")


def read_preset(name: str) -> dict[str, Any]:
    """A preset: parts of a plan that are laid over a proposed one, and `wishes` that the proposal follows.

    Raises:
        MedNCAError: there is no preset of this name.
    """
    check_preset(name)
    return json.loads((PRESETS / f"{name}.json").read_text(encoding="utf-8"))


def _described(card: Card, dataset: Dataset) -> Card:
    """The card with what the data's folder says of itself."""
    facts = {"data": dataset.reference or dataset.name, "data_licence": dataset.licence}
    training = {name: value for name, value in facts.items() if value}
    title = dataset.name or card.title
    return replace(card, title=title, name=_slug(title), modality=dataset.modality, training=training)


def _in_plane(plane: str) -> list[int]:
    """The RAS axes of a plane's rows and columns."""
    return [axis for axis in range(3) if axis != PLANES[plane]]


def _slug(title: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in title.lower()).split()
    return "-".join(words) or "model"


def _differences(one: Plan, other: Plan) -> list[str]:
    """The choices in which two plans differ, by the names that their reasons have."""

    def choices(plan: Plan) -> dict[str, Any]:
        card = plan.card
        steps, scales = ([getattr(level, name) for level in card.levels] for name in ("steps", "scale"))
        source = {f"input.{name}": value for name, value in asdict(card.input).items()}
        return {**asdict(card), **source, **asdict(plan.recipe), "levels": scales, "steps": steps}

    after = choices(other)
    return [name for name, value in choices(one).items() if value != after[name]]


def _merged(base: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    result = copy.copy(base)
    for name, value in overlay.items():
        both = isinstance(value, dict) and isinstance(base.get(name), dict)
        result[name] = _merged(base[name], value) if both else value
    return result


def _plan_from(raw: Any) -> Plan:
    def need(ok: bool, what: str) -> None:
        if not ok:
            raise MedNCAError(f"The plan is wrong: {what}.")

    need(isinstance(raw, dict), "it must be a JSON object")
    found = raw.get("format")
    need(
        isinstance(found, int) and not isinstance(found, bool) and found >= 1,
        "it has no format number; begin with one that `mednca plan` has written",
    )
    if found > PLAN_FORMAT:
        raise MedNCAError(
            f"The plan has format {found}, but this version of MedNCA reads up to {PLAN_FORMAT}; update MedNCA."
        )
    unknown = sorted(set(raw) - {"format", "card", "recipe", "why", "fingerprint"})
    need(not unknown, f"it has unknown fields ({', '.join(unknown[:5])})")
    for name in ("card", "recipe"):
        need(isinstance(raw.get(name), dict), f"'{name}' must be an object")
    for name in ("why", "fingerprint"):
        need(isinstance(raw.get(name, {}), dict), f"'{name}' must be an object")
    why = raw.get("why", {})
    need(all(isinstance(text, str) for text in why.values()), "'why' must hold texts")
    try:
        card = Card.from_json(json.dumps(raw["card"]))
    except MedNCAError as error:
        raise MedNCAError(str(error).replace("The model's card", "The plan's card", 1)) from error
    need(not card.further_rules, "'further_rules' are trained plane by plane and joined (mednca join)")
    need(card.spread_limit is None, "'spread_limit' belongs to weights that are trained; leave it out of the card")
    fingerprint = raw.get("fingerprint", {})
    need(not fingerprint or _has_sizes(fingerprint), "'fingerprint' lacks the cases' sizes; make the plan anew")
    return Plan(card, _recipe_from(raw["recipe"], need), fingerprint, why)


def _has_sizes(fingerprint: dict[str, Any]) -> bool:
    """Whether what the grid and the memory are computed from is there; the rest is for people to read."""

    def positive(value: Any) -> bool:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 1e9

    def triple(value: Any) -> bool:
        return isinstance(value, list) and len(value) == 3 and all(map(positive, value))

    spreads = [fingerprint.get(name) for name in ("shape", "spacing")]
    return positive(fingerprint.get("cases")) and all(
        isinstance(spread, dict) and all(triple(spread.get(name)) for name in ("least", "median", "most"))
        for spread in spreads
    )


def _recipe_from(raw: dict[str, Any], need) -> Recipe:
    defaults = asdict(Recipe())
    unknown = sorted(set(raw) - set(defaults))
    need(not unknown, f"'recipe' has unknown fields ({', '.join(unknown[:5])})")
    for name, value in raw.items():
        if isinstance(defaults[name], bool):
            need(isinstance(value, bool), f"'recipe.{name}' must be true or false")
        elif name == "precision":
            need(value in PRECISIONS, f"'recipe.precision' must be one of {', '.join(PRECISIONS)}")
        elif value is None:
            need(defaults[name] is None, f"'recipe.{name}' must be a number")
        else:
            low, high, whole = RANGES[name]
            kind = int if whole else (int, float)
            fits = isinstance(value, kind) and not isinstance(value, bool) and low <= value <= high
            number = "whole number" if whole else "number"
            need(fits, f"'recipe.{name}' must be a {number} from {low:g} to {high:g}")
    need(raw.get("iterations") is None or raw.get("minutes") is None, "it has both 'iterations' and 'minutes'")
    return Recipe(**raw)
