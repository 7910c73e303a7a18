"""The rule: its size, as the paper gives it, and its folded form."""

import numpy as np
import pytest
from core_cases import random_rule
from mednca.rule import Rule, fold


@pytest.mark.parametrize(
    ("channels", "hidden", "levels", "count"),
    [(32, 128, 1, 35_008), (32, 128, 2, 70_016), (16, 128, 2, 25_920), (32, 64, 2, 53_504)],
)
def test_a_model_has_as_many_parameters_as_the_formula_of_the_paper_gives(channels, hidden, levels, count):
    assert levels * random_rule(channels, hidden).parameters == count
    assert levels * sum(np.prod(shape) for shape in Rule.shapes(channels, hidden).values()) == count


def test_the_folded_convolution_equals_perception_and_first_layer_one_after_the_other():
    rule = random_rule(5, 7, seed=3)
    around = np.random.default_rng(0).normal(size=(5, 3, 3))  # one cell and its neighbours
    perceived = [around[:, 1, 1]]
    for weight, bias in ((rule.conv_a_weight, rule.conv_a_bias), (rule.conv_b_weight, rule.conv_b_bias)):
        perceived.append(np.array([(weight[o].astype(float) * around).sum() + bias[o] for o in range(5)]))
    expected = rule.dense0_weight.astype(float) @ np.concatenate(perceived) + rule.dense0_bias

    kernel, bias, dense1 = fold(rule, 1, lambda arrays: np.stack(arrays, axis=-1))

    np.testing.assert_allclose((kernel * around).sum(axis=(1, 2, 3)) + bias, expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(dense1, rule.dense1_weight[1:])
