"""What is seen of the cells' states on the pixels: probabilities of the labels, and the best of them."""

import numpy as np
from core_cases import small_card
from mednca.readout import Readout
from mednca.resample import Grid

LABELS = [{"value": 3, "name": "A"}, {"value": 7, "name": "B", "offset": 2.0}]


class PlainEngine:
    """Its states are arrays [slice, channel, row, column]."""

    @staticmethod
    def channels(state, first, count):
        return state[:, first : first + count]


def readout_and_state(logits):
    """Of logits [label, row, column] of one slice, on cells as large as its pixels."""
    card, size = small_card(labels=LABELS), logits.shape[1:]
    state = np.full((1, card.channels, *size), 5.0, np.float32)
    state[0, card.input.channels :][: len(LABELS)] = logits
    return Readout(card, PlainEngine, Grid(size, size, (1.0, 1.0))), state


def test_a_probability_is_the_sigmoid_of_the_logit_above_the_labels_offset():
    logits = np.random.default_rng(0).normal(0, 3, (2, 4, 6)).astype(np.float32)
    readout, state = readout_and_state(logits)
    found = readout.probability(state, -1)
    wanted = 1 / (1 + np.exp(np.array([0.0, 2.0])[:, None, None] - logits))
    np.testing.assert_allclose(found[0], wanted, atol=1e-6)


def test_huge_logits_are_probabilities_too():
    readout, state = readout_and_state(
        np.array([-1e4, 1e4], np.float32)[:, None, None] * np.ones((1, 2, 2), np.float32)
    )
    np.testing.assert_array_equal(readout.probability(state, -1)[0, :, 0, 0], [0.0, 1.0])


def test_outside_there_is_no_label_whatever_the_state_says():
    readout, state = readout_and_state(np.full((2, 2, 4), 9.0, np.float32))
    outside = np.zeros((1, 2, 4), bool)
    outside[0, 1] = True
    found = readout.probability(state, -1, outside)
    assert (found[0, :, 1] == 0).all() and (found[0, :, 0] > 0.9).all()
    np.testing.assert_array_equal(readout.labels(found)[0], [[3] * 4, [0] * 4])


def test_the_most_probable_label_wins_where_it_is_above_one_half():
    readout, _ = readout_and_state(np.zeros((2, 2, 2), np.float32))
    chances = np.array([[0.9, 0.6, 0.5, 0.2], [0.8, 0.7, 0.5, 0.51]], np.float32).reshape(1, 2, 1, 4)
    np.testing.assert_array_equal(readout.labels(chances)[0, 0], [3, 7, 0, 7])
    assert readout.labels(chances).dtype == np.uint8
