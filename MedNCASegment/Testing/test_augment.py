"""Random changes of training slices."""

from dataclasses import replace

from core_cases import require_torch

torch = require_torch()

from mednca.training.augment import Ranges, draw, sample  # noqa: E402


def test_changes_of_zero_size_leave_a_slice_as_it_is():
    generator = torch.Generator().manual_seed(0)
    still = Ranges(0.0, 1.0, 1.0, 0.0, False, False, 1.0, 0.0, 0.0, 0.0, 0.0)
    images = torch.rand((3, 1, 12, 16), generator=generator).clamp(1e-4, 1)
    targets = (images > 0.5).float()
    pixel_mm = torch.tensor([[1.0, 1.0]] * 3)
    image, target = sample(images, targets, pixel_mm, (12, 16), pixel_mm, draw(3, still, generator), generator)
    torch.testing.assert_close(image, images, atol=1e-4, rtol=0)
    torch.testing.assert_close(target, targets, atol=1e-4, rtol=0)


def test_image_and_target_are_moved_together():
    generator = torch.Generator().manual_seed(1)
    images = torch.zeros((8, 1, 32, 32))
    images[:, :, 10:22, 12:20] = 1
    ranges = replace(Ranges(mirror_rows=True), gamma=1.0, contrast=0.0, brightness=0.0, bias_field=0.0, noise=0.0)
    pixel_mm = torch.ones((8, 2))
    image, target = sample(images, images.clone(), pixel_mm, (32, 32), pixel_mm, draw(8, ranges, generator), generator)
    torch.testing.assert_close(image, target, atol=2e-4, rtol=0)
    assert (image - images).abs().max() > 0.5
