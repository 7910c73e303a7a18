"""Neighbouring slices as image channels, in use and in training."""

from dataclasses import replace

import numpy as np
import pytest
from core_cases import random_volume, require_torch, small_card, small_model
from mednca import Segmenter, Volume, make_engine
from mednca.card import Input
from mednca.cases import ArrayCase
from mednca.images import Images, intensity_range
from mednca.neighbours import neighbour_places

FIVE = {"plane": "axial", "spacing": [1.0, 1.0], "channels": 5, "neighbour_mm": 2.0}
THREE = FIVE | {"channels": 3}


def stack(count=6):
    """Slices of one pixel that hold their own number."""
    return np.arange(count, dtype=np.float32)[:, None, None]


def mixed(step_mm, source, count=6):
    return neighbour_places(count, step_mm, Input(**source)).mix(stack(count))[:, :, 0, 0]


def test_the_slice_comes_first_and_its_neighbours_in_pairs_outwards():
    found = mixed(2.0, FIVE)
    np.testing.assert_array_equal(found[2], [2, 1, 3, 0, 4])
    np.testing.assert_array_equal(found[3], [3, 2, 4, 1, 5])


def test_beyond_the_ends_the_last_slice_goes_on():
    found = mixed(2.0, FIVE)
    np.testing.assert_array_equal(found[0], [0, 0, 1, 0, 2])
    np.testing.assert_array_equal(found[5], [5, 4, 5, 3, 5])
    np.testing.assert_array_equal(mixed(2.0, FIVE, count=1), [[0, 0, 0, 0, 0]])


def test_neighbours_are_mm_away_whatever_the_slices_are_apart():
    np.testing.assert_allclose(mixed(1.0, THREE)[3], [3, 1, 5])
    np.testing.assert_allclose(mixed(4.0, THREE)[3], [3, 2.5, 3.5])
    # A spacing rounded in a header does not blur.
    np.testing.assert_array_equal(mixed(2.0000001, THREE)[3], [3, 2, 4])


def test_without_neighbours_an_image_is_the_slice():
    source = {"plane": "axial", "spacing": [1.0, 1.0]}
    np.testing.assert_array_equal(mixed(2.0, source), stack()[:, :, 0])


def test_images_of_some_slices_are_those_of_all():
    volume = random_volume()
    segmenter = Segmenter(small_model(input=FIVE))
    (cut,) = segmenter.cuts(volume)
    source, slices = segmenter.model.card.input, cut.slices(volume.array)
    images = Images(slices, cut.step_mm, source, cut.grid.to_cells(), intensity_range(slices, source))
    whole = images.of(0, 11)
    assert whole.shape == (11, 5, *cut.grid.cells)
    np.testing.assert_allclose(images.of(4, 7), whole[4:7], atol=1e-6)
    np.testing.assert_allclose(images.of(10, 11), whole[10:], atol=1e-6)


def test_the_result_does_not_depend_on_how_slices_are_batched():
    volume, model = random_volume(), small_model(input=FIVE)
    engine = make_engine("numpy")
    wanted = Segmenter(model, engine).run(volume).probability
    engine.cells_per_batch = 1
    np.testing.assert_allclose(Segmenter(model, engine).run(volume).probability, wanted, atol=1e-6)


def test_behind_and_ahead_are_anatomical_however_a_volume_is_stored():
    volume, model = random_volume(), small_model(input=FIVE)
    wanted = Segmenter(model).run(volume).probability[0]
    # Left, posterior and inferior first, and the slices along the first axis.
    last = np.append(np.array(volume.array.shape) - 1, 1)
    affine = volume.affine @ np.array([[-1, 0, 0, last[0]], [0, -1, 0, last[1]], [0, 0, -1, last[2]], [0, 0, 0, 1]])
    stored = Volume(volume.array[::-1, ::-1, ::-1].transpose(2, 0, 1), affine[:, [2, 0, 1, 3]])
    found = Segmenter(model).run(stored).probability[0]
    np.testing.assert_array_equal(found.transpose(1, 2, 0)[::-1, ::-1, ::-1], wanted)


def test_a_neighbour_changes_what_the_model_sees_of_a_slice():
    volume, model = random_volume(), small_model(input=THREE | {"percentiles": [0, 100]})
    before = Segmenter(model).run(volume).probability[0]
    array = volume.array.copy()
    array[:, :, 5] = array[:, :, 5][::-1]
    after = Segmenter(model).run(Volume(array, volume.affine)).probability[0]
    differs = np.abs(after - before).max(axis=(0, 1)) > 1e-6
    # Slices lie 1.25 mm apart and neighbours 2 mm, so that two slices on either side see slice 5.
    assert differs[3:8].all()
    assert not differs[:3].any() and not differs[8:].any()


def test_both_engines_agree():
    require_torch()
    volume, model = random_volume(), small_model(input=FIVE)
    numpy_result, torch_result = (Segmenter(model, make_engine(name)).run(volume) for name in ("numpy", "torch"))
    np.testing.assert_allclose(torch_result.probability, numpy_result.probability, atol=1e-5)


def test_training_sees_the_images_of_use():
    torch = require_torch()
    from mednca.training.batches import Batches
    from mednca.training.slices import load_slices
    from training_case import RECIPE

    cases = []
    for number, shape in enumerate([(14, 9, 5), (14, 9, 7)]):
        volume = random_volume(shape=shape, seed=number)
        cases.append(ArrayCase(f"case {number}", volume, (volume.array > 400).astype(np.uint8)))
    card = small_card(input=FIVE)
    slices = load_slices(cases, card)
    batches = Batches(slices, card, RECIPE)
    for start, case in zip((0, 5), cases, strict=True):
        stack, count = case.volume.array.transpose(2, 0, 1), case.volume.array.shape[2]
        # Rows and columns of pixels instead of cells.
        pixels, low_high = (
            (np.eye(14, dtype=np.float32), np.eye(9, dtype=np.float32)),
            intensity_range(stack, card.input),
        )
        wanted = Images(stack, 1.25, card.input, pixels, low_high)
        chosen, reverse = torch.arange(start, start + count), torch.arange(count) % 2 == 1
        found = batches._images(chosen, reverse).numpy()
        np.testing.assert_allclose(found[::2], wanted.of(0, count)[::2], atol=1e-6)
        # What is ahead is behind in the stack that runs the other way.
        turned = Images(stack[::-1], 1.25, card.input, pixels, low_high).of(0, count)[::-1]
        np.testing.assert_allclose(found[1::2], turned[1::2], atol=1e-6)
    image, target = batches.next(torch.Generator().manual_seed(0))
    assert image.shape[:2] == (RECIPE.batch, 5) and target.shape[:2] == (RECIPE.batch, 1)


@pytest.mark.parametrize("artefacts", [0.0, 1.0])
def test_a_model_with_neighbours_is_trained_and_segments(tmp_path, artefacts):
    require_torch()
    if artefacts:
        pytest.importorskip("torchio")
    from training_case import RECIPE, train, write_cases

    recipe = replace(RECIPE, iterations=3, artefacts=artefacts)
    model = train(write_cases(tmp_path), tmp_path / "work", recipe, card=small_card(input=THREE))
    assert (model.card.input.channels, model.card.input.neighbour_mm) == (3, 2.0)
    assert Segmenter(model).run(random_volume()).labels.shape == (14, 9, 11)
