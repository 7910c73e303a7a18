"""Plans are proposed for scans by rules that a person can follow."""

import random

import pytest
from made_cases import scan_fingerprint
from mednca import MedNCAError
from mednca.card import PLANES
from mednca.cases import Dataset
from mednca.training.plan import Plan, propose
from plan_case import HIPPOCAMPUS, LESION, LIVER, PROSTATE, scales, steps


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


@pytest.mark.parametrize("seed", range(4))
def test_any_scan_gets_a_plan_that_holds_together(seed):
    draw = random.Random(seed)
    for _ in range(25):
        shape = [draw.choice((1, 5, 20, 40, 100, 250, 700)) for _ in range(3)]
        spacing = [draw.choice((0.05, 0.4, 0.7, 1, 2, 5)) for _ in range(3)]
        organ = [max(mm, side * mm * draw.random()) for side, mm in zip(shape, spacing, strict=True)]
        parts = draw.choice((1, 2, 5))
        plan = propose(
            scan_fingerprint(shape, spacing, organ, [draw.random() * 100 for _ in range(3)], parts=parts, cases=2),
            minutes=draw.choice((None, 0.5, 30, 600)),
        )
        what = f"{shape}, {spacing}, {organ}, {parts} labels: {plan.card.input}, {plan.card.levels}"
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
