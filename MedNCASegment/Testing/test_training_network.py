"""The trainable network and its loss."""

from core_cases import require_torch, small_card

torch = require_torch()

from mednca.training.network import TrainableCascade, dice_cross_entropy  # noqa: E402


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
