"""Artefacts of MRI on training slices, with TorchIO: ghosting, anisotropy and bias field (paper, section 5.3)."""

from __future__ import annotations

import functools

import torch

from ..errors import MedNCAError

MISSING = (
    "Artefacts in training need the Python package 'torchio'; install it (pip install torchio) or set 'artefacts' in"
    " the plan's recipe to 0."
)


@functools.cache
def transforms():
    """The artefacts of which a slice gets one, with equal chance.

    Raises:
        MedNCAError: TorchIO is not installed.
    """
    try:
        import torchio
    except ImportError as error:
        raise MedNCAError(MISSING) from error
    return (
        torchio.RandomGhosting(num_ghosts=(2, 8), axes=(0, 1), intensity=(0.2, 0.8)),
        torchio.RandomAnisotropy(axes=(0, 1), downsampling=(1.5, 4.0)),
        torchio.RandomBiasField(coefficients=0.5, order=3),
    )


def add_artefacts(
    images: torch.Tensor, pixel_mm: torch.Tensor, share: float, generator: torch.Generator
) -> torch.Tensor:
    """Give some slices an artefact.

    Args:
        images: [slice, image channel, row, column] from 0 to 1.
        pixel_mm: [slice, 2], size of a pixel along rows and columns.
        share: chance of a slice to get an artefact.
        generator: everything random comes from it; PyTorch's global generator, which TorchIO draws from, is left as
            it was. With a share of 0 nothing is drawn.

    Returns:
        Images from 0 to 1; those that were given stay as they are.

    Raises:
        MedNCAError: the share is above 0 and TorchIO is not installed.
    """
    if share <= 0:
        return images
    known = transforms()
    struck = torch.rand(len(images), generator=generator) < share
    kinds = torch.randint(0, len(known), (len(images),), generator=generator)
    seeds = torch.randint(0, 2**31, (len(images),), generator=generator)
    images = images.clone()
    for index in struck.nonzero().flatten().tolist():
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(seeds[index]))
            images[index] = apply(images[index], pixel_mm[index].tolist(), known[int(kinds[index])])
    return images


def apply(image: torch.Tensor, pixel_mm: list[float], transform) -> torch.Tensor:
    """One slice [image channel, row, column] after a transform, from 0 to 1; `pixel_mm` is along rows and columns."""
    import torchio

    slice_as_volume = torchio.ScalarImage(
        tensor=image[..., None], affine=torch.diag(torch.tensor([*pixel_mm, 1.0, 1.0], dtype=torch.float64))
    )
    changed = transform(slice_as_volume).data[..., 0].clamp_min(0)
    # As bright as before: volumes are normalised, those with a bias field too.
    return changed * (image.max() / changed.max().clamp_min(1e-6))
