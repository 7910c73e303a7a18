"""Model files: what is written is read back, and everything unsound is refused with one sentence."""

import io
import json
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from core_cases import card_fields, small_model
from mednca import MedNCAError, load_model, save_model
from mednca.model import MAX_UNPACKED_BYTES


def arrays_of(model) -> dict:
    arrays = {"card": np.frombuffer(model.card.to_json().encode(), np.uint8)}
    for index, rule in enumerate(model.rules):
        arrays |= {f"level{index}_{name}": array for name, array in rule.arrays().items()}
    return arrays


def npy(array) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def write(path: Path, members: dict, compression=zipfile.ZIP_DEFLATED) -> Path:
    """An archive of arrays, or of members given as raw bytes."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content if isinstance(content, bytes) else npy(content))
    return path


@pytest.fixture
def members():
    return arrays_of(small_model())


@pytest.fixture
def file(tmp_path):
    return tmp_path / "model.npz"


def refused(path, words) -> str:
    """The sentence with which a file is refused; it names the file and has the words."""
    with pytest.raises(MedNCAError, match=words) as caught:
        load_model(path)
    sentence = str(caught.value)
    assert path.name in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def test_a_model_is_read_back_as_it_was_written(file):
    model = small_model(title="Größe, 大きさ", training={"cases": 3, "split": ["a", "b"]})
    save_model(model, file)
    found = load_model(str(file))
    assert found.card == model.card
    for one, other in zip(found.rules, model.rules, strict=True):
        for name, array in other.arrays().items():
            np.testing.assert_array_equal(getattr(one, name), array)


def test_a_name_without_a_file_is_refused_with_the_names_there_are(tmp_path):
    with pytest.raises(MedNCAError, match="There is no model 'nothing'"):
        load_model("nothing")
    with pytest.raises(MedNCAError, match="There is no model file"):
        load_model(tmp_path / "nothing.npz")


def test_a_folder_named_as_a_shipped_model_does_not_hide_it(tmp_path, monkeypatch, file):
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    save_model(small_model(), shipped / "small.npz")
    monkeypatch.setattr("mednca.model.SHIPPED_FOLDER", shipped)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small").mkdir()
    assert load_model("small").card.name == "small"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a model at all" * 50, pickle.dumps({"card": 1})])
def test_a_file_that_is_no_archive_is_refused(file, content):
    file.write_bytes(content)
    refused(file, "not a readable .npz file")


def test_a_single_array_is_refused(file):
    file.write_bytes(npy(np.zeros(3)))
    refused(file, "not a readable .npz file")


def test_an_archive_without_a_card_is_refused(file, members):
    del members["card"]
    refused(write(file, members), "no card")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_file_is_refused(file, members, share):
    content = write(file, members).read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    refused(file, "not a readable|damaged")


def test_a_file_with_flipped_bits_is_refused_or_read_as_it_was(file, members):
    content = write(file, members).read_bytes()
    rng = np.random.default_rng(0)
    for place in rng.integers(0, len(content), 60):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        file.write_bytes(damaged)
        try:
            found = arrays_of(load_model(file))
        except MedNCAError as error:
            assert str(error).endswith(".")
        else:
            assert all(np.array_equal(found[name], members[name]) for name in members)


@pytest.mark.parametrize("name", ["level0_conv_a_weight", "level1_dense1_weight", "level1_dense0_bias"])
def test_a_missing_array_is_refused(file, members, name):
    del members[name]
    assert name in refused(write(file, members), "lacks the array")


@pytest.mark.parametrize("name", ["level2_conv_a_weight", "extra", "../level0_conv_a_weight"])
def test_a_surplus_array_is_refused(file, members, name):
    members[name] = np.zeros(3, np.float32)
    assert name in refused(write(file, members), "does not belong there")


def test_two_arrays_of_one_name_are_refused(file, members):
    write(file, members)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(file, "a") as archive:
        archive.writestr("level0_conv_a_bias.npy", npy(members["level0_conv_a_bias"]))
    refused(file, "not a MedNCA model")


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int32, ">f4", bool, complex, "U3"])
def test_weights_of_another_type_are_refused(file, members, dtype):
    members["level0_dense0_bias"] = members["level0_dense0_bias"].astype(dtype)
    refused(write(file, members), "instead of float32")


@pytest.mark.parametrize("change", [lambda a: a[:-1], lambda a: a.T, lambda a: a[None], lambda a: a.ravel()])
def test_weights_of_another_shape_are_refused(file, members, change):
    members["level1_dense0_weight"] = np.ascontiguousarray(change(members["level1_dense0_weight"]))
    refused(write(file, members), "level1_dense0_weight.*has shape")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_are_refused(file, members, value):
    members["level0_conv_b_bias"] = members["level0_conv_b_bias"].copy()
    members["level0_conv_b_bias"][1] = value
    refused(write(file, members), "not finite")


class Trap:
    """Its pickle would create a file when loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


@pytest.mark.parametrize("name", ["card", "level0_conv_a_bias", "extra"])
def test_nothing_in_a_model_file_is_run(file, members, tmp_path, name):
    trap = tmp_path / "sprung"
    members[name] = npy(np.array([Trap(trap)], dtype=object))
    refused(write(file, members), "damaged or of a type|does not belong there")
    members[name] = pickle.dumps(Trap(trap))
    refused(write(file, members), "damaged or of a type|does not belong there")
    assert not trap.exists()


def test_a_header_that_promises_more_than_the_array_holds_is_refused(file, members):
    file_of = io.BytesIO()
    header = {"descr": "<f4", "fortran_order": False, "shape": (10**6, 10**6)}
    np.lib.format.write_array_header_1_0(file_of, header)
    members["level0_conv_a_weight"] = file_of.getvalue() + b"\0" * 64
    refused(write(file, members), "damaged or of a type")


@pytest.mark.parametrize("header", [b"", b"\x93NUMPY", b"\x93NUMPY\x09\x00", b"\x93NUMPY\x01\x00\x06\x00{(1,):"])
def test_a_broken_array_header_is_refused(file, members, header):
    members["level0_conv_a_bias"] = header
    refused(write(file, members), "damaged or of a type")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(file, members):
    members["level0_conv_a_bias"] = bytes(MAX_UNPACKED_BYTES)
    write(file, members)
    assert file.stat().st_size < 1e6
    refused(file, "more than 64 MB")


def test_a_zip_bomb_that_lies_about_its_size_is_not_unpacked(file, members):
    import tracemalloc

    size = 2 * MAX_UNPACKED_BYTES + 0x123456
    members["extra"] = bytes(size)
    content = bytearray(write(file, members).read_bytes())
    true_size = struct.pack("<I", size)
    assert content.count(true_size) == 2  # in the member's own header and in the directory
    file.write_bytes(content.replace(true_size, struct.pack("<I", 1000)))
    tracemalloc.start()
    try:
        refused(file, "not a readable|damaged|does not belong there")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8e6


def test_an_archive_of_very_many_members_is_refused(file, members):
    refused(write(file, members | {f"a{number}": b"" for number in range(1001)}), "more than 64 MB")


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compressions_that_numpy_does_not_write_are_refused(file, members, compression):
    refused(write(file, members, compression), "compressed in a way")


def test_a_card_of_a_newer_format_asks_for_a_newer_mednca(file, members):
    members["card"] = np.frombuffer(json.dumps(card_fields(format=2, surprise=1)).encode(), np.uint8)
    refused(write(file, members), "update MedNCA")


@pytest.mark.parametrize(
    "card",
    [
        np.zeros(3, np.float32),
        np.zeros((2, 2), np.uint8),
        np.frombuffer(b"\xff\xfe{}", np.uint8),
        np.zeros(2_000_000, np.uint8),
    ],
)
def test_a_card_that_is_not_text_is_refused(file, members, card):
    refused(write(file, members | {"card": card}), "not stored as text")


def test_saving_to_a_missing_folder_is_refused_in_words(tmp_path):
    with pytest.raises(MedNCAError, match="does not exist"):
        save_model(small_model(), tmp_path / "missing" / "model.npz")
