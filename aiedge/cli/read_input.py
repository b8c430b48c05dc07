"""A file on the command line -> the tensor that a model's input takes."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aiedge.devices.picture_file import PictureError, read_picture
from aiedge.errors import InputError, UsageError
from aiedge.open_file import open_file
from aiedge.types import TensorSpec

# A picture of more pixels is refused before it is decoded: a few kilobytes of PNG can hold gigabytes.
MAX_PICTURE_PIXELS = 1 << 26
MAX_NPY_HEADER_BYTES = 1 << 16


def read_input(path: Path, spec: TensorSpec) -> NDArray[Any]:
    """Read ``path`` as the tensor of ``spec``.

    ``.npy`` and ``.bin`` are raw tensors of exactly the spec's dtype and size. Everything else is a picture: it is
    resized (bilinear, without keeping the aspect) to the input's height and width, made grey or RGB by its channels,
    and its 0..255 go in as they are (uint8) or less 128 (int8).

    Raises :class:`UsageError` for a file that cannot be read, :class:`InputError` for one that does not fit.
    """
    try:
        if path.suffix == ".npy":
            return _check(_npy(path, spec), spec, path)
        if path.suffix == ".bin":
            return _check(_raw(path, spec), spec, path)
        return _picture(path, spec)
    except OSError as error:
        raise UsageError("AIE-CLI-002", where=str(path), reason=error.strerror or error) from error


def read_pixels(path: Path) -> NDArray[np.uint8]:
    """A picture's pixels, (height, width, 3) RGB, or (height, width) when it is grey; raises UsageError."""
    try:
        pixels = _decoded(path, colour=True)
    except OSError as error:
        raise UsageError("AIE-CLI-002", where=str(path), reason=error.strerror or error) from error
    is_grey = bool((pixels[..., 0] == pixels[..., 1]).all() and (pixels[..., 1] == pixels[..., 2]).all())
    return np.ascontiguousarray(pixels[..., 0]) if is_grey else pixels


def _decoded(path: Path, *, colour: bool) -> NDArray[np.uint8]:
    try:
        with warnings.catch_warnings():
            # Pillow warns of a large picture; here one limit holds, and nothing but our error is printed.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return read_picture(path, MAX_PICTURE_PIXELS, colour=colour)
    except PictureError as error:
        raise UsageError("AIE-CLI-003", where=str(path), reason=error) from error


def _npy(path: Path, spec: TensorSpec) -> NDArray[Any]:
    content = _content(path, spec, MAX_NPY_HEADER_BYTES)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of files that Python 2 wrote
            array: NDArray[Any] = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    except Exception as error:
        # NumPy raises half a dozen types on damaged headers; all of them mean this file.
        raise UsageError("AIE-CLI-010", where=str(path), reason=_sentence(error)) from error
    return array


def _raw(path: Path, spec: TensorSpec) -> NDArray[Any]:
    content = _content(path, spec, 0)
    if len(content) % spec.dtype.itemsize:
        raise _misfit(f"{len(content)} bytes", spec, path)
    return np.frombuffer(content, spec.dtype)


def _content(path: Path, spec: TensorSpec, header_bytes: int) -> bytes:
    limit_bytes = int(np.prod(spec.shape)) * spec.dtype.itemsize + header_bytes
    with open_file(path) as file:
        size_bytes = os.fstat(file.fileno()).st_size
        if size_bytes > limit_bytes:
            raise _misfit(f"{size_bytes} bytes", spec, path)
        return file.read(limit_bytes)


def _sentence(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".")


def _check(array: NDArray[Any], spec: TensorSpec, path: Path) -> NDArray[Any]:
    if array.dtype != spec.dtype or array.size != int(np.prod(spec.shape)):
        raise _misfit(f"{array.dtype}{list(array.shape)}", spec, path)
    return np.ascontiguousarray(array.reshape(spec.shape))


def _misfit(given: str, spec: TensorSpec, path: Path) -> InputError:
    expected = f"{spec.dtype}{list(spec.shape)}"
    return InputError("AIE-CLI-004", where=str(path), given=given, name=spec.name, expected=expected)


def _picture(path: Path, spec: TensorSpec) -> NDArray[Any]:
    channels = spec.shape[3] if len(spec.shape) == 4 else 0
    if (
        channels not in (1, 3)
        or spec.shape[0] != 1
        or spec.dtype not in (np.dtype("int8"), np.dtype("uint8"))
    ):
        shape = f"{spec.dtype}{list(spec.shape)}"
        raise InputError("AIE-CLI-005", where=str(path), name=spec.name, shape=shape)
    height, width = spec.shape[1:3]
    picture = Image.fromarray(_decoded(path, colour=channels == 3))
    fitted = picture.resize((width, height), Image.Resampling.BILINEAR)
    pixels: NDArray[np.uint8] = np.asarray(fitted, dtype=np.uint8).reshape(spec.shape)
    # Flipping the top bit subtracts 128 in two's complement.
    return pixels if spec.dtype == np.uint8 else (pixels ^ np.uint8(0x80)).view(np.int8)
