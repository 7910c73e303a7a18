"""The sentences of MedNCASegment's panel, and when Segment may start: no window needed."""

from dataclasses import replace
from types import SimpleNamespace

import slicer_case  # noqa: F401  (it starts the stand-in host)

# isort: split
import pytest
from mednca import Progress, load_model
from MedNCASegmentLib import parameters, readiness, wording


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (7.6, "8 s"), (59.7, "1 min 0 s"), (125, "2 min 5 s"), (3780, "1 h 3 min")]
)
def test_time_is_said_as_people_say_it(seconds, text):
    assert wording.durationText(seconds) == text


def test_progress_names_the_run_only_when_there_are_several():
    where = {"fraction": 0.5, "slice": 3, "slices": 9, "level": 1, "levels": 2, "step": 4, "steps": 16}
    one = wording.progressText(Progress(run=1, runs=1, seconds_left=0.2, **where))
    assert one == "Slice 3 of 9, level 1 of 2, step 4 of 16, about 1 s left"
    several = wording.progressText(Progress(run=2, runs=5, seconds_left=None, **where))
    assert several == "Slice 3 of 9, run 2 of 5, level 1 of 2, step 4 of 16"


def test_dice_is_never_said_without_a_measurement():
    assert wording.accuracyText({}) == "Not measured."
    assert wording.accuracyText({"mean_dice": 0.9065, "cases": 20}) == "Dice 0.9065 on 20 cases."
    assert wording.accuracyText({"mean_dice": 0.9, "how": "one run."}) == "Dice 0.9000: one run."
    parts = {"by_label": {"Front": {"mean_dice": 0.88}, "Back": {"mean_dice": 0.86}}}
    assert wording.accuracyText({"mean_dice": 0.87, "cases": 9, **parts}) == (
        "Dice 0.8700 on 9 cases (Front 0.8800, Back 0.8600)."
    )


@pytest.mark.parametrize("value", [3.675, 3.6749999, 3.6750001])
def test_a_volume_half_way_reads_the_same_whichever_way_it_was_rounded(value):
    assert wording.cellText(value, "mL") == "3.68 mL"


def test_the_size_of_a_model_names_its_planes_only_when_there_are_several():
    model = load_model("hippocampus")
    assert wording.sizeText(model) == "95,936 parameters, 16 + 16 steps, 2 runs (coronal + sagittal slices)"
    coronal = model.of_plane("coronal")
    assert wording.sizeText(coronal) == "70,016 parameters, 16 + 16 steps"
    averaged = replace(coronal, card=replace(coronal.card, runs=2))
    assert wording.sizeText(averaged) == "70,016 parameters, 16 + 16 steps, 2 runs"


def test_card_of_a_stranger_is_text_and_not_markup():
    html = wording.cardHtml([("Scan", '<a href="http://example.org">here</a> & there')])
    assert "<a" not in html
    assert "&lt;a href" in html
    assert "&amp; there" in html


def test_labels_are_listed_in_their_colours_and_their_names_are_no_markup():
    html = wording.labelsHtml([("Front", (1.0, 0.5, 0.0), 1.234), ("<b>Back</b>", (0.0, 0.0, 1.0), 0.0)])
    assert html.count("&#9632;") == 2
    assert "#ff8000" in html and "Front: 1.23 mL" in html
    assert "#0000ff" in html and "&lt;b&gt;Back&lt;/b&gt;: 0.00 mL" in html


def test_memory_is_one_byte_a_voxel_and_step():
    assert wording.memoryText(32, 32, 1, 63_000) == "All 32 steps, 2.0 MB"
    assert wording.memoryText(16, 32, 2, 2_800_000) == "16 of 32 steps (1 in 2), 45 MB"


def test_gpu_needs_pytorch(monkeypatch):
    engine, device = parameters.Engine, parameters.Device
    monkeypatch.setattr(readiness.importlib.util, "find_spec", lambda name: None)
    assert "PyTorch is not installed" in readiness.engineObstacle(engine.AUTOMATIC, device.GPU)
    assert "PyTorch is not installed" in readiness.engineObstacle(engine.TORCH, device.CPU)
    assert readiness.engineObstacle(engine.AUTOMATIC, device.AUTOMATIC) == ""
    monkeypatch.setattr(readiness.importlib.util, "find_spec", lambda name: object())
    assert readiness.engineObstacle(engine.TORCH, device.GPU) == ""
    assert "CPU only" in readiness.engineObstacle(engine.NUMPY, device.GPU)


def test_options_mean_the_same_to_the_logic():
    from MedNCASegmentLib import MedNCASegmentLogic, RunOptions

    assert RunOptions(**parameters.optionValues(MedNCASegmentLogic().getParameterNode())) == RunOptions(live=True)


def test_without_a_volume_no_memory_is_promised():
    chosen = SimpleNamespace(inputVolume=None, regionOfInterest=None, recordSteps=True)
    assert readiness.recordedMemory(chosen, load_model("hippocampus")) == ""


def test_cells_have_units_and_no_false_digits():
    assert wording.cellText(2.8341, "mL") == "2.83 mL"
    assert wording.cellText(7.25, "s") == "7.2 s"
    assert wording.cellText(125.0, "s") == "2 min 5 s"
    assert wording.cellText(12834.0, "") == "12,834"
    assert wording.cellText(0.0812, "") == "0.081"
    assert wording.cellText("Hippocampus", "") == "Hippocampus"
    assert wording.cellText(float("nan"), "mL") == ""
