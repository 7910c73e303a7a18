"""Volumes in files: read and written with nibabel, or with SimpleITK for other formats and where nibabel is missing."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np

from .errors import MedNCAError
from .volume import Volume
from .writing import replacing

NIFTI_ENDINGS = (".nii", ".nii.gz")
WRITTEN_ENDINGS = (*NIFTI_ENDINGS, ".nrrd", ".mha")
ENDINGS = (*WRITTEN_ENDINGS, ".mhd")  # .mhd has its voxels in a second file, so it could not be replaced in one move
DICOM = " (Slicer and dcm2niix make one of a DICOM series)"
MM = {1: 1e3, 3: 1e-3}  # by the unit's code in NIfTI files: metres, micrometres; whatever else there is means mm
_RAS_FROM_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def read_volume(path: str | os.PathLike) -> Volume:
    """Read a scalar volume in its own orientation and with its stored type.

    Raises:
        MedNCAError: the file is missing, not a readable image, or not a three-dimensional scalar one.
    """
    path = Path(path)
    if path.is_dir():
        raise MedNCAError(f"'{path}' is a folder; give an image file such as .nii.gz{DICOM}.")
    if not path.is_file():
        raise MedNCAError(f"There is no file '{path}'; check the path.")
    check_ending(path)
    if not os.access(path, os.R_OK):
        raise MedNCAError(f"'{path}' may not be read; change its permissions.")
    try:
        array, affine = _read_nifti(path) if _use_nibabel(path) else _read_itk(path)
    except (MedNCAError, MemoryError):
        raise
    except Exception as error:  # the readers raise many types: OSError, zlib.error, ImageFileError, RuntimeError
        raise MedNCAError(f"'{path}' cannot be read as an image; it may be damaged or of another format.") from error
    while array.ndim > 3 and array.shape[-1] == 1:
        array = array[..., 0]
    try:
        return Volume(array, affine)
    except MedNCAError as error:
        raise MedNCAError(f"'{path}' cannot be used: {error}") from error


def write_volume(path: str | os.PathLike, volume: Volume) -> None:
    """Write a volume; an existing file is replaced only when the new one is complete.

    Raises:
        MedNCAError: the format is not known or the file cannot be written.
    """
    path = Path(path)
    check_ending(path, writing=True)
    with replacing(path) as temporary:
        if _use_nibabel(path):
            import nibabel

            image = nibabel.Nifti1Image(volume.array, volume.affine)
            image.header.set_xyzt_units("mm")
            nibabel.save(image, temporary)
            return
        sitk = _simpleitk(path)
        image = sitk.GetImageFromArray(np.ascontiguousarray(volume.array.T))
        lps = _RAS_FROM_LPS @ volume.affine
        spacing = volume.spacing
        image.SetSpacing(spacing.tolist())
        image.SetOrigin(lps[:3, 3].tolist())
        image.SetDirection((lps[:3, :3] / spacing).ravel().tolist())
        try:
            sitk.WriteImage(image, str(temporary), useCompression=True)
        except RuntimeError as error:
            raise MedNCAError(f"'{path}' cannot be written; check the disk.") from error


def check_ending(path: str | os.PathLike, writing: bool = False) -> None:
    """Check the ending of an image's file name, and for writing, that the library for this format is there.

    Raises:
        MedNCAError: the ending is not known, or the library is missing.
    """
    endings = WRITTEN_ENDINGS if writing else ENDINGS
    if not str(path).lower().endswith(endings):
        hint = DICOM if not writing and str(path).lower().endswith((".dcm", ".ima")) else ""
        raise MedNCAError(f"'{path}' has no known image ending; use one of {', '.join(endings)}{hint}.")
    if writing:
        need_library(path)


def need_library(path: str | os.PathLike) -> None:
    """Raises MedNCAError unless the library that reads and writes files of this ending is installed."""
    if not _use_nibabel(Path(path)):
        _simpleitk(Path(path))


def stem(path: str | os.PathLike) -> str:
    """The file's name without its image ending: scan.nii.gz -> scan."""
    name = Path(path).name
    ending = next((e for e in sorted(ENDINGS, key=len, reverse=True) if name.lower().endswith(e)), "")
    return name[: len(name) - len(ending)]


def list_images(folder: str | os.PathLike) -> dict[str, Path]:
    """The image files of a folder, sorted: name without ending -> path.

    Raises:
        MedNCAError: there is no such folder, it has no images, or two of the same name.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise MedNCAError(f"There is no folder '{folder}'; check the path.")
    files = [file for file in sorted(folder.iterdir()) if file.is_file() and not file.name.startswith(".")]
    found: dict[str, Path] = {}
    for file in files:
        if not file.name.lower().endswith(ENDINGS):
            continue
        other = found.setdefault(stem(file), file)
        if other is not file:
            raise MedNCAError(f"'{other.name}' and '{file.name}' in '{folder}' have the same name; keep one of them.")
    if not found:
        raise MedNCAError(f"The folder '{folder}' has no images ({', '.join(ENDINGS)}).")
    return found


def _use_nibabel(path: Path) -> bool:
    if not path.name.lower().endswith(NIFTI_ENDINGS):
        return False
    try:
        import nibabel  # noqa: F401
    except ImportError:
        return False
    return True


def _simpleitk(path: Path):
    try:
        import SimpleITK
    except ImportError as error:
        nifti = path.name.lower().endswith(NIFTI_ENDINGS)
        needed = "nibabel or SimpleITK; install one (pip install nibabel)" if nifti else "SimpleITK; install it"
        needed += "" if nifti else " (pip install SimpleITK)"
        raise MedNCAError(f"Reading and writing '{path.name}' needs {needed}.") from error
    return SimpleITK


def _read_nifti(path: Path) -> tuple[np.ndarray, np.ndarray]:
    import nibabel

    image = nibabel.load(path)
    array = np.asanyarray(image.dataobj)
    if path.name.lower().endswith(".gz"):
        _check_sum(path)
    if array.dtype == np.float64:  # integers with a scale factor come as float64, twice the memory for nothing
        array = array.astype(np.float32)
    affine = np.array(image.affine, float)
    affine[:3] *= MM.get(int(image.header["xyzt_units"]) % 8, 1.0)
    return np.asarray(array), affine


def _check_sum(path: Path) -> None:
    """Raises OSError or zlib.error for a compressed file that is damaged: nibabel stops before the sum at its end."""
    with gzip.open(path) as file:
        while file.read(1 << 20):
            pass


def _read_itk(path: Path) -> tuple[np.ndarray, np.ndarray]:
    sitk = _simpleitk(path)
    image = sitk.ReadImage(str(path))
    if image.GetDimension() == 4 and image.GetSize()[3] == 1:
        image = image[:, :, :, 0]
    if image.GetNumberOfComponentsPerPixel() != 1:
        raise MedNCAError(f"'{path}' has {image.GetNumberOfComponentsPerPixel()} values a voxel; give a scalar volume.")
    array = sitk.GetArrayFromImage(image).T
    if image.GetDimension() != 3:
        return array, np.eye(4)
    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * image.GetSpacing()
    affine[:3, 3] = image.GetOrigin()
    return array, _RAS_FROM_LPS @ affine
