"""In-plane resizing."""

import numpy as np
import pytest
from mednca.resample import cell_grid, coarsen, resize, resize_weights


@pytest.mark.parametrize("step", [0.13, 0.5, 1.0, 1.7, 4.0, 25.0])
@pytest.mark.parametrize("n_in", [1, 2, 7, 40])
def test_weights_are_averages(n_in, step):
    weights = resize_weights(n_in, 12, step)
    assert weights.shape == (12, n_in)
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-6)


def test_the_same_grid_changes_nothing():
    np.testing.assert_array_equal(resize_weights(9, 9, 1.0), np.eye(9, dtype=np.float32))


@pytest.mark.parametrize("step", [0.5, 0.8, 2.0, 3.0])
def test_a_slope_stays_where_it_is(step):
    n_in, n_out = 60, 15
    positions = (np.arange(n_out) - (n_out - 1) / 2) * step + (n_in - 1) / 2
    inside = (positions > step) & (positions < n_in - 1 - step)
    assert inside.sum() > 8
    np.testing.assert_allclose(
        (resize_weights(n_in, n_out, step) @ np.arange(n_in))[inside], positions[inside], atol=1e-4
    )


def test_beyond_the_slice_its_mirror_image_continues():
    found = resize_weights(4, 8, 1.0) @ np.array([1.0, 2.0, 3.0, 4.0])
    np.testing.assert_allclose(found, [2, 1, 1, 2, 3, 4, 4, 3])


def test_no_pixel_is_skipped_when_a_slice_becomes_coarser():
    assert (resize_weights(40, 10, 4.0).sum(axis=0) > 0.1).all()


def test_a_coarse_level_sees_the_average_of_its_cells():
    image = np.random.default_rng(0).random((2, 1, 8, 12), dtype=np.float32)
    found = coarsen(image, 4, "average")
    np.testing.assert_allclose(found[1, 0, 1, 2], image[1, 0, 4:8, 8:12].mean(), rtol=1e-6)
    assert found.shape == (2, 1, 2, 3)


def test_linear_coarsening_takes_the_four_cells_around_each_centre():
    image = np.random.default_rng(0).random((1, 1, 8, 8), dtype=np.float32)
    found = coarsen(image, 4, "linear")
    np.testing.assert_allclose(found[0, 0, 0, 1], image[0, 0, 1:3, 5:7].mean(), rtol=1e-6)


def test_with_a_spacing_the_distance_of_cells_is_exact_and_the_grid_covers_the_slice():
    grid = cell_grid((35, 51), (0.9, 1.1), spacing=(1.0, 1.0), size=None, multiple=4)
    assert grid.step == pytest.approx((1 / 0.9, 1 / 1.1))
    for pixels, cells, step in zip(grid.pixels, grid.cells, grid.step, strict=True):
        assert cells % 4 == 0
        assert pixels <= cells * step < pixels + 4 * step + 1e-6


def test_rounding_in_a_header_does_not_add_cells():
    assert cell_grid((64, 64), (1.0000001, 1.0), spacing=(1.0, 1.0), size=None, multiple=4).cells == (64, 64)


def test_with_a_size_the_slice_is_stretched_to_the_grid_and_comes_back():
    grid = cell_grid((30, 50), (1.0, 1.0), spacing=None, size=(64, 64), multiple=4)
    assert grid.cells == (64, 64)
    rows, columns = np.mgrid[0:30, 0:50].astype(np.float32)
    image = np.sin(rows / 6) + np.cos(columns / 8)
    back = resize(resize(image, grid.to_cells()), grid.to_pixels())
    assert np.abs(back - image).max() < 0.05


def test_a_coarse_level_comes_back_to_the_place_it_was_seen_at():
    grid = cell_grid((32, 32), (1.0, 1.0), spacing=(1.0, 1.0), size=None, multiple=4)
    image = np.zeros((32, 32), np.float32)
    image[8:12, 20:24] = 1
    back = resize(coarsen(resize(image, grid.to_cells()), 4, "average"), grid.to_pixels(4))
    rows, columns = np.mgrid[0:32, 0:32]
    assert (back * rows).sum() / back.sum() == pytest.approx(9.5, abs=0.01)
    assert (back * columns).sum() / back.sum() == pytest.approx(21.5, abs=0.01)
