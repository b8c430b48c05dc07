"""One picture file, which may be damaged or hostile, to pixels: for cameras that show files, and for commands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from aiedge.open_file import open_file

FORMATS = ("JPEG", "PNG", "BMP")
SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp")
# Pillow's modes with 8 bits a channel or fewer; it would clip the others without a word.
_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr")


class PictureError(ValueError):
    """A file is not a picture that we read; the text is part of a sentence."""


def read_picture(path: Path, max_pixels: int, *, colour: bool = False) -> NDArray[np.uint8]:
    """A JPEG, PNG or BMP file's pixels: (height, width) grey or, with ``colour``, (height, width, 3) RGB.

    Colour becomes grey by ITU-R BT.601's luma, which leaves a grey picture that is stored as colour
    unchanged. Raises :class:`PictureError` for whatever is wrong inside the file, before memory is taken for
    more than ``max_pixels``; ``OSError`` with an ``errno`` where the file cannot be opened.
    """
    with open_file(path) as file:
        try:
            with Image.open(file, formats=FORMATS) as picture:
                return _pixels(picture, max_pixels, "RGB" if colour else "L")
        except PictureError:
            raise
        except Exception as error:
            # Pillow's decoders raise a dozen types on damaged data; all of them mean this file.
            raise PictureError(_reason(error)) from error


def _pixels(picture: Image.Image, max_pixels: int, mode: str) -> NDArray[np.uint8]:
    width, height = picture.size
    if width * height > max_pixels:
        raise PictureError(f"it has {width} x {height} pixels, more than the {max_pixels} allowed")
    if picture.mode not in _MODES:
        raise PictureError(f"its pixel format {picture.mode} is not 8-bit grey or colour")
    return np.array(picture.convert(mode), dtype=np.uint8)


def _reason(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "it is not a JPEG, PNG or BMP picture"
    return f"it is damaged ({type(error).__name__}: {error})"
