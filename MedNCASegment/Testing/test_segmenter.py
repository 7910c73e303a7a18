"""The segmenter: what it finds depends on model, volume, seed and options, and on nothing else."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from core_cases import PROSTATE, random_volume, small_model
from mednca import MedNCAError, Options, Segmenter, Volume, load_model, make_engine, read_volume, shipped_models
from mednca.resample import cell_grid


def segment(model=None, volume=None, cells_per_batch=None, **options):
    engine = make_engine("numpy")
    if cells_per_batch:
        engine.cells_per_batch = cells_per_batch
    return Segmenter(model or small_model(), engine, Options(**options)).run(volume or random_volume())


@pytest.mark.parametrize("cells_per_batch", [1, 500, 10**6])
def test_batching_does_not_change_the_result(cells_per_batch):
    expected = segment(runs=2, record=True)
    found = segment(cells_per_batch=cells_per_batch, runs=2, record=True)
    np.testing.assert_array_equal(found.labels, expected.labels)
    np.testing.assert_allclose(found.probability, expected.probability, atol=1e-5)
    for one, other in zip(found.steps, expected.steps, strict=True):
        np.testing.assert_array_equal(one.labels, other.labels)


def test_one_segmenter_may_run_in_several_threads_at_once():
    segmenter, volumes = Segmenter(small_model()), [random_volume(seed=seed) for seed in range(4)]
    expected = [segmenter.run(volume).probability for volume in volumes]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            for one, other in zip(pool.map(segmenter.run, volumes), expected, strict=True):
                np.testing.assert_array_equal(one.probability, other)


def test_a_seed_gives_the_same_result_bit_for_bit_and_another_seed_another():
    one, same, other = segment(seed=5), segment(seed=5), segment(seed=6)
    np.testing.assert_array_equal(one.probability, same.probability)
    assert (one.probability != other.probability).mean() > 0.5


def test_several_runs_give_their_mean_and_standard_deviation(monkeypatch):
    # Each run by itself: the fire masks of run k are drawn for run 0.
    from mednca import segmenter as module

    single, draw = [], module.fire_mask
    for run in range(3):
        monkeypatch.setattr(
            module, "fire_mask", lambda *a, run, wanted=run, **key: draw(*a, run=wanted, **key), raising=True
        )
        single.append(segment().probability.astype(float))
    monkeypatch.undo()
    found = segment(runs=3)
    np.testing.assert_allclose(found.probability, np.mean(single, axis=0), atol=1e-6)
    np.testing.assert_allclose(found.deviation, np.std(single, axis=0), atol=1e-6)
    assert found.deviation.max() > 0.01
    assert found.quality == pytest.approx(np.std(single, axis=0).sum() / np.mean(single, axis=0).sum(), rel=1e-4)
    np.testing.assert_array_equal(found.labels > 0, found.probability[0] > 0.5)


def test_one_run_has_no_deviation():
    result = segment()
    assert result.deviation is None
    assert result.quality is None


def test_several_labels_compete_and_the_winner_needs_more_than_half():
    labels = [{"value": 2, "name": "a"}, {"value": 7, "name": "b"}, {"value": 5, "name": "c"}]
    result = segment(small_model(labels=labels))
    assert result.probability.shape == (3, *random_volume().array.shape)
    best = result.probability.argmax(axis=0)
    expected = np.where(result.probability.max(axis=0) > 0.5, np.array([2, 7, 5])[best], 0)
    np.testing.assert_array_equal(result.labels, expected)
    assert len(np.unique(result.labels)) > 2
    for label in labels:
        count = np.count_nonzero(expected == label["value"])
        assert result.volume_ml[label["name"]] == pytest.approx(count * 1.875 / 1000)


def test_the_slices_of_a_volume_are_segmented_each_by_itself():
    # With percentiles fixed by the whole volume, a change in one slice shows in that slice alone.
    volume = random_volume()
    changed = volume.array.copy()
    changed[:, 4] = np.roll(volume.array[:, 4], 3, axis=0)
    one, other = segment(volume=volume), segment(volume=Volume(changed, volume.affine))
    differs = (one.probability != other.probability)[0].any(axis=(0, 2))
    assert np.flatnonzero(differs).tolist() == [4]


def test_every_step_is_recorded_and_the_last_is_the_result():
    result = segment(record=True)
    assert result.record_every == 1
    assert [(one.level, one.step) for one in result.steps] == [(1, s) for s in (1, 2, 3)] + [
        (2, s) for s in (1, 2, 3, 4)
    ]
    for one in result.steps:
        assert one.labels.shape == random_volume().array.shape
        assert one.labels.dtype == np.uint8
    np.testing.assert_array_equal(result.steps[-1].labels, result.labels)
    assert len({one.labels.tobytes() for one in result.steps}) == 7


def test_the_coarse_level_is_shown_on_the_full_grid():
    # A model whose first level copies the image (the second channel becomes image - 0.5): a box stays where it is.
    model = small_model(
        input={"plane": "axial", "spacing": [1.0, 1.0]}, levels=[{"scale": 4, "steps": 1}, {"scale": 1, "steps": 1}]
    )
    for array in (array for rule in model.rules for array in rule.arrays().values()):
        array[:] = 0
    for rule in model.rules:
        rule.dense0_weight[0, 0] = rule.dense1_weight[1, 0] = 1
        rule.dense0_weight[1, 0] = 0
        rule.dense0_bias[1] = 1
        rule.dense1_weight[1, 1] = -0.5
    array = np.zeros((40, 32, 2), np.int16)
    array[8:20, 12:24] = 100
    result = segment(model, Volume(array, np.eye(4)), record=True, fire_rate=1.0)
    coarse = result.steps[0].labels > 0
    assert result.steps[0].level == 1
    overlap = 2 * (coarse & (array > 0)).sum() / (coarse.sum() + (array > 0).sum())
    assert overlap > 0.9


@pytest.mark.parametrize("limit", [1, 2.5, 4, 100])
def test_recorded_steps_hold_the_limit_of_memory(limit):
    voxels = random_volume().array.size
    result = segment(record=True, record_limit_mb=limit * voxels / 1e6)
    assert 1 <= len(result.steps) <= limit
    assert len(result.steps) >= min(7, limit) / 2
    np.testing.assert_array_equal(result.steps[-1].labels, result.labels)


def test_recording_beyond_the_limit_is_refused_in_words():
    with pytest.raises(MedNCAError, match="more than the limit"):
        segment(record=True, record_limit_mb=1e-6)
    with pytest.raises(MedNCAError, match="record one in 4 or raise the limit"):
        segment(record=True, record_every=1, record_limit_mb=2 * random_volume().array.size / 1e6)


def test_recording_does_not_change_the_result():
    np.testing.assert_array_equal(segment(record=True, runs=2).probability, segment(runs=2).probability)


def test_events_count_up_to_the_result():
    events = list(Segmenter(small_model(), options=Options(runs=2)).events(random_volume()))
    fractions = [event.fraction for event in events]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert [event.result is not None for event in events] == [False] * (len(events) - 1) + [True]
    for event in events:
        assert 1 <= event.slice <= event.slices == 9
        assert 1 <= event.run <= event.runs == 2
        assert 1 <= event.level <= event.levels == 2
        assert 1 <= event.step <= event.steps
        assert event.seconds_left is None or event.seconds_left >= 0
    assert events[0].seconds_left is None and events[-1].seconds_left == 0


def test_stopping_to_pull_cancels_and_leaves_the_volume_as_it_was():
    volume = random_volume()
    before = volume.array.copy()
    segmenter = Segmenter(small_model())
    events = segmenter.events(volume)
    for _ in range(5):
        next(events)
    events.close()
    np.testing.assert_array_equal(volume.array, before)
    np.testing.assert_array_equal(segmenter.run(volume).labels, segment().labels)


def test_options_override_the_card():
    assert len(segment(record=True, steps=2).steps) == 4
    np.testing.assert_array_equal(segment(fire_rate=1.0, seed=1).labels, segment(fire_rate=1.0, seed=2).labels)


def test_the_largest_component_is_kept_of_each_label():
    sitk = pytest.importorskip("SimpleITK")
    whole, kept = segment(), segment(largest_component=True)
    parts = sitk.GetArrayFromImage(sitk.ConnectedComponent(sitk.GetImageFromArray(whole.labels)))
    sizes = np.bincount(parts.ravel())[1:]
    assert len(sizes) > 1
    assert np.count_nonzero(kept.labels) == sizes.max()
    assert (whole.labels[kept.labels > 0] > 0).all()
    assert kept.volume_ml["Blob"] < whole.volume_ml["Blob"]


@pytest.mark.parametrize(
    "options",
    [
        {"seed": -1},
        {"seed": 2**63},
        {"runs": 0},
        {"runs": 1001},
        {"steps": 0},
        {"fire_rate": 0.0},
        {"fire_rate": float("nan")},
        {"record_every": 0},
        {"record_limit_mb": 0},
    ],
)
def test_an_option_out_of_its_range_is_refused_in_words(options):
    with pytest.raises(MedNCAError):
        Segmenter(small_model(), options=Options(**options))


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 9, 30), (30, 1, 9), (2, 40, 3)])
def test_thin_volumes_are_segmented(shape):
    volume = Volume(np.random.default_rng(0).random(shape), np.eye(4))
    result = segment(volume=volume)
    assert result.labels.shape == shape
    assert np.isfinite(result.probability).all()


def test_a_card_with_a_size_segments_slices_of_any_shape():
    model = small_model(input={"plane": "axial", "size": [16, 24], "per": "slice", "downsample": "linear"})
    assert segment(model).labels.shape == random_volume().array.shape


@pytest.mark.parametrize("spacing", [1e-4, 1e4])
def test_a_slice_of_an_absurd_size_is_refused_before_anything_is_computed(spacing):
    volume = Volume(np.zeros((10, 10, 10), np.int16), np.diag([spacing, spacing, spacing, 1]))
    with pytest.raises(MedNCAError, match="the model is made for"):
        segment(volume=volume)


def test_memory_of_a_batch_does_not_grow_with_the_number_of_slices():
    few, many = (Segmenter(small_model()).cuts(random_volume((14, n, 11)))[0].grid for n in (3, 300))
    assert few == many
    assert few == cell_grid((14, 11), (1.0, 1.25), spacing=(1.0, 1.0), size=None, multiple=2)


@pytest.mark.skipif(not PROSTATE.exists(), reason="the prostate volume is not beside this checkout")
def test_a_volume_of_clinical_size_is_segmented_on_its_own_grid():
    if "hippocampus" not in shipped_models():
        pytest.skip("no model is shipped yet")
    volume = read_volume(PROSTATE)
    segmenter = Segmenter(load_model("hippocampus"), options=Options(steps=1))
    result = segmenter.run(Volume(volume.array[:, 150:190], volume.affine))
    assert result.labels.shape == (384, 40, 19)
