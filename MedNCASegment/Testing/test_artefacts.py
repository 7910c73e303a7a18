"""Artefacts of MRI on training slices."""

import os
import sys

import pytest
from core_cases import require_torch
from mednca import MedNCAError

torch = require_torch()

from mednca.training.artefacts import add_artefacts, apply, transforms  # noqa: E402

if os.environ.get("MEDNCA_REQUIRE_TORCH") != "1":
    pytest.importorskip("torchio")


def generator(seed: int = 0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def images():
    """Smooth slices from 0 to 1."""
    coarse = torch.rand((6, 1, 6, 8), generator=generator(7))
    return torch.nn.functional.interpolate(coarse, size=(30, 42), mode="bilinear")


@pytest.fixture
def pixel_mm(images):
    return torch.tensor([[1.0, 0.8]] * len(images))


def test_every_kind_of_artefact_changes_a_slice_and_keeps_its_range(images, pixel_mm):
    kinds = {type(transform).__name__ for transform in transforms()}
    assert kinds == {"RandomGhosting", "RandomAnisotropy", "RandomBiasField"}
    for transform in transforms():
        changed = apply(images[0], pixel_mm[0].tolist(), transform)
        assert changed.shape == images[0].shape
        assert changed.dtype == torch.float32
        assert float(changed.min()) >= 0
        assert float(changed.max()) == pytest.approx(float(images[0].max()), abs=1e-5)
        assert float((changed - images[0]).abs().mean()) > 0.002


def test_the_share_says_how_many_slices_get_one(images, pixel_mm):
    many, mm = images.repeat(20, 1, 1, 1), pixel_mm.repeat(20, 1)
    changed = add_artefacts(many, mm, 0.25, generator())
    touched = (changed != many).flatten(1).any(1).float().mean()
    assert 0.12 < float(touched) < 0.4
    assert (add_artefacts(images, pixel_mm, 1.0, generator()) != images).flatten(1).any(1).all()


def test_the_same_generator_gives_the_same_artefacts_and_the_global_one_is_left_alone(images, pixel_mm):
    before = torch.random.get_rng_state()
    one, same, other = (add_artefacts(images, pixel_mm, 1.0, generator(seed)) for seed in (3, 3, 4))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_without_artefacts_nothing_is_drawn_and_nothing_changes(images, pixel_mm):
    drawn = generator(5)
    state = drawn.get_state()
    assert add_artefacts(images, pixel_mm, 0.0, drawn) is images
    assert torch.equal(drawn.get_state(), state)


def test_slices_given_in_stay_as_they_are(images, pixel_mm):
    copy = images.clone()
    add_artefacts(images, pixel_mm, 1.0, generator())
    assert torch.equal(images, copy)


def test_without_torchio_one_sentence_says_what_to_do(monkeypatch, images, pixel_mm):
    monkeypatch.setitem(sys.modules, "torchio", None)
    transforms.cache_clear()
    with pytest.raises(MedNCAError, match="pip install torchio"):
        add_artefacts(images, pixel_mm, 0.5, generator())
    transforms.cache_clear()
    assert add_artefacts(images, pixel_mm, 0.0, generator()) is images
