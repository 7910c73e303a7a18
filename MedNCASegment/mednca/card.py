"""The card of a model: what it is for, how to feed it, how to run it, and what is known of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from .errors import MedNCAError

CARD_FORMAT = 1
# Anatomical planes and the axis of a right-anterior-superior (RAS) volume along which each is sliced.
PLANES = {"sagittal": 0, "coronal": 1, "axial": 2}
ONE_SIDED = ("sagittal",)  # planes whose slices have no left and right
MAX_CHANNELS, MAX_HIDDEN, MAX_STEPS, MAX_LEVELS, MAX_LABELS = 256, 2048, 1024, 8, 64
MAX_IMAGE_CHANNELS = 9
MAX_RUNS = 1000


@dataclass
class Label:
    """One structure that the model segments.

    `terminology` maps "category" and "type" (and optionally "modifier") to [coding scheme, code value, code meaning].
    """

    value: int
    name: str
    color: tuple[float, float, float] = (0.5, 0.8, 0.4)  # red, green, blue from 0 to 1
    terminology: dict[str, list[str]] = field(default_factory=dict)
    offset: float = 0.0  # taken off the logit before it becomes a probability; set by calibration after training


@dataclass
class Level:
    """One level of the cascade: the image at 1/scale of the cell grid, for a number of steps (paper, section 3.3)."""

    scale: int
    steps: int


@dataclass
class Input:
    """How a volume becomes the model's image."""

    plane: str  # "sagittal", "coronal" or "axial"
    spacing: tuple[float, float] | None = None  # mm per cell, rows and columns; or else
    size: tuple[int, int] | None = None  # cells, rows and columns, whatever the slice measures
    channels: int = 1  # of the image: the slice, and as many neighbouring slices behind it as ahead of it
    neighbour_mm: float | None = None  # from a slice to the next of these neighbours; None: there are none
    further_planes: tuple[str, ...] = ()  # the runs of a model take turns between `plane` and these
    percentiles: tuple[float, float] = (0.5, 99.5)  # of the intensities, mapped to 0 and 1
    per: str = "volume"  # percentiles are taken per "volume" or per "slice"
    downsample: str = "average"  # how coarser levels see the image: "average" of the cells, or "linear" interpolation

    @property
    def planes(self) -> tuple[str, ...]:
        """Those of the first runs, one each; the runs after them begin anew."""
        return (self.plane, *self.further_planes)


@dataclass
class FurtherRule:
    """The rule of a further plane that has one of its own, of as many levels as the first."""

    channels: int
    hidden: int
    offsets: tuple[float, ...]  # for each label, added to its own


@dataclass
class Card:
    """Everything about a model but its weights. Written as JSON inside the model file."""

    name: str
    title: str
    labels: list[Label]
    input: Input
    levels: list[Level]
    channels: int = 32
    hidden: int = 128
    fire_rate: float = 0.5
    further_rules: tuple[FurtherRule, ...] = ()  # of `input.further_planes`; none: these share the first plane's rule
    anatomy: str = ""
    modality: str = ""
    expects: str = ""  # the scan that the model was made for, in one sentence
    intended_use: str = "Research only, not for clinical use."
    licence: str = ""
    version: str = ""
    date: str = ""
    largest_component: bool = False
    runs: int = 1  # stochastic runs to average, unless the user chooses
    mirrored: bool = False  # every second run sees the slices mirrored, left for right
    spread_limit: float | None = None  # a result whose `quality` is above is doubtful; holds for the card's own runs
    training: dict[str, Any] = field(default_factory=dict)
    evaluation: dict[str, Any] = field(default_factory=dict)
    format: int = CARD_FORMAT

    @property
    def finest_multiple(self) -> int:
        """Cell grids have sides that are multiples of this, so that every level divides them evenly."""
        return max(level.scale for level in self.levels)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Card:
        """Read and check a card.

        Raises:
            MedNCAError: the text is not JSON, lacks a field, has a newer format or a value out of its range.
        """
        try:
            raw = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise MedNCAError("The model's card is not valid JSON; correct it or get the model file anew.") from error
        if not isinstance(raw, dict):
            raise MedNCAError("The model's card is not a JSON object; correct it or get the model file anew.")
        return _card_from(raw)


def _card_from(raw: dict[str, Any]) -> Card:
    found = raw.get("format")
    if not _is_int(found, 1):
        raise MedNCAError("The model's card has no format number; correct it or get the model file anew.")
    if found > CARD_FORMAT:
        raise MedNCAError(
            f"The model has card format {found}, but this version of MedNCA reads up to {CARD_FORMAT}; update MedNCA."
        )
    for name in ("name", "title", "labels", "input", "levels", "channels", "hidden", "fire_rate"):
        if name not in raw:
            raise MedNCAError(f"The model's card lacks the field '{name}'; correct it or get the model file anew.")

    def need(ok: bool, what: str) -> None:
        if not ok:
            raise MedNCAError(f"The model's card is wrong: {what}.")

    known = Card.__dataclass_fields__
    unknown = sorted(set(raw) - set(known))
    need(not unknown, f"it has unknown fields ({', '.join(unknown[:5])})")
    text_fields = ("name", "title", "anatomy", "modality", "expects", "intended_use", "licence", "version", "date")
    for name in text_fields:
        need(isinstance(raw.get(name, ""), str), f"'{name}' must be a text")
    need(bool(raw["name"].strip()), "'name' must not be empty")
    for name in ("training", "evaluation"):
        need(isinstance(raw.get(name, {}), dict), f"'{name}' must be an object")
    kept = raw.get("training", {}).get("validation_cases", [])
    need(
        isinstance(kept, list) and all(isinstance(one, str) for one in kept),
        "'training.validation_cases' must be a list of names",
    )
    need(isinstance(raw.get("largest_component", False), bool), "'largest_component' must be true or false")
    need(isinstance(raw.get("mirrored", False), bool), "'mirrored' must be true or false")
    need(_is_int(raw.get("runs", 1), 1, MAX_RUNS), f"'runs' must be a whole number from 1 to {MAX_RUNS}")
    limit = raw.get("spread_limit")
    need(limit is None or (_is_number(limit) and limit > 0), "'spread_limit' must be a number above 0")
    for name in ("mirrored", "spread_limit"):
        need(not raw.get(name) or raw.get("runs", 1) > 1, f"'{name}' needs two 'runs' or more")
    need(_is_int(raw["channels"], 3, MAX_CHANNELS), f"'channels' must be a whole number from 3 to {MAX_CHANNELS}")
    need(_is_int(raw["hidden"], 1, MAX_HIDDEN), f"'hidden' must be a whole number from 1 to {MAX_HIDDEN}")
    need(_is_number(raw["fire_rate"]) and 0 < raw["fire_rate"] <= 1, "'fire_rate' must be above 0 and at most 1")

    source = raw["input"]
    need(isinstance(source, dict), "'input' must be an object")
    need(set(source) <= set(Input.__dataclass_fields__), "'input' has unknown fields")
    need(source.get("plane") in tuple(PLANES), f"'input.plane' must be one of {', '.join(PLANES)}")
    need(
        not raw.get("mirrored", False) or source["plane"] not in ONE_SIDED,
        "'mirrored' swaps left and right, which sagittal slices do not have",
    )
    further = source.get("further_planes", [])
    need(
        isinstance(further, (list, tuple)) and all(plane in tuple(PLANES) for plane in further),
        f"'input.further_planes' must list some of {', '.join(PLANES)}",
    )
    need(len({source["plane"], *further}) == 1 + len(further), "'input.further_planes' names a plane twice")
    need(raw.get("runs", 1) > len(further), "'input.further_planes' needs a run for each plane")
    need(not further or not raw.get("mirrored", False), "'mirrored' and 'input.further_planes' exclude each other")
    spacing, size = source.get("spacing"), source.get("size")
    need((spacing is None) != (size is None), "'input' must have either 'spacing' or 'size'")
    need(spacing is None or _is_pair(spacing, 0.01, 100), "'input.spacing' must be two lengths in mm, from 0.01 to 100")
    need(size is None or _is_pair(size, 8, 4096, whole=True), "'input.size' must be two whole numbers from 8 to 4096")
    image_channels, apart = source.get("channels", 1), source.get("neighbour_mm")
    need(
        _is_int(image_channels, 1, MAX_IMAGE_CHANNELS) and image_channels % 2 == 1,
        f"'input.channels' must be an odd number from 1 to {MAX_IMAGE_CHANNELS}",
    )
    need(
        (apart is not None) == (image_channels > 1),
        "'input.neighbour_mm' must be given with more than one image channel, and only then",
    )
    need(apart is None or (_is_number(apart) and 0.01 <= apart <= 100), "'input.neighbour_mm' must be 0.01 to 100 mm")
    percentiles = source.get("percentiles", [0.5, 99.5])
    need(_is_pair(percentiles, 0, 100) and percentiles[0] < percentiles[1], "'input.percentiles' must rise")
    need(source.get("per", "volume") in ("volume", "slice"), "'input.per' must be 'volume' or 'slice'")
    need(source.get("downsample", "average") in ("average", "linear"), "'input.downsample' is not known")

    levels = raw["levels"]
    need(isinstance(levels, list) and 1 <= len(levels) <= MAX_LEVELS, f"'levels' must list 1 to {MAX_LEVELS} levels")
    for level in levels:
        need(isinstance(level, dict) and set(level) == {"scale", "steps"}, "each level needs 'scale' and 'steps'")
        need(_is_int(level["scale"], 1, 64), "'scale' must be a whole number from 1 to 64")
        need(_is_int(level["steps"], 1, MAX_STEPS), f"'steps' must be a whole number from 1 to {MAX_STEPS}")
    scales = [level["scale"] for level in levels]
    divides = all(coarse % fine == 0 and coarse > fine for coarse, fine in zip(scales, scales[1:], strict=False))
    need(divides and scales[-1] == 1, "the levels' scales must go from coarse to 1, each a multiple of the next")
    if size is not None:
        fits = all(side % scales[0] == 0 and side >= 2 * scales[0] for side in size)
        need(fits, f"'input.size' must be multiples of {scales[0]}, at least twice that")

    labels = raw["labels"]
    need(isinstance(labels, list) and 1 <= len(labels) <= MAX_LABELS, f"'labels' must list 1 to {MAX_LABELS} labels")
    for label in labels:
        need(isinstance(label, dict), "each label must be an object")
        need(set(label) <= set(Label.__dataclass_fields__), "a label has unknown fields")
        need(_is_int(label.get("value"), 1, 255), "a label's 'value' must be a whole number from 1 to 255")
        need(isinstance(label.get("name"), str) and bool(label["name"].strip()), "each label needs a 'name'")
        color = label.get("color", [0.5, 0.8, 0.4])
        need(
            _is_list(color, 3) and all(_is_number(c) and 0 <= c <= 1 for c in color), "'color' must be three of 0 to 1"
        )
        need(_is_number(label.get("offset", 0.0)) and abs(label.get("offset", 0.0)) <= 100, "'offset' must be a number")
        codes = label.get("terminology", {})
        need(
            isinstance(codes, dict)
            and set(codes) <= {"category", "type", "modifier"}
            and all(_is_list(code, 3) and all(isinstance(part, str) for part in code) for code in codes.values()),
            "'terminology' must give [scheme, value, meaning] for category, type and modifier",
        )
    for name in ("value", "name"):
        need(len({label[name] for label in labels}) == len(labels), f"two labels have the same {name}")
    need(raw["channels"] > image_channels + len(labels), "there are fewer channels than labels need")

    rules = raw.get("further_rules", [])
    need(isinstance(rules, list) and len(rules) in (0, len(further)), "'further_rules' must have one for each plane")
    for rule in rules:
        need(
            isinstance(rule, dict)
            and set(rule) == set(FurtherRule.__dataclass_fields__)
            and _is_int(rule["channels"], image_channels + len(labels) + 1, MAX_CHANNELS)
            and _is_int(rule["hidden"], 1, MAX_HIDDEN)
            and _is_list(rule["offsets"], len(labels))
            and all(_is_number(offset) and abs(offset) <= 100 for offset in rule["offsets"]),
            "each of 'further_rules' needs 'channels', 'hidden' and an offset for each label",
        )

    return Card(
        **{
            **raw,
            "further_rules": tuple(FurtherRule(**{**rule, "offsets": tuple(rule["offsets"])}) for rule in rules),
            "labels": [Label(**{**label, "color": tuple(label.get("color", (0.5, 0.8, 0.4)))}) for label in labels],
            "levels": [Level(**level) for level in levels],
            "input": Input(**{k: tuple(v) if isinstance(v, list) else v for k, v in source.items()}),
        }
    )


def _is_int(value: Any, low: int, high: float = float("inf")) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_number(value: Any) -> bool:
    # NaN and the infinities, which Python's JSON reader accepts, are no numbers here.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300


def _is_list(value: Any, length: int) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == length


def _is_pair(value: Any, low: float, high: float, whole: bool = False) -> bool:
    return _is_list(value, 2) and all(
        _is_number(part) and low <= part <= high and (not whole or isinstance(part, int)) for part in value
    )
