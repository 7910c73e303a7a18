"""Made cases for the tests of checking and planning: arrays, files, and facts of scans too large to make."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from mednca import Volume, write_volume
from mednca.training.fingerprint import CaseFacts, Fingerprint, Part


def ellipsoids(
    shape=(20, 24, 18), spacing=(1.0, 1.0, 1.0), radii_mm=(4.0, 7.0, 5.0), parts: int = 1, seed: int = 0
) -> tuple[Volume, np.ndarray]:
    """A bright ellipsoid in noise in the middle of an RAS volume; its parts are numbered from back to front."""
    rng = np.random.default_rng(seed)
    axes = [(np.arange(side) - (side - 1) / 2) * mm for side, mm in zip(shape, spacing, strict=True)]
    x, y, z = np.meshgrid(*axes, indexing="ij")
    inside = (x / radii_mm[0]) ** 2 + (y / radii_mm[1]) ** 2 + (z / radii_mm[2]) ** 2 <= 1
    label = np.where(inside, 1 + np.clip((y / radii_mm[1] + 1) / 2 * parts, 0, parts - 1).astype(int), 0)
    image = rng.normal(100, 20, shape) + 150 * inside
    return Volume(image.astype(np.float32), np.diag([*spacing, 1.0])), label.astype(np.uint8)


def write_case(folder: Path, name: str, volume: Volume, label: np.ndarray) -> None:
    """Into imagesTr and labelsTr of a folder."""
    for sub in ("imagesTr", "labelsTr"):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    write_volume(folder / "imagesTr" / f"{name}.nii.gz", volume)
    write_volume(folder / "labelsTr" / f"{name}.nii.gz", Volume(label, volume.affine))


def scan_facts(shape, spacing, organ_mm, contact_mm2=(0.0, 0.0, 0.0), parts: int = 1, outside=(0.0, 0.0)) -> CaseFacts:
    """What measuring a scan with an ellipsoid of a size would give; parts lie one before the other."""
    organ = np.array(organ_mm, float)
    volume = np.pi / 6 * organ.prod()
    voxels = int(volume / np.prod(spacing))
    whole = Part(voxels, tuple(organ), (0.0, 0.0, 0.0))
    each = {
        number: Part(voxels // parts, (organ[0], organ[1] / parts, organ[2]), (0.0, number * organ[1] / parts, 0.0))
        for number in range(1, parts + 1)
    }
    return CaseFacts(
        shape=tuple(shape),
        spacing=tuple(spacing),
        orientation="RAS",
        intensity=(0.0, 100.0, 1000.0),
        foreground_intensity=(200.0, 300.0, 400.0),
        outside=outside,
        parts=each,
        foreground=whole,
        section_mm2=tuple(volume / organ),
        shown=tuple(organ / (np.array(shape) * spacing)),
        contact_mm2=tuple(contact_mm2),
    )


def scan_fingerprint(*args, cases: int = 20, **kwargs) -> Fingerprint:
    """The fingerprint of equal scans; arguments as for :func:`scan_facts`."""
    facts = scan_facts(*args, **kwargs)
    return Fingerprint.of([facts] * cases, {value: f"Part {value}" for value in facts.parts})
