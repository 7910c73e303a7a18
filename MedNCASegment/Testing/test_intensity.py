"""Scanner units never matter."""

import numpy as np
import pytest
from core_cases import random_volume, small_model
from mednca import MedNCAError, Segmenter, Volume
from mednca.intensity import MAX_SAMPLES, normalise, percentile_range


@pytest.mark.parametrize("per", ["volume", "slice"])
@pytest.mark.parametrize(("scale", "offset"), [(1.0, 1000.0), (0.001, 0.0), (5e4, -1e6), (1e-8, 3e-7)])
def test_scale_and_offset_of_the_intensities_do_not_change_the_labels(per, scale, offset):
    model = small_model(input={"plane": "coronal", "spacing": [1.0, 1.0], "per": per})
    volume = random_volume()
    other = Volume(volume.array * scale + offset, volume.affine)
    expected = Segmenter(model).run(volume)
    found = Segmenter(model).run(other)
    np.testing.assert_array_equal(found.labels, expected.labels)
    np.testing.assert_allclose(found.probability, expected.probability, atol=1e-3)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, ">i2", np.int32, np.float32, np.float64, ">f4"])
def test_the_stored_type_does_not_change_the_labels(dtype):
    volume = random_volume()
    array = volume.array // 3  # fits into 8 bits
    expected = Segmenter(small_model()).run(Volume(array, volume.affine)).labels
    found = Segmenter(small_model()).run(Volume(array.astype(dtype), volume.affine)).labels
    np.testing.assert_array_equal(found, expected)


def test_intensities_between_the_percentiles_fill_zero_to_one():
    slices = np.linspace(50, 150, 1001).reshape(7, 11, 13)
    low, high = percentile_range(slices, (0.5, 99.5))
    assert (low, high) == (pytest.approx(50.5), pytest.approx(149.5))
    found = normalise(slices, low, high)
    assert found.dtype == np.float32
    assert (found.min(), found.max()) == (0, 1)


def test_a_constant_volume_is_no_division_by_zero():
    volume = Volume(np.full((8, 9, 10), 7.0), np.eye(4))
    result = Segmenter(small_model()).run(volume)
    assert np.isfinite(result.probability).all()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_voxel_that_is_no_number_is_found_wherever_it_lies(value):
    # So large that percentiles come from every other row and column only.
    array = np.zeros((5, 900, 900), np.float32)
    assert array.size > MAX_SAMPLES
    array[3, 401, 77] = value
    with pytest.raises(MedNCAError, match="not finite"):
        percentile_range(array, (0.5, 99.5))
