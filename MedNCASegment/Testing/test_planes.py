"""Several planes: a model whose runs take turns between slices in different directions, and how it learns from them."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from command_line import answers
from core_cases import random_volume, require_torch, small_card, small_model
from mednca import Card, MedNCAError, Model, Options, Segmenter, Volume, make_engine, save_model
from mednca.cases import ArrayCase
from mednca.metrics import dice
from mednca.options import runs_in_words
from mednca.training.plan import Plan
from mednca.training.recipe import Recipe

BOTH = {"plane": "coronal", "spacing": [1.0, 1.0], "further_planes": ["sagittal"]}


def planes_model(source=BOTH, **changes):
    """A model whose card asks for two runs, of coronal and of sagittal slices."""
    return small_model(**({"runs": 2, "input": source} | changes))


def only(model, plane):
    """The same rules on slices of one plane, in one run."""
    source = replace(model.card.input, plane=plane, further_planes=())
    return Model(replace(model.card, input=source, runs=1, spread_limit=None), model.rules)


def segment(model, volume=None, engine=None, **options):
    return Segmenter(model, engine, Options(**options)).run(volume or random_volume())


@pytest.mark.parametrize("engine", ["numpy", "torch"])
@pytest.mark.parametrize(
    "grid", [{"size": [16, 12]}, {"spacing": [1.0, 1.5]}, {"spacing": [1.0, 1.0], "channels": 3, "neighbour_mm": 1.0}]
)
def test_the_result_is_the_mean_of_the_planes(engine, grid):
    if engine == "torch":
        require_torch()
    # With all cells firing, nothing is random, so that a run is what a model of its plane alone finds.
    source = {"plane": "coronal", "further_planes": ["sagittal"], **grid}
    model = planes_model(source, fire_rate=1.0)
    coronal, sagittal = (
        segment(only(model, plane), engine=make_engine(engine)).probability for plane in ("coronal", "sagittal")
    )
    assert abs(coronal - sagittal).max() > 0.01
    found = segment(model, engine=make_engine(engine))
    np.testing.assert_allclose(found.probability, (coronal + sagittal) / 2, atol=1e-5)
    np.testing.assert_allclose(found.deviation, abs(coronal - sagittal) / 2, atol=1e-5)
    np.testing.assert_array_equal(found.labels > 0, found.probability[0] > 0.5)
    third = segment(model, engine=make_engine(engine), runs=3)
    np.testing.assert_allclose(third.probability, (2 * coronal + sagittal) / 3, atol=1e-5)


def test_three_planes_take_turns():
    model = planes_model({**BOTH, "further_planes": ["axial", "sagittal"]}, runs=3, fire_rate=1.0)
    alone = [segment(only(model, plane)).probability for plane in ("coronal", "axial", "sagittal")]
    found = segment(model)
    np.testing.assert_allclose(found.probability, np.mean(alone, axis=0), atol=1e-5)
    np.testing.assert_allclose(found.deviation, np.std(alone, axis=0), atol=1e-5)
    np.testing.assert_allclose(segment(model, runs=2).probability, np.mean(alone[:2], axis=0), atol=1e-5)


def test_one_run_is_that_of_the_first_plane():
    model = planes_model()
    one, plain = segment(model, runs=1), segment(only(model, "coronal"))
    np.testing.assert_array_equal(one.probability, plain.probability)
    assert one.quality is None


def test_every_run_fires_other_cells():
    found = segment(planes_model(), runs=4).probability
    assert abs(found - segment(planes_model()).probability).max() > 0.001


def test_several_labels_are_the_mean_of_the_planes_too():
    labels = [{"value": 2, "name": "a"}, {"value": 7, "name": "b"}]
    model = planes_model(labels=labels, fire_rate=1.0)
    alone = [segment(only(model, plane)).probability for plane in ("coronal", "sagittal")]
    np.testing.assert_allclose(segment(model).probability, np.mean(alone, axis=0), atol=1e-5)


def test_batching_order_and_storage_do_not_change_the_result():
    model, volume = planes_model(), random_volume()
    inside = np.zeros(volume.array.shape, bool)
    inside[2:9, 1:7, 3:10] = True
    expected = Segmenter(model).run(volume, inside)
    assert not expected.probability[0][~inside].any()
    engine = make_engine("numpy")
    engine.cells_per_batch = 1
    *_, last = Segmenter(model, engine, Options(live=True, record=True)).events(volume, inside, start_at=(3, 8, 9))
    np.testing.assert_allclose(last.result.probability, expected.probability, atol=1e-5)
    turned = Volume(np.asfortranarray(volume.array), volume.affine)
    np.testing.assert_allclose(Segmenter(model).run(turned, inside).probability, expected.probability, atol=1e-5)
    affine = volume.affine.copy()
    affine[:, 0], affine[:3, 3] = -affine[:, 0], affine[:3, 3] + 13 * affine[:3, 0]
    flipped = Volume(volume.array[::-1].copy(), affine)
    found = Segmenter(model).run(flipped, inside[::-1]).probability[:, ::-1]
    np.testing.assert_allclose(found, expected.probability, atol=1e-5)


def test_recorded_steps_are_those_of_the_first_plane_and_end_in_the_result():
    model = planes_model()
    both, one = segment(model, record=True), segment(only(model, "coronal"), record=True)
    for step, expected in zip(both.steps[:-1], one.steps[:-1], strict=True):
        np.testing.assert_array_equal(step.labels, expected.labels)
    np.testing.assert_array_equal(both.steps[-1].labels, both.labels)
    assert (both.labels != one.labels).any()


def test_what_is_shown_live_goes_on_through_all_planes_and_ends_in_the_result():
    engine = make_engine("numpy")
    engine.cells_per_batch = 1
    seen, last = [], None
    for last in Segmenter(planes_model(), engine, Options(live=True)).events(random_volume()):
        seen.append((last.run, last.live.copy()))
    np.testing.assert_array_equal(last.live, last.result.labels)
    second = [live for run, live in seen if run == 2]
    assert sum((one != other).any() for one, other in zip(second, second[1:], strict=False)) > 3


def test_progress_counts_the_slices_of_each_plane_and_rises_evenly():
    engine = make_engine("numpy")
    engine.cells_per_batch = 1
    events = list(Segmenter(planes_model(), engine).events(random_volume((14, 9, 11))))
    counts = {(event.run, event.slices): event.slice for event in events[:-2]}
    assert counts == {(1, 9): 9, (2, 14): 14}
    fractions = [event.fraction for event in events]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
    # Coronal slices are 14 x 11 * 1.25 mm, sagittal ones 9 * 1.5 x 11 * 1.25: 9 of the one, 14 of the other.
    share = 9 * 14 * 14 / (9 * 14 * 14 + 14 * 14 * 14)
    assert max(event.fraction for event in events if event.run == 1) == pytest.approx(share, abs=0.01)


def test_the_limit_holds_for_a_run_of_each_plane_alone():
    model = planes_model(spread_limit=1e-6)
    assert segment(model).is_doubtful
    for runs in (1, 3, 4):
        assert segment(model, runs=runs).quality_limit is None


def test_a_volume_is_refused_where_the_slices_of_any_plane_are_out_of_range():
    volume = Volume(np.zeros((4, 4000, 4), np.int16), np.diag([1.0, 5.0, 900.0, 1.0]))
    assert Segmenter(only(planes_model(), "coronal")).cuts(volume)
    with pytest.raises(MedNCAError, match="far more than the model is made for"):
        segment(planes_model(), volume)


def test_runs_of_several_planes_are_not_mirrored():
    with pytest.raises(MedNCAError, match="different planes; do not mirror"):
        Segmenter(planes_model(), options=Options(mirrored=True))
    assert not Segmenter(planes_model(), options=Options(mirrored=True, runs=1)).mirrored


@pytest.mark.parametrize(
    "changes",
    [
        {"input": {**BOTH, "further_planes": "sagittal"}},
        {"input": {**BOTH, "further_planes": ["oblique"]}},
        {"input": {**BOTH, "further_planes": [["sagittal"]]}},
        {"input": {**BOTH, "further_planes": ["coronal"]}},
        {"input": {**BOTH, "further_planes": ["axial", "axial"]}, "runs": 3},
        {"input": {**BOTH, "further_planes": None}},
        {"runs": 1},
        {"mirrored": True},
    ],
    ids=str,
)
def test_a_card_with_planes_that_make_no_sense_is_refused(changes):
    with pytest.raises(MedNCAError, match=r"card is wrong: .*\.$"):
        small_card(**({"runs": 2, "input": BOTH} | changes))


def test_a_card_is_read_back_with_its_planes():
    card = small_card(runs=2, input=BOTH)
    assert Card.from_json(card.to_json()) == card
    assert card.input.planes == ("coronal", "sagittal")


def test_runs_of_several_planes_in_words():
    planes = ("coronal", "sagittal", "axial")
    assert runs_in_words(1, planes=planes) == "one run"
    assert runs_in_words(2, planes=planes) == "2 runs, of coronal and sagittal slices"
    assert runs_in_words(3, planes=planes) == "3 runs, of coronal, sagittal and axial slices"
    assert runs_in_words(4, planes=planes[:2]) == "4 runs, of coronal and sagittal slices in turn"
    assert runs_in_words(4, planes=planes[:1]) == "4 runs"


# Command line


def test_the_command_line_says_which_planes_there_are(place, out):
    save_model(planes_model(), out / "both.npz")
    said = answers("info", out / "both.npz")
    assert re.search(r"Slices +coronal and sagittal, 1 x 1 mm a cell", said)
    assert re.search(r"Runs +2 runs, of coronal and sagittal slices", said)
    words = ("segment", place / "scan.nii.gz", "-o", out / "s.nii.gz", "--model", out / "both.npz", "--json", out / "f")
    answers(*words)
    assert json.loads((out / "f").read_text())["planes"] == ["coronal", "sagittal"]
    answers(*words, "--runs", "1")
    assert json.loads((out / "f").read_text())["planes"] == ["coronal"]


def test_a_report_says_which_planes_there_are(place, out):
    save_model(planes_model(), out / "both.npz")
    words = ("--model", out / "both.npz", "--images", place / "images", "--labels", place / "labels", "-o", out / "r")
    answers("report", *words, "--only", "shift")
    assert json.loads((out / "r" / "report.json").read_text())["planes"] == ["coronal", "sagittal"]
    said = (out / "r" / "report.md").read_text(encoding="utf-8")
    assert "the mean of 2 runs, of coronal and sagittal slices" in said
    assert "moved along the body axis until" in said


def test_a_report_says_what_is_stretched_where_the_planes_differ(place, out):
    for further, words in (
        ("sagittal", "along the body axis alone"),
        ("axial", "vertical in each slice (the anterior"),
    ):
        save_model(planes_model({**BOTH, "further_planes": [further]}), out / "both.npz")
        given = ("--model", out / "both.npz", "--images", place / "images", "--labels", place / "labels")
        answers("report", *given, "-o", out / further, "--only", "stretch")
        assert words in (out / further / "report.md").read_text(encoding="utf-8")


# Training


def made_cases():
    cases = []
    for number, shape in enumerate([(14, 9, 5), (12, 10, 7)]):
        volume = random_volume(shape=shape, seed=number)
        cases.append(ArrayCase(f"case {number}", volume, (volume.array > 400).astype(np.uint8)))
    return cases


def test_training_sees_the_slices_of_all_planes():
    require_torch()
    from mednca.training.slices import load_slices

    cases, neighbours = made_cases(), {"channels": 3, "neighbour_mm": 1.0}
    found = load_slices(cases, small_card(runs=2, input=BOTH | neighbours))
    # 9 coronal and 14 sagittal slices of the one case, 10 and 12 of the other, of 14 x 7 voxels at most.
    assert found.images.shape == (9 + 14 + 10 + 12, 1, 14, 7)
    np.testing.assert_array_equal(found.two_sided, np.repeat([True, False, True, False], [9, 14, 10, 12]))
    np.testing.assert_allclose(found.pixel_mm[[0, 9, 23, 33]], [[1.0, 1.25], [1.5, 1.25]] * 2)
    # The neighbours of a slice are of its own stack.
    starts = np.repeat([0, 9, 23, 33], [9, 14, 10, 12])[:, None]
    stops = np.repeat([9, 23, 33, 45], [9, 14, 10, 12])[:, None]
    assert (found.places.lower >= starts).all() and (found.places.upper < stops).all()
    alone = [
        load_slices(cases[:1], small_card(input={"plane": plane, "spacing": [1.0, 1.0]} | neighbours))
        for plane in ("coronal", "sagittal")
    ]
    np.testing.assert_array_equal(found.images[:9, 0, :, 1:6], alone[0].images[:, 0])
    np.testing.assert_array_equal(found.targets[9:23, 0, 2:11, 1:6], alone[1].targets[:, 0])


def test_left_and_right_are_swapped_in_training_by_mirroring_or_by_neighbours_in_reverse(monkeypatch):
    torch = require_torch()
    from mednca.training import batches as module
    from mednca.training.batches import Batches
    from mednca.training.slices import load_slices

    recipe = Recipe(iterations=1, batch=64, patch=4)
    card = small_card(runs=2, channels=12, input=BOTH | {"channels": 5, "neighbour_mm": 1.5})
    batches = Batches(load_slices(made_cases(), card), card, recipe)
    assert batches.reversed == [0, 2, 1, 4, 3]
    given, draw, images_of = {}, module.draw, batches._images

    def noted_draw(count, ranges, generator):
        drawn = draw(count, ranges, generator)
        given.update(flips=ranges.mirror_rows, mirrored=drawn.mirrored)
        return drawn

    def noted_images(chosen, reverse):
        given.update(two_sided=batches.two_sided[chosen], reverse=reverse)
        return images_of(chosen, reverse)

    monkeypatch.setattr(module, "draw", noted_draw)
    monkeypatch.setattr(batches, "_images", noted_images)
    image, target = batches.next(torch.Generator().manual_seed(0))
    assert image.shape[:2] == (64, 5) and target.shape[:2] == (64, 1)
    two_sided, mirrored = given["two_sided"], given["mirrored"]
    assert 0 < two_sided.sum() < 64 and 0 < mirrored.sum() < 64
    assert torch.equal(given["flips"], two_sided)
    assert torch.equal(given["reverse"], mirrored & ~two_sided) and given["reverse"].any()


def test_a_model_of_several_planes_is_trained_measured_and_calibrated_with_all_of_them(tmp_path, monkeypatch):
    require_torch()
    from training_case import RECIPE, train, write_cases

    begun, events = [], Segmenter.events

    def noted(segmenter, *arguments):
        begun.append((segmenter.runs, segmenter.planes))
        return events(segmenter, *arguments)

    monkeypatch.setattr(Segmenter, "events", noted)
    recipe = replace(RECIPE, iterations=3)
    model = train(write_cases(tmp_path), tmp_path / "work", recipe, card=small_card(runs=4, input=BOTH))
    both = ("coronal", "sagittal")
    assert set(begun) == {(1, ("coronal",)), (1, ("sagittal",)), (2, both), (4, both)}, "the first two to calibrate"
    assert "4 runs, of coronal and sagittal slices in turn" in model.card.evaluation["how"]
    assert model.card.input.planes == both


def test_training_cells_are_those_of_the_plan_however_thick_the_slices_are():
    require_torch()
    from mednca.training.slices import load_slices

    volume = random_volume(shape=(30, 26, 6), spacing=(1.0, 1.0, 5.0))
    cases = [ArrayCase("thick", volume, (volume.array > 400).astype(np.uint8))]
    card = small_card(runs=2, input={"plane": "axial", "spacing": [1.0, 1.0], "further_planes": ["coronal"]})
    sizes = dict.fromkeys(("least", "median", "most"), [30, 26, 6])
    fingerprint = {"cases": 1, "shape": sizes, "spacing": dict.fromkeys(sizes, [1.0, 1.0, 5.0])}
    assert load_slices(cases, card).cells == Plan(card, Recipe(), fingerprint).cells == (30, 30)


def test_brightness_is_that_of_the_volume_in_every_plane(monkeypatch):
    # So large a volume's percentiles are taken from some of its rows and columns, which differ from plane to plane.
    from mednca import intensity
    from mednca import segmenter as module

    monkeypatch.setattr(intensity, "MAX_SAMPLES", 100)
    ranges, images = [], module.Images
    monkeypatch.setattr(module, "Images", lambda *given: ranges.append(given[-1]) or images(*given))
    segment(planes_model())
    assert len(ranges) == 2 and ranges[0] == ranges[1]


@pytest.mark.parametrize("source", [BOTH, {**BOTH, "further_planes": []}], ids=["two planes", "one plane"])
def test_what_calibration_believes_of_an_offset_is_what_it_does(source):
    require_torch()
    from mednca.training import calibration

    model = planes_model(source, fire_rate=1.0)
    volume = random_volume()
    truth = (volume.array > 400).astype(np.uint8)
    believed, measured = {}, {}
    spread = calibration._dice_by_offset
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibration, "_dice_by_offset", lambda *given: believed.setdefault(0, spread(*given)))
        calibrated = calibration.calibrate(model, [(volume, truth)])
    for index, offset in enumerate(calibration.OFFSETS):
        labels = [replace(label, offset=float(offset)) for label in model.card.labels]
        found = segment(Model(replace(model.card, labels=labels), model.rules), volume).labels
        measured[index] = dice(found > 0, truth > 0)
    np.testing.assert_allclose(believed[0], list(measured.values()), atol=2e-3)
    assert calibrated.card.labels[0].offset == calibration.OFFSETS[np.argmax(believed[0])]
    assert max(measured.values()) > min(measured.values())


def test_a_plan_makes_room_for_the_slices_of_all_planes():
    sizes = {"least": [30, 40, 20], "median": [32, 48, 24], "most": [36, 52, 28]}
    spacing = {name: [1.0, 1.0, 2.0] for name in sizes}
    fingerprint = {"cases": 10, "shape": sizes, "spacing": spacing}
    plans = [
        Plan(small_card(runs=2, input=BOTH | {"plane": plane, "further_planes": further}), Recipe(), fingerprint)
        for plane, further in (("coronal", []), ("sagittal", []), ("coronal", ["sagittal"]))
    ]
    assert [plan.cells for plan in plans] == [(36, 56), (52, 56), (52, 56)]
    coronal, sagittal, both = (plan.data_bytes for plan in plans)
    assert both == pytest.approx(coronal * 52 / 36 + sagittal)
