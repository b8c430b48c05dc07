from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from aiedge.devices.picture_file import PictureError, read_picture

LIMIT = 10_000


def encoded(mode: str = "L", form: str = "PNG", size: tuple[int, int] = (24, 16)) -> bytes:
    rng = np.random.default_rng(0)
    grey = Image.fromarray(rng.integers(0, 256, (size[1], size[0]), dtype=np.uint8))
    buffer = io.BytesIO()
    grey.convert(mode).save(buffer, form)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["PNG", "BMP", "JPEG"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_grey_and_colour(tmp_path: Path, form: str, mode: str) -> None:
    file = tmp_path / "picture"
    file.write_bytes(encoded(mode, form))
    grey = read_picture(file, LIMIT)
    colour = read_picture(file, LIMIT, colour=True)
    assert (grey.shape, grey.dtype) == ((16, 24), np.uint8)
    assert (colour.shape, colour.dtype) == ((16, 24, 3), np.uint8)
    # The picture has no colour, so however it is stored, grey is each of the channels.
    assert np.abs(colour.astype(int) - grey[:, :, None]).max() <= (3 if form == "JPEG" else 0)


def test_limit_on_pixels_comes_before_decoding(tmp_path: Path) -> None:
    file = tmp_path / "large.png"
    data = bytearray(encoded())
    data[16:24] = (200_000).to_bytes(4, "big") * 2  # the header claims 40 gigapixels
    file.write_bytes(data)
    with pytest.raises(PictureError):
        read_picture(file, 10**12)
    file.write_bytes(encoded(size=(101, 100)))
    with pytest.raises(PictureError, match="101 x 100 pixels, more than the 10000 allowed"):
        read_picture(file, LIMIT)
    file.write_bytes(encoded(size=(100, 100)))
    assert read_picture(file, LIMIT).size == LIMIT


def test_more_bits_are_refused_not_clipped(tmp_path: Path) -> None:
    file = tmp_path / "deep.png"
    Image.new("I;16", (4, 4)).save(file, "PNG")
    with pytest.raises(PictureError, match="not 8-bit"):
        read_picture(file, LIMIT)


@pytest.mark.parametrize("form", ["GIF", "TIFF", "PPM"])
def test_other_formats_are_refused_whatever_their_name(tmp_path: Path, form: str) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(encoded(form=form))
    with pytest.raises(PictureError, match="not a JPEG, PNG or BMP"):
        read_picture(file, LIMIT)


def test_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_picture(tmp_path / "none.png", LIMIT)


@pytest.mark.parametrize("form", ["PNG", "BMP", "JPEG"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    cut=st.integers(0, 2000),
    flips=st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 255)), max_size=8),
)
def test_damage_gives_pixels_or_one_kind_of_error(
    tmp_path: Path, form: str, cut: int, flips: list[tuple[int, int]]
) -> None:
    data = bytearray(encoded("RGB", form)[: 2000 - cut])
    for place, bits in flips:
        if data:
            data[place % len(data)] ^= bits
    file = tmp_path / "damaged"
    file.write_bytes(data)
    try:
        pixels = read_picture(file, LIMIT)
    except PictureError:
        return  # and nothing but that
    assert pixels.dtype == np.uint8
    assert 0 < pixels.size <= LIMIT
