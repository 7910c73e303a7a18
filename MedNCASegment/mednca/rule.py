"""The learnt rule of one level: its weights, their count, and the folded form that engines run (paper, section 3.2)."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np


@dataclass(frozen=True)
class Rule:
    """Weights of one backbone NCA, float32, with n channels a cell and hidden size h (paper, section 3.2).

    z = [state, conv_a(state), conv_b(state)];  d = dense1 @ relu(dense0 @ z + dense0_bias);
    state += d where a cell fires.
    Kernels are indexed [output channel, input channel, row, column]; convolutions pad by reflection.
    """

    conv_a_weight: np.ndarray  # [n, n, 3, 3]
    conv_a_bias: np.ndarray  # [n]
    conv_b_weight: np.ndarray  # [n, n, 3, 3]
    conv_b_bias: np.ndarray  # [n]
    dense0_weight: np.ndarray  # [h, 3n]
    dense0_bias: np.ndarray  # [h]
    dense1_weight: np.ndarray  # [n, h], no bias

    @staticmethod
    def shapes(channels: int, hidden: int) -> dict[str, tuple[int, ...]]:
        """The shape of every array of a rule with `channels` channels a cell and `hidden` hidden units."""
        n, h = channels, hidden
        return {
            "conv_a_weight": (n, n, 3, 3),
            "conv_a_bias": (n,),
            "conv_b_weight": (n, n, 3, 3),
            "conv_b_bias": (n,),
            "dense0_weight": (h, 3 * n),
            "dense0_bias": (h,),
            "dense1_weight": (n, h),
        }

    @property
    def channels(self) -> int:
        return self.dense1_weight.shape[0]

    @property
    def hidden(self) -> int:
        return self.dense1_weight.shape[1]

    @property
    def parameters(self) -> int:
        """Number of learnt values: 35,008 for 32 channels and hidden size 128."""
        return sum(array.size for array in self.arrays().values())

    def arrays(self) -> dict[str, np.ndarray]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def fold(rule, image_channels: int, stack):
    """Fold both convolutions and the first dense layer into one 3x3 convolution.

    All three are linear with nothing in between, so relu(dense0 @ z) is relu of one convolution of the state.
    Works on NumPy arrays and on torch tensors (then differentiable), which is why the one library call is passed in.

    Args:
        rule: object with the seven arrays of :class:`Rule`.
        image_channels: the first channels, which an update never changes.
        stack: stacks a list of arrays along a new last axis.

    Returns:
        kernel [h, n, 3, 3], bias [h], dense1 [n - image_channels, h].
    """
    h, n = rule.dense0_weight.shape[0], rule.conv_a_weight.shape[0]
    own, of_a, of_b = (rule.dense0_weight[:, k * n : (k + 1) * n] for k in range(3))
    kernel = of_a @ rule.conv_a_weight.reshape(n, n * 9) + of_b @ rule.conv_b_weight.reshape(n, n * 9)
    kernel = kernel.reshape(h, n, 9)
    # The cell's own state enters at the kernel's centre, which is the fifth of its nine positions.
    kernel = stack([kernel[:, :, k] + own if k == 4 else kernel[:, :, k] for k in range(9)]).reshape(h, n, 3, 3)
    bias = rule.dense0_bias + of_a @ rule.conv_a_bias + of_b @ rule.conv_b_bias
    return kernel, bias, rule.dense1_weight[image_channels:]
