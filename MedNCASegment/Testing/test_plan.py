"""Plans: proposed by rules that a person can follow, readable, editable, and checked when they are read."""

import json
import random

import pytest
from made_cases import ellipsoids, scan_fingerprint, write_case
from mednca import Card, MedNCAError
from mednca.card import PLANES
from mednca.cases import Dataset
from mednca.cli import main
from mednca.training.plan import Plan, preset_names, propose, read_preset
from mednca.training.recipe import Recipe

HIPPOCAMPUS = ((35, 50, 36), (1, 1, 1), (22, 39, 26))
PROSTATE = ((384, 384, 19), (0.5, 0.5, 3), (50, 42, 45))
LIVER = ((512, 512, 120), (0.8, 0.8, 2.5), (200, 150, 160))
LESION = ((512, 512, 120), (0.8, 0.8, 2.5), (12, 12, 12))


def scales(plan):
    return [level.scale for level in plan.card.levels]


def steps(plan):
    return [level.steps for level in plan.card.levels]


def test_coarse_slices_are_kept_as_they_were_taken():
    assert propose(scan_fingerprint(*PROSTATE)).card.input.plane == "axial"
    assert propose(scan_fingerprint((20, 256, 256), (4, 1, 1), (30, 40, 40))).card.input.plane == "sagittal"
    assert propose(scan_fingerprint((256, 30, 256), (1, 3, 1), (30, 40, 40))).card.input.plane == "coronal"


def test_where_voxels_are_cubes_the_cut_that_shows_most_is_taken():
    for axis, plane in enumerate(("sagittal", "coronal", "axial")):
        organ = [30, 30, 30]
        organ[axis] = 15  # flat along this axis, so cuts across it are the largest
        assert propose(scan_fingerprint((60, 60, 60), (1, 1, 1), organ)).card.input.plane == plane


def test_labels_that_border_on_each_other_are_cut_where_the_border_shows():
    # Largest across the anterior axis, along which one part lies before the other.
    organ, across_anterior = (30, 20, 30), (0.0, 300.0, 10.0)
    assert propose(scan_fingerprint((60, 60, 60), (1, 1, 1), organ)).card.input.plane == "coronal"
    parts = propose(scan_fingerprint((60, 60, 60), (1, 1, 1), organ, across_anterior, parts=2))
    assert parts.card.input.plane == "sagittal"
    assert "coronal hardly does" in parts.why["input.plane"]


def test_labels_that_do_not_touch_are_cut_along_the_line_between_them():
    plan = propose(scan_fingerprint((60, 60, 60), (1, 1, 1), (30, 20, 30), parts=2))
    assert plan.card.input.plane in ("sagittal", "axial")


def test_merged_labels_have_no_border():
    plan = propose(scan_fingerprint((60, 60, 60), (1, 1, 1), (30, 20, 30), (0, 300, 10), parts=2), merge_labels=True)
    assert plan.card.input.plane == "coronal"
    assert len(plan.card.labels) == 1


def test_cells_are_the_median_pixels_until_grids_become_large():
    assert propose(scan_fingerprint(*HIPPOCAMPUS)).card.input.spacing == (1.0, 1.0)
    assert propose(scan_fingerprint(*PROSTATE)).card.input.spacing == (0.75, 0.75)  # 256 cells, as in the paper
    assert propose(scan_fingerprint(*LIVER)).card.input.spacing == (1.6, 1.6)


def test_neighbouring_slices_are_seen_where_they_lie_close():
    def beside(shape, spacing, organ):
        plan = propose(scan_fingerprint(shape, spacing, organ))
        return plan.card.input.channels, plan.card.input.neighbour_mm, plan.why["input.channels"]

    assert beside(*HIPPOCAMPUS)[:2] == (5, 1.0)
    assert beside(*LIVER)[:2] == (5, 2.5)
    # No closer than cells, however thin slices are.
    assert beside((35, 50, 36), (1, 0.25, 1), (22, 39, 26))[:2] == (5, 1.0)
    assert beside(*PROSTATE) == (1, None, "1: the slice alone, as the next is 3 mm away, 4 cells.")
    single = beside((256, 256, 1), (1, 1, 1), (40, 40, 1))
    assert single == (1, None, "1: the slice alone, as the cases have no others.")
    paper = propose(scan_fingerprint(*HIPPOCAMPUS), preset="med-nca")
    assert (paper.card.input.channels, paper.why["input.channels"]) == (1, "1: the slice alone, as in the paper.")


def test_what_is_small_is_not_made_smaller():
    plan = propose(scan_fingerprint(*LESION))
    assert plan.card.input.spacing == (0.8, 0.8)
    assert plan.cells == (512, 512)


@pytest.mark.parametrize(
    ("scan", "wanted"),
    [
        (HIPPOCAMPUS, [4, 1]),
        (PROSTATE, [16, 4, 1]),
        (LIVER, [16, 4, 1]),
        (LESION, [16, 4, 1]),
        (((14, 14, 14), (1, 1, 1), (6, 6, 6)), [1]),  # the whole slice is within reach at full size
        (((200, 200, 20), (1, 1, 3), (3, 3, 6)), [4, 1]),  # at a sixteenth nothing of it would be left
    ],
)
def test_levels_are_added_until_the_coarsest_is_crossed_in_few_steps(scan, wanted):
    assert scales(propose(scan_fingerprint(*scan))) == wanted


def test_any_scan_gets_a_plan_that_holds_together():
    seed = random.randrange(10**6)
    draw = random.Random(seed)
    for _ in range(100):
        shape = [draw.choice((1, 5, 20, 40, 100, 250, 700)) for _ in range(3)]
        spacing = [draw.choice((0.05, 0.4, 0.7, 1, 2, 5)) for _ in range(3)]
        organ = [max(mm, side * mm * draw.random()) for side, mm in zip(shape, spacing, strict=True)]
        parts = draw.choice((1, 2, 5))
        plan = propose(
            scan_fingerprint(shape, spacing, organ, [draw.random() * 100 for _ in range(3)], parts=parts, cases=2),
            minutes=draw.choice((None, 0.5, 30, 600)),
        )
        what = f"seed {seed}: {shape}, {spacing}, {organ}, {parts} labels: {plan.card.input}, {plan.card.levels}"
        assert Plan.from_json(plan.to_json()) == plan, what
        axes = [axis for axis in range(3) if axis != PLANES[plan.card.input.plane]]
        cell = plan.card.input.spacing[0]
        coarsest, reach = scales(plan)[0], steps(plan)[0] * scales(plan)[0]
        assert all(side % coarsest == 0 and side >= 2 * coarsest for side in plan.cells), what
        extent = max(shape[axis] * spacing[axis] for axis in axes) / cell
        foreground = max(organ[axis] for axis in axes) / cell
        assert reach >= extent or steps(plan)[0] == 64, what
        assert foreground >= min(3.9, max(organ[axis] / spacing[axis] for axis in axes) / 4.1), what
        assert 16 <= min(steps(plan)) <= max(steps(plan)) <= 64, what
        assert 24 <= plan.recipe.patch <= 64, what
        assert 4 <= plan.recipe.batch <= 16, what
        assert plan.memory_bytes > plan.data_bytes, what


def test_patches_grow_with_what_they_must_see_and_batches_shrink():
    small, large = propose(scan_fingerprint(*HIPPOCAMPUS)).recipe, propose(scan_fingerprint(*LIVER)).recipe
    assert (small.patch, small.batch) == (24, 16)
    assert (large.patch, large.batch) == (64, 4)


def test_intensities_of_the_foreground_are_not_cut_off():
    assert propose(scan_fingerprint(*LIVER)).card.input.percentiles == (0.5, 99.5)
    bright = propose(scan_fingerprint(*LESION, outside=(0.0, 0.8)))
    assert bright.card.input.percentiles == (0.5, 100)
    assert "brightest" in bright.why["input.percentiles"]
    assert propose(scan_fingerprint(*LESION, outside=(0.4, 0.0))).card.input.percentiles == (0, 99.5)


def test_patches_are_aimed_where_most_would_miss():
    assert propose(scan_fingerprint(*HIPPOCAMPUS)).recipe.aimed == 0
    plan = propose(scan_fingerprint(*LESION))
    assert plan.recipe.aimed == 0.5
    assert "1 % would show by chance" in plan.why["aimed"]


def test_many_labels_get_more_channels_until_there_are_too_many():
    assert propose(scan_fingerprint(*LIVER, parts=11)).card.channels == 32
    assert propose(scan_fingerprint(*LIVER, parts=20)).card.channels == 48
    most = propose(scan_fingerprint(*LIVER, parts=64))
    assert Plan.from_json(most.to_json()).card.channels == 96
    with pytest.raises(MedNCAError, match="65 labels, and a model at most 64"):
        propose(scan_fingerprint(*LIVER, parts=65))
    assert propose(scan_fingerprint(*LIVER, parts=65), merge_labels=True).card.channels == 32


def test_every_choice_has_a_reason():
    plan = propose(scan_fingerprint(*PROSTATE), minutes=30)
    for name in ("plane", "spacing", "percentiles"):
        assert f"input.{name}" in plan.why
    for name in ("levels", "steps", "channels", "labels", "largest_component", "patch", "batch", "minutes", "patience"):
        assert name in plan.why
    assert all(text.endswith((".", ")")) for text in plan.why.values())
    assert "3 mm apart" in plan.why["input.plane"]


def test_a_time_limit_goes_into_the_recipe_and_a_short_one_makes_small_batches():
    plan = propose(scan_fingerprint(*HIPPOCAMPUS), minutes=30)
    assert (plan.recipe.minutes, plan.recipe.iterations, plan.recipe.batch) == (30, None, 16)
    assert propose(scan_fingerprint(*HIPPOCAMPUS), minutes=1).recipe.batch < 8
    assert propose(scan_fingerprint(*HIPPOCAMPUS), seed=5).recipe.seed == 5


def test_a_memory_limit_is_kept_and_what_it_changed_is_said():
    free = propose(scan_fingerprint(*LIVER, cases=2))
    limit = free.memory_bytes / 1e9 * 0.8
    plan = propose(scan_fingerprint(*LIVER, cases=2), memory_gb=limit)
    assert plan.memory_bytes <= limit * 1e9
    changed = [name for name in ("batch", "patch", "recompute") if plan.why.get(name) != free.why.get(name)]
    assert changed
    assert all("GB of memory" in plan.why[name] for name in changed)
    with pytest.raises(MedNCAError, match="more than the limit of 0.1 GB"):
        propose(scan_fingerprint(*LIVER), memory_gb=0.1)


def test_memory_for_the_slices_is_what_they_are_kept_in():
    fingerprint = scan_fingerprint(*PROSTATE, cases=10)
    labels = 1
    assert propose(fingerprint).data_bytes == 10 * 19 * 384 * 384 * (4 + labels)
    assert propose(fingerprint, preset="med-nca").data_bytes == 10 * 19 * 256 * 256 * (4 + labels)


def test_the_cases_folder_fills_in_the_card():
    dataset = Dataset([], {}, "My Hearts", "CT", "Hospital A", "CC0")
    card = propose(scan_fingerprint(*LIVER), dataset=dataset).card
    assert (card.name, card.title, card.modality) == ("my-hearts", "My Hearts", "CT")
    assert card.training == {"data": "Hospital A", "data_licence": "CC0"}
    assert [label.name for label in card.labels] == ["Part 1"]


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_makes_a_valid_plan(name):
    for scan in (HIPPOCAMPUS, PROSTATE):
        plan = propose(scan_fingerprint(*scan, parts=2), preset=name, seed=3)
        assert Plan.from_json(plan.to_json()) == plan
        assert plan.recipe.seed == 3
        assert plan.recipe.iterations
        limited = propose(scan_fingerprint(*scan, parts=2), preset=name, minutes=7)
        assert (limited.recipe.minutes, limited.recipe.iterations) == (7, None)


@pytest.mark.parametrize(
    ("name", "channels", "hidden"), [("med-nca", 32, 128), ("med-nca-c16", 16, 128), ("med-nca-h64", 32, 64)]
)
def test_the_papers_models_are_those_of_the_paper(name, channels, hidden):
    small = propose(scan_fingerprint(*HIPPOCAMPUS), preset=name)
    assert (small.card.channels, small.card.hidden) == (channels, hidden)
    assert (small.cells, scales(small), steps(small), small.recipe.patch) == ((64, 64), [4, 1], [16, 16], 16)
    large = propose(scan_fingerprint(*PROSTATE), preset=name)
    assert (large.cells, scales(large), steps(large), large.recipe.patch) == ((256, 256), [4, 1], [64, 64], 64)
    assert large.recipe.coarse_loss == 0


def test_the_papers_backbone_has_one_level():
    for scan in (HIPPOCAMPUS, PROSTATE):
        plan = propose(scan_fingerprint(*scan), preset="backbone-nca-64")
        assert (plan.cells, scales(plan), steps(plan)) == ((64, 64), [1], [64])


def test_the_models_that_come_along_have_their_plans():
    whole = propose(scan_fingerprint(*HIPPOCAMPUS, parts=2), preset="hippocampus")
    assert (whole.card.name, len(whole.card.labels), whole.card.input.plane) == ("hippocampus", 1, "coronal")
    parts = propose(scan_fingerprint(*HIPPOCAMPUS, parts=2), preset="hippocampus-parts")
    assert (parts.card.name, len(parts.card.labels), parts.card.input.plane) == ("hippocampus-parts", 2, "sagittal")
    for plan in (whole, parts):
        assert (plan.recipe.batch, plan.recipe.patch, plan.recipe.learning_rate) == (16, 24, 3e-3)
        assert (scales(plan), steps(plan)) == ([4, 1], [16, 16])
    # A complete plan: nothing of it is left to the proposal, whatever the data.
    overlay = read_preset("hippocampus")
    assert set(overlay["recipe"]) | {"seed"} == set(Recipe.__dataclass_fields__)
    assert set(overlay["card"]) | {"date", "evaluation", "format"} == set(Card.__dataclass_fields__)


def test_an_unknown_preset_is_refused_with_the_known_ones():
    with pytest.raises(MedNCAError, match="no preset 'unet'; there are .*med-nca"):
        propose(scan_fingerprint(*HIPPOCAMPUS), preset="unet")


def test_an_overlay_replaces_values_and_lists_and_leaves_the_rest():
    plan = propose(scan_fingerprint(*HIPPOCAMPUS))
    changed = plan.overlaid({"card": {"channels": 16, "levels": [{"scale": 1, "steps": 9}]}, "recipe": {"batch": 2}})
    assert (changed.card.channels, changed.card.hidden, steps(changed)) == (16, plan.card.hidden, [9])
    assert (changed.recipe.batch, changed.recipe.patch) == (2, plan.recipe.patch)
    assert changed.card.labels == plan.card.labels
    with pytest.raises(MedNCAError, match="'recipe.batch'"):
        plan.overlaid({"recipe": {"batch": 0}})


def test_what_is_changed_loses_the_reason_of_the_proposal():
    plan = propose(scan_fingerprint(*HIPPOCAMPUS))
    levels = [{"scale": level.scale, "steps": 20} for level in plan.card.levels]
    changed = plan.overlaid({"recipe": {"batch": 2, "patch": plan.recipe.patch}, "card": {"levels": levels}})
    differing = {name for name in plan.why if changed.why[name] != plan.why[name]}
    assert differing == {"batch", "steps"}
    assert changed.why["batch"] == changed.why["steps"] == "Given, not chosen by the rules."
    explained = plan.overlaid({"recipe": {"batch": 2}, "why": {"batch": "A small card."}})
    assert explained.why["batch"] == "A small card."


@pytest.mark.parametrize("name", preset_names())
def test_presets_give_reasons_for_what_they_change(name):
    for scan in (HIPPOCAMPUS, PROSTATE):
        plan = propose(scan_fingerprint(*scan, parts=2), preset=name)
        assert not [choice for choice, reason in plan.why.items() if reason == "Given, not chosen by the rules."]


def edited(change):
    raw = json.loads(propose(scan_fingerprint(*HIPPOCAMPUS)).to_json())
    change(raw)
    return json.dumps(raw)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda raw: raw.pop("format"), "no format number"),
        (lambda raw: raw.update(format=2), "format 2.*update MedNCA"),
        (lambda raw: raw.update(format=True), "no format number"),
        (lambda raw: raw.update(extra=1), "unknown fields \\(extra\\)"),
        (lambda raw: raw.pop("card"), "'card' must be an object"),
        (lambda raw: raw["card"].pop("levels"), "The plan's card lacks the field 'levels'"),
        (lambda raw: raw["card"].update(channels=1), "The plan's card is wrong: 'channels'"),
        (lambda raw: raw.update(recipe=[]), "'recipe' must be an object"),
        (lambda raw: raw["recipe"].update(epochs=3), "'recipe' has unknown fields \\(epochs\\)"),
        (lambda raw: raw["recipe"].update(batch="many"), "'recipe.batch' must be a whole number from 1"),
        (lambda raw: raw["recipe"].update(batch=2.5), "'recipe.batch' must be a whole number"),
        (lambda raw: raw["recipe"].update(batch=None), "'recipe.batch' must be a number"),
        (lambda raw: raw["recipe"].update(batch=True), "'recipe.batch' must be a whole number"),
        (lambda raw: raw["recipe"].update(learning_rate=float("nan")), "'recipe.learning_rate' must be a number"),
        (lambda raw: raw["recipe"].update(recompute=1), "'recipe.recompute' must be true or false"),
        (lambda raw: raw["recipe"].update(precision="half"), "'recipe.precision' must be one of auto"),
        (lambda raw: raw["recipe"].update(minutes=3), "both 'iterations' and 'minutes'"),
        (lambda raw: raw.update(why={"batch": 3}), "'why' must hold texts"),
        (lambda raw: raw.update(why=[]), "'why' must be an object"),
        (lambda raw: raw["fingerprint"].pop("shape"), "'fingerprint' lacks the cases' sizes"),
        (lambda raw: raw["fingerprint"]["spacing"].update(most=[1, 0, 1]), "'fingerprint' lacks the cases' sizes"),
    ],
)
def test_a_wrong_plan_is_refused_with_one_sentence(change, words):
    with pytest.raises(MedNCAError, match=words) as error:
        Plan.from_json(edited(change))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '"plan"', "[" * 100_000])
def test_what_is_no_plan_at_all_is_refused(text):
    with pytest.raises(MedNCAError, match="plan"):
        Plan.from_json(text)


def test_a_broken_plan_says_in_which_line():
    text = propose(scan_fingerprint(*HIPPOCAMPUS)).to_json().replace('"recipe": {', '"recipe": {,')
    with pytest.raises(MedNCAError, match=r"line \d+"):
        Plan.from_json(text)


def test_every_number_of_a_recipe_is_checked():
    for name, value in vars(Recipe()).items():
        if name == "precision":
            continue
        with pytest.raises(MedNCAError, match=f"recipe.{name}"):
            Plan.from_json(edited(lambda raw, name=name: raw["recipe"].update({name: -1})))
        assert value is None or Plan.from_json(edited(lambda raw, n=name, v=value: raw["recipe"].update({n: v})))


@pytest.fixture
def data(tmp_path):
    for seed, name in enumerate("abc"):
        write_case(tmp_path / "data", name, *ellipsoids(parts=2, seed=seed))
    return tmp_path / "data"


def test_the_command_prints_the_plan_and_the_table_of_cases(data, capsys):
    assert main(["plan", "--data", str(data), "--preset", "med-nca-c16", "--memory", "8", "--minutes", "2"]) == 0
    out, err = capsys.readouterr()
    plan = Plan.from_json(out)
    assert (plan.card.channels, plan.recipe.minutes, plan.fingerprint["cases"]) == (16, 2, 3)
    assert "3 cases, usable" in err
    assert "GB of memory" in err


def test_the_command_writes_a_plan(data, tmp_path, capsys):
    path = tmp_path / "plan.json"
    assert main(["plan", "--data", str(data), "--merge-labels", "--exclude", "a", "-o", str(path)]) == 0
    plan = Plan.from_json(path.read_text(encoding="utf-8"))
    assert plan.fingerprint["cases"] == 2
    assert len(plan.card.labels) == 1
    assert str(path) in capsys.readouterr().out


def test_the_help_of_the_command_names_every_preset(capsys):
    with pytest.raises(SystemExit):
        main(["plan", "--help"])
    text = " ".join(capsys.readouterr().out.split()).replace("- ", "-")  # lines may break behind a hyphen
    assert all(f" {name}" in text for name in preset_names())


def test_the_command_leaves_out_bad_cases_only_when_it_may(data, capsys):
    (data / "labelsTr" / "b.nii.gz").write_bytes(b"")
    assert main(["plan", "--data", str(data)]) == 2
    out, err = capsys.readouterr()
    assert "1 of 3 cases cannot be used ('b')" in err
    assert not out
    assert main(["plan", "--data", str(data), "--skip-bad"]) == 0
    assert Plan.from_json(capsys.readouterr().out).fingerprint["cases"] == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--preset", "unet"], "no preset 'unet'"),
        (["--memory", "0"], "--memory must be"),
        (["--memory", "nan"], "--memory must be"),
        (["--minutes", "-1"], "--minutes must be"),
        (["--exclude", "z"], "no case 'z'"),
        (["-o", "/nowhere/plan.json"], "does not exist"),
    ],
)
def test_a_wrong_argument_is_answered_with_one_sentence(data, capsys, arguments, words):
    assert main(["plan", "--data", str(data), *arguments]) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("mednca: ")
    assert words in last
