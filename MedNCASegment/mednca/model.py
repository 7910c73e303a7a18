"""A model: one rule per level and a card, in one .npz file of plain arrays."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .card import Card
from .errors import MedNCAError
from .rule import Rule
from .writing import replacing

MAX_UNPACKED_BYTES = 64 * 1024 * 1024
MAX_CARD_BYTES = 1024 * 1024
SHIPPED_FOLDER = Path(__file__).parent / "models"


@dataclass(frozen=True)
class Model:
    """The rules of the levels, coarse to fine, and the card that says how to use them.

    Where further planes have rules of their own, the levels of each plane follow those of the one before.
    """

    card: Card
    rules: Sequence[Rule]

    @property
    def parameters(self) -> int:
        """Number of learnt values over all levels: 70,016 for the paper's Med-NCA."""
        return sum(rule.parameters for rule in self.rules)

    def of_plane(self, plane: str) -> Model:
        """The model that sees the slices of one of its planes alone, in one run."""
        card, count = self.card, len(self.card.levels)
        index, first = card.input.planes.index(plane), 0
        changes = {"input": replace(card.input, plane=plane, further_planes=()), "further_rules": ()}
        if index and card.further_rules:
            own, first = card.further_rules[index - 1], index * count
            pairs = zip(card.labels, own.offsets, strict=True)
            labels = [replace(label, offset=label.offset + offset) for label, offset in pairs]
            changes |= {"channels": own.channels, "hidden": own.hidden, "labels": labels}
        card = replace(card, runs=1, mirrored=False, spread_limit=None, **changes)
        return Model(card, self.rules[first : first + count])


def save_model(model: Model, path: str | os.PathLike) -> None:
    """Write a model as .npz; an existing file is replaced only when the new one is complete."""
    arrays = {"card": np.frombuffer(model.card.to_json().encode(), dtype=np.uint8)}
    for index, rule in enumerate(model.rules):
        for name, array in rule.arrays().items():
            arrays[f"level{index}_{name}"] = np.asarray(array, dtype=np.float32)
    with replacing(path) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **arrays)


def load_model(name_or_path: str | os.PathLike) -> Model:
    """Load a shipped model by name, or a model file by path. Nothing in a model file is ever run.

    Raises:
        MedNCAError: there is no such model, or the file is not a sound model; the message says why.
    """
    path = Path(name_or_path)
    if path.suffix != ".npz" and not path.is_file():
        shipped = shipped_models()
        if str(name_or_path) not in shipped:
            raise MedNCAError(
                f"There is no model '{name_or_path}'; give a .npz file or one of: {', '.join(shipped) or 'none'}."
            )
        path = shipped[str(name_or_path)]
    if not path.is_file():
        raise MedNCAError(f"There is no model file '{path}'; check the path.")
    if not os.access(path, os.R_OK):
        raise MedNCAError(f"'{path}' may not be read; change its permissions.")
    try:
        return _read(path)
    except MedNCAError as error:
        raise MedNCAError(f"'{path.name}' cannot be used as a model: {error}") from error


def shipped_models() -> dict[str, Path]:
    """The models that come with MedNCA, in the order of their names: name -> file."""
    files = {path.stem: path for path in SHIPPED_FOLDER.glob("*.npz")}
    return {name: files[name] for name in sorted(files)}


def _read(path: Path) -> Model:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES or len(members) > 1000:
                raise MedNCAError("It would unpack to more than 64 MB, which no MedNCA model needs.")
            names = [member.filename.removesuffix(".npy") for member in members]
            if "card" not in names or len(set(names)) != len(names):
                raise MedNCAError("It has no card, so it is not a MedNCA model.")
            if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
                raise MedNCAError("It is compressed in a way that NumPy does not use.")
            contents = {}
            for name, member in zip(names, members, strict=True):
                with archive.open(member) as stream:
                    # Bounded, because a member may unpack to more than its entry in the directory says.
                    contents[name] = stream.read(member.file_size)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise MedNCAError("It is not a readable .npz file; get it anew.") from error
    except Exception as error:  # the decompressors raise errors of their own (zlib.error, lzma.LZMAError)
        if isinstance(error, MedNCAError):
            raise
        raise MedNCAError("It is damaged; get it anew.") from error

    text = _array(contents.pop("card"), "card")
    if text.dtype != np.uint8 or text.ndim != 1 or text.size > MAX_CARD_BYTES:
        raise MedNCAError("Its card is not stored as text.")
    try:
        card = Card.from_json(text.tobytes().decode())
    except UnicodeDecodeError as error:
        raise MedNCAError("Its card is not stored as text.") from error

    sizes = [(card.channels, card.hidden), *((rule.channels, rule.hidden) for rule in card.further_rules)]
    sizes = [size for size in sizes for _ in card.levels]
    shapes = {
        f"level{index}_{name}": shape for index, size in enumerate(sizes) for name, shape in Rule.shapes(*size).items()
    }
    missing, surplus = sorted(set(shapes) - set(contents)), sorted(set(contents) - set(shapes))
    if missing:
        raise MedNCAError(f"It lacks the array '{missing[0]}' ({len(missing)} missing in all).")
    if surplus:
        raise MedNCAError(f"It has an array that does not belong there: '{surplus[0][:80]}'.")
    arrays = {}
    for name, shape in shapes.items():
        array = _array(contents[name], name)
        if array.dtype != np.float32:
            raise MedNCAError(f"The array '{name}' holds {array.dtype} instead of float32.")
        if array.shape != shape:
            raise MedNCAError(f"The array '{name}' has shape {array.shape} instead of {shape}.")
        if not np.isfinite(array).all():
            raise MedNCAError(f"The array '{name}' has values that are not finite numbers.")
        arrays[name] = array
    rules = [
        Rule(**{name: arrays[f"level{index}_{name}"] for name in Rule.shapes(1, 1)}) for index in range(len(sizes))
    ]
    return Model(card, rules)


def _array(data: bytes, name: str) -> np.ndarray:
    """One .npy member; its header is held against its length before anything is allocated."""
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = reader(file)
        count = 1
        for side in shape:
            count *= int(side)
        if dtype.hasobject or count * dtype.itemsize != len(data) - file.tell():
            raise ValueError("header and length disagree")
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)
    except Exception as error:  # NumPy parses headers as Python literals, which can fail in many ways
        raise MedNCAError(f"Its array '{name[:80]}' is damaged or of a type that models do not have.") from error
