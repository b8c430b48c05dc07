"""Arrays in ``.npy`` and ``.npz`` files, which may be hostile: headers are checked before memory is taken."""

from __future__ import annotations

import math
import os
import warnings
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import AiedgeError, UsageError
from aiedge.open_file import open_file

MAX_BYTES = 1 << 32
"""Of the arrays of one file."""

_MAX_ARRAYS = 1024
_MAX_AXES = 32


def read_npy(path: Path) -> NDArray[Any]:
    """The array of an ``.npy`` file. UsageError for one that is damaged, pickled, or too large; OSError passes."""
    with open_file(path) as file:
        return _array(file, os.fstat(file.fileno()).st_size, path, "")


def read_npz(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of an ``.npz`` file by name. Raises as :func:`read_npy`."""
    with open_file(path) as file:
        try:
            with zipfile.ZipFile(file) as archive:
                members = archive.infolist()
                if len(members) > _MAX_ARRAYS or sum(member.file_size for member in members) > MAX_BYTES:
                    raise _unusable(path, f"it holds more than {_MAX_ARRAYS} arrays or {MAX_BYTES} bytes")
                arrays = {}
                for member in members:
                    name = member.filename.removesuffix(".npy")
                    with archive.open(member) as stream:
                        arrays[name] = _array(stream, member.file_size, path, name)
                return arrays
        except (OSError, AiedgeError):
            raise
        except Exception as error:
            # The archive's reader and its decompressors raise a dozen types on damaged bytes; all mean this file.
            raise _unusable(path, f"it is no whole .npz file ({type(error).__name__})") from error


def _array(file: IO[bytes], size_bytes: int, path: Path, name: str) -> NDArray[Any]:
    what = f"{name!r}: " if name else ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of files that Python 2 wrote
            shape, in_columns, dtype = _header(file)
    except Exception as error:
        # NumPy raises half a dozen types on damaged headers; all of them mean this file.
        raise _unusable(path, f"{what}its header is damaged") from error
    if dtype.kind not in "biuf":
        raise _unusable(path, f"{what}it holds {dtype}, not numbers")
    if len(shape) > _MAX_AXES or any(not 0 <= size <= MAX_BYTES for size in shape):
        raise _unusable(path, f"{what}its shape is out of range")
    count = math.prod(shape)
    byte_count = count * dtype.itemsize
    if byte_count > min(size_bytes, MAX_BYTES):
        raise _unusable(path, f"{what}it says that it holds {byte_count} bytes and has fewer, or too many")
    content = file.read(byte_count)
    if len(content) != byte_count:
        raise _unusable(path, f"{what}it is cut off")
    array = np.frombuffer(content, dtype).reshape(shape, order="F" if in_columns else "C")
    return array.astype(dtype.newbyteorder("="), copy=False)


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    header: tuple[tuple[int, ...], bool, np.dtype[Any]] = read(file)
    return header


def _unusable(path: Path, reason: str) -> UsageError:
    return UsageError("AIE-CLI-010", where=str(path), reason=reason)
