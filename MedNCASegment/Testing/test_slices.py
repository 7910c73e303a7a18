"""The slices that training sees."""

from dataclasses import replace

import numpy as np
import pytest
from core_cases import random_volume, require_torch, small_card
from mednca import MedNCAError, Segmenter
from mednca.cases import ArrayCase
from mednca.intensity import normalise, percentile_range
from mednca.resample import cell_grid, coarsen, resize

torch = require_torch()

from mednca.training import network  # noqa: E402
from mednca.training.augment import Ranges, draw, sample  # noqa: E402
from mednca.training.slices import load_slices  # noqa: E402
from training_case import RECIPE, train, write_cases  # noqa: E402

SPACING = {"plane": "axial", "spacing": [1.0, 1.0]}
SIZE = {"plane": "axial", "size": [16, 24]}


def made_cases(*shapes):
    cases = []
    for number, shape in enumerate(shapes):
        volume = random_volume(shape=shape, seed=number)
        label = (volume.array > 400).astype(np.uint8)
        label[: shape[0] // 2] *= 2
        cases.append(ArrayCase(f"case {number}", volume, label))
    return cases


def test_slices_of_several_sizes_are_mirrored_out_to_the_largest():
    cases = made_cases((14, 9, 5), (12, 10, 4))
    found = load_slices(cases, small_card(input=SPACING))
    assert found.images.shape == found.targets.shape == (9, 1, 14, 10)
    assert found.images.dtype == np.float32
    assert found.targets.dtype == np.uint8
    # 14 pixels of 1 mm and 10 of 1.5 mm, in cells of 1 mm and whole pairs of them.
    assert found.cells == (14, 16)
    np.testing.assert_allclose(found.pixel_mm, [[1.0, 1.5]] * 9)
    np.testing.assert_allclose(found.cell_mm, [[1.0, 1.0]] * 9)
    volume = cases[1].volume.array
    wanted = normalise(volume, *percentile_range(volume, (0.5, 99.5))).transpose(2, 0, 1)
    np.testing.assert_allclose(found.images[5:, 0, 1:13], wanted, atol=1e-6)
    np.testing.assert_array_equal(found.images[5:, 0, 0], found.images[5:, 0, 1])


def test_a_card_with_a_size_gets_slices_resized_as_in_use():
    cases = made_cases((14, 9, 5), (12, 10, 4))
    found = load_slices(cases, small_card(input=SIZE))
    assert found.images.shape == (9, 1, 16, 24)
    assert found.cells == (16, 24)
    np.testing.assert_allclose(found.pixel_mm[0], [14 / 16, 9 * 1.5 / 24])
    np.testing.assert_array_equal(found.cell_mm, found.pixel_mm)
    volume = cases[1].volume
    grid = cell_grid((12, 10), (1.0, 1.5), spacing=None, size=(16, 24), multiple=2)
    image = normalise(volume.array, *percentile_range(volume.array, (0.5, 99.5))).transpose(2, 0, 1)
    np.testing.assert_allclose(found.images[5:, 0], resize(image, grid.to_cells()), atol=1e-6)
    share = (cases[1].label > 0).mean()
    assert found.targets[5:].mean() == pytest.approx(share, abs=0.03)


def test_a_slice_of_a_card_with_a_size_is_sampled_as_it_is():
    found = load_slices(made_cases((14, 9, 5)), small_card(input=SIZE))
    images, targets = torch.from_numpy(found.images), torch.from_numpy(found.targets)
    pixel_mm, cell_mm = torch.from_numpy(found.pixel_mm), torch.from_numpy(found.cell_mm)
    still = Ranges(0.0, 1.0, 1.0, 0.0, False, False, 1.0, 0.0, 0.0, 0.0, 0.0)
    generator = torch.Generator().manual_seed(0)
    drawn = draw(len(images), still, generator)
    image, target = sample(images, targets, pixel_mm, found.cells, cell_mm, drawn, generator)
    torch.testing.assert_close(image, images.clamp_min(1e-4), atol=2e-4, rtol=0)
    torch.testing.assert_close(target, targets.float(), atol=2e-4, rtol=0)


def test_a_turn_is_a_turn_in_millimetres_for_stretched_slices_too():
    # A disc of 8 mm stays a disc of 8 mm although its pixels are twice as high as wide.
    rows, columns = 24, 48
    row, column = np.ogrid[:rows, :columns]
    disc = (((row - 11.5) * 1.0) ** 2 + ((column - 23.5) * 0.5) ** 2 < 8**2).astype(np.float32)
    images = torch.from_numpy(np.broadcast_to(disc, (4, 1, rows, columns)).copy())
    pixel_mm = torch.tensor([[1.0, 0.5]] * 4)
    turned = replace(Ranges(90.0, 1.0, 1.0, 0.0), gamma=1.0, contrast=0.0, brightness=0.0, bias_field=0.0, noise=0.0)
    generator = torch.Generator().manual_seed(0)
    _, target = sample(images, images, pixel_mm, (rows, columns), pixel_mm, draw(4, turned, generator), generator)
    assert float((target - images).abs().mean()) < 0.02


def test_intensities_are_those_of_each_slice_where_the_card_says_so():
    cases = made_cases((14, 9, 5))
    cases[0].volume.array[:, :, 2] *= 3
    by_slice = load_slices(cases, small_card(input={**SPACING, "per": "slice"}))
    one = cases[0].volume.array[None, :, :, 2]
    np.testing.assert_allclose(by_slice.images[2, 0], normalise(one, *percentile_range(one, (0.5, 99.5)))[0], atol=1e-6)
    by_volume = load_slices(cases, small_card(input=SPACING))
    assert abs(by_volume.images - by_slice.images).max() > 0.1


def test_every_label_has_a_target_of_its_own():
    labels = [{"value": 1, "name": "Front"}, {"value": 2, "name": "Back"}]
    found = load_slices(made_cases((14, 9, 5)), small_card(input=SPACING, labels=labels))
    assert found.targets.shape[1] == 2
    assert found.targets.any(axis=(0, 2, 3)).all()
    assert not (found.targets[:, 0] & found.targets[:, 1]).any()


def test_cases_without_any_label_are_refused():
    cases = [replace(case, label=np.zeros_like(case.label)) for case in made_cases((14, 9, 5))]
    with pytest.raises(MedNCAError, match="labelled voxel"):
        load_slices(cases, small_card(input=SPACING))


@pytest.mark.parametrize("how", ["average", "linear"])
@pytest.mark.parametrize("scale", [1, 2, 4])
def test_coarser_levels_see_the_image_as_in_use(how, scale):
    image = np.random.default_rng(0).random((2, 1, 16, 24)).astype(np.float32)
    found = network.coarsen(torch.from_numpy(image), scale, how).numpy()
    np.testing.assert_allclose(found, coarsen(image, scale, how), atol=1e-6)


def test_a_card_with_a_size_is_trained_to_a_model_that_segments(tmp_path):
    recipe = replace(RECIPE, iterations=3)
    card = small_card(input={**SIZE, "per": "slice", "downsample": "linear"})
    model = train(write_cases(tmp_path), tmp_path / "work", recipe, card=card)
    assert model.card.input.size == (16, 24)
    assert Segmenter(model).run(random_volume()).labels.shape == (14, 9, 11)
