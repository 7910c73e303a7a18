"""The trainable network and its loss."""

from core_cases import require_torch, small_card

torch = require_torch()

from mednca.engines.torch_engine import upscale_cells  # noqa: E402
from mednca.training.network import TrainableCascade, cut_patches, dice_cross_entropy, finer_cells  # noqa: E402


def test_the_loss_is_small_where_the_logits_are_right_and_large_where_they_are_wrong():
    target = torch.zeros((2, 1, 8, 8))
    target[:, :, 2:6, 2:6] = 1
    right, wrong = (20 * (2 * target - 1) * sign for sign in (1, -1))
    assert float(dice_cross_entropy(right, target)) < 0.01
    assert float(dice_cross_entropy(wrong, target)) > 10


def test_a_gradient_reaches_every_weight_of_both_levels():
    generator = torch.Generator().manual_seed(2)
    network = TrainableCascade(small_card(), generator)
    with torch.no_grad():
        for rule in network.rules:  # the last layer starts at zero, which would hide the others
            rule.dense1_weight.uniform_(-0.1, 0.1, generator=generator)
    image, target = torch.rand((2, 1, 16, 16), generator=generator), torch.ones((2, 1, 16, 16))
    outputs = network(image, target, 6, generator, torch.float32)
    sum(dice_cross_entropy(*output) for output in outputs).backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name
    assert [tuple(logits.shape[2:]) for logits, _ in outputs] == [(8, 8), (6, 6)]


def test_cells_of_a_patch_are_those_that_the_whole_slice_would_have_there():
    generator = torch.Generator().manual_seed(3)
    state, image = torch.rand((3, 6, 4, 5), generator=generator), torch.rand((3, 1, 16, 20), generator=generator)
    corners, size = torch.tensor([[0, 0], [3, 7], [10, 11]]), (6, 9)
    patches = cut_patches(image, 1, corners, size)
    whole = upscale_cells(state, 4, image)
    assert torch.equal(finer_cells(state, 4, patches, corners), cut_patches(whole, 1, corners, size))


def test_shares_of_a_batch_give_together_what_the_whole_batch_gives():
    network = TrainableCascade(small_card(), torch.Generator().manual_seed(4))
    with torch.no_grad():
        for rule in network.rules:
            rule.dense1_weight.uniform_(-0.1, 0.1, generator=torch.Generator().manual_seed(5))
    generator = torch.Generator().manual_seed(6)
    image, target = torch.rand((5, 1, 16, 16), generator=generator), torch.rand((5, 1, 16, 16), generator=generator)

    def run(share):
        return network(image, target, 6, torch.Generator().manual_seed(7), torch.float32, share=share)

    whole, first, second = (run(share) for share in (slice(None), slice(0, 2), slice(2, 5)))
    for level in range(2):
        for kind in range(2):  # logits and targets
            joint = torch.cat([first[level][kind], second[level][kind]])
            torch.testing.assert_close(joint, whole[level][kind], atol=1e-6, rtol=1e-5)
