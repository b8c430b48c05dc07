"""Files on the command line become tensors, or one clear error."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aiedge.cli.read_input import read_input
from aiedge.errors import AiedgeError, InputError, UsageError
from aiedge.types import TensorSpec

RGB_UINT8 = TensorSpec("picture", (1, 4, 6, 3), np.dtype("uint8"), 1 / 255, 0)
RGB_INT8 = TensorSpec("picture", (1, 4, 6, 3), np.dtype("int8"), 1 / 255, -128)
RAW = TensorSpec("raw", (1, 5), np.dtype("int8"), 0.5, 3)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    pixels = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    path = tmp_path / "画 picture.png"
    Image.fromarray(pixels).save(path)
    return path


def test_pixels_go_into_uint8_as_they_are(picture: Path) -> None:
    expected = np.arange(72, dtype=np.uint8).reshape(1, 4, 6, 3)
    np.testing.assert_array_equal(read_input(picture, RGB_UINT8), expected)


def test_pixels_go_into_int8_less_128(picture: Path) -> None:
    expected = np.arange(72, dtype=np.int16).reshape(1, 4, 6, 3) - 128
    tensor = read_input(picture, RGB_INT8)
    assert tensor.dtype == np.int8
    np.testing.assert_array_equal(tensor, expected)


def test_a_grey_input_gets_one_channel(picture: Path) -> None:
    spec = TensorSpec("grey", (1, 8, 8, 1), np.dtype("uint8"), 1.0, 0)
    assert read_input(picture, spec).shape == (1, 8, 8, 1)


def npy(shape: str) -> bytes:
    """The header of a .npy file and no content."""
    header = f"{{'descr': '|i1', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()


def test_npy_and_bin_are_raw_tensors(tmp_path: Path) -> None:
    values = np.array([-128, -1, 0, 1, 127], np.int8)
    np.save(tmp_path / "a.npy", values)
    (tmp_path / "a.bin").write_bytes(values.tobytes())
    for name in ("a.npy", "a.bin"):
        np.testing.assert_array_equal(read_input(tmp_path / name, RAW), values.reshape(1, 5))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("missing.png", None, "AIE-CLI-002"),
        ("empty.png", b"", "AIE-CLI-003"),
        ("text.jpg", b"no picture", "AIE-CLI-003"),
        ("short.bin", b"1234", "AIE-CLI-004"),
        ("long.bin", b"123456", "AIE-CLI-004"),
        ("text.npy", b"no array", "AIE-CLI-010"),
        ("empty.npy", b"", "AIE-CLI-010"),
        ("version.npy", npy("(5,)")[:6] + b"\x09" + npy("(5,)")[7:], "AIE-CLI-010"),
        ("cut.npy", npy("(5,)")[:20], "AIE-CLI-010"),
        ("too few.npy", npy("(5,)"), "AIE-CLI-010"),
        ("petabytes.npy", npy("(1 << 50,)"), "AIE-CLI-010"),
        ("too many.npy", npy("(999999999999999,)"), "AIE-CLI-010"),
        ("unclosed.npy", npy("(((((((((("), "AIE-CLI-010"),
        ("archive.npy", b"PK\x03\x04" + bytes(30), "AIE-CLI-010"),
        ("huge.npy", b"\x93NUMPY" + bytes(1 << 20), "AIE-CLI-004"),
    ],
)
def test_bad_files_are_named(tmp_path: Path, name: str, content: bytes | None, code: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    spec = RAW if path.suffix in (".bin", ".npy") else RGB_UINT8
    with pytest.raises(AiedgeError) as caught:
        read_input(path, spec)
    assert caught.value.code == code
    assert name in str(caught.value)


@pytest.mark.parametrize("suffix", ["bin", "npy", "jpg"])
@pytest.mark.parametrize("kind", ["pipe", "zero", "sparse"])
def test_what_has_no_end_is_refused_at_once(tmp_path: Path, suffix: str, kind: str) -> None:
    path = tmp_path / f"input.{suffix}"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "zero":
        path.symlink_to("/dev/zero")
    else:
        with path.open("wb") as file:
            file.truncate(1 << 40)
    with pytest.raises(AiedgeError):
        read_input(path, RGB_UINT8 if suffix == "jpg" else RAW)


def test_a_pickled_npy_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "objects.npy"
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(UsageError):
        read_input(path, RAW)


def test_a_truncated_picture_is_refused(picture: Path) -> None:
    picture.write_bytes(picture.read_bytes()[:-30])
    with pytest.raises(UsageError):
        read_input(picture, RGB_UINT8)


def test_a_picture_for_a_model_without_one_is_refused(picture: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_input(picture, RAW)
    assert caught.value.code == "AIE-CLI-005"


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    Image.new("1", (20000, 8000)).save(path)
    with pytest.raises(UsageError):
        read_input(path, RGB_UINT8)


def test_a_picture_of_16_bits_is_refused_rather_than_clipped(tmp_path: Path) -> None:
    path = tmp_path / "deep.png"
    Image.fromarray(np.full((4, 6), 40_000, np.uint16)).save(path)
    with pytest.raises(UsageError, match="8-bit"):
        read_input(path, RGB_UINT8)


def test_other_formats_are_refused(tmp_path: Path, picture: Path) -> None:
    path = tmp_path / "picture.gif"
    Image.open(picture).save(path)
    with pytest.raises(UsageError, match=r"AIE-CLI-003.*JPEG, PNG or BMP"):
        read_input(path, RGB_UINT8)
