"""All the samples that some files and folders hold, each read when it is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from aiedge.cli.read_input import MAX_PICTURE_PIXELS, read_input
from aiedge.cli.samples.array_file import read_npy, read_npz
from aiedge.cli.samples.stored import Scaling, as_input, channel_axis, misfit
from aiedge.devices.picture_file import SUFFIXES, PictureError, read_picture
from aiedge.errors import InputError, UsageError
from aiedge.open_file import open_file, read_file
from aiedge.types import TensorSpec

Arrays = list[NDArray[Any]]
T = TypeVar("T")
SAMPLE_SUFFIXES = (*SUFFIXES, ".npy", ".npz", ".bin")
_MAX_NAMED = 5
_LEAST_LIMIT_BYTES = 1 << 20


class Sample(NamedTuple):
    """``read`` gives the arrays, one for each input; it raises UsageError or InputError that names the file."""

    name: str
    read: Callable[[], Arrays]


@dataclass(frozen=True, slots=True)
class Form:
    """What the files are read as.

    ``scaling``: of integers and pixels for inputs in float; ``raw_dtype``: of ``.bin`` files (None: the input's);
    ``picture``: a whole way from a picture's file to the one input, in place of exact sizes and ``scaling``.
    """

    specs: Sequence[TensorSpec]
    scaling: Scaling | None = None
    raw_dtype: str | None = None
    picture: Callable[[Path], NDArray[Any]] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """``left_out``: files of a folder that are of no kind that holds samples."""

    samples: tuple[Sample, ...]
    left_out: tuple[Path, ...]


def find_samples(paths: Sequence[Path], form: Form) -> Found:
    """The samples of files and folders (with the folders inside), in the order of ``paths`` and of names.

    An ``.npy`` or ``.npz`` file may hold many, and is read here; other files are one each, read when asked for.
    Raises UsageError for what cannot be read or where there is no sample at all, InputError for what does not fit.
    """
    samples: list[Sample] = []
    left_out: list[Path] = []
    for path in paths:
        files, others = _told(path, _files)
        left_out += others
        if path.is_dir() and not files:
            raise UsageError("AIE-MOD-088", where=str(path), reason=_why_empty(others))
        for file in files:
            samples += _told(file, lambda named: list(_samples_of(named, form)))
    return Found(tuple(samples), tuple(left_out))


def _told(path: Path, work: Callable[[Path], T]) -> T:
    """What ``work`` makes of a path; UsageError that names it where the system refuses it."""
    try:
        return work(path)
    except OSError as error:
        raise UsageError("AIE-CLI-002", where=str(path), reason=error.strerror or error) from error


def _files(path: Path) -> tuple[list[Path], list[Path]]:
    if not path.is_dir():
        open_file(path).close()
        return [path], []
    found: list[Path] = []
    for folder, folders, names in os.walk(path, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(folder) / name for name in sorted(names) if not name.startswith(".")]
    found.sort()
    files = [file for file in found if file.suffix.lower() in SAMPLE_SUFFIXES]
    return files, [file for file in found if file.suffix.lower() not in SAMPLE_SUFFIXES]


def _unreadable(error: OSError) -> None:
    raise UsageError("AIE-CLI-002", where=str(error.filename), reason=error.strerror or error) from error


def _why_empty(others: Sequence[Path]) -> str:
    if not others:
        return "the folder is empty"
    named = ", ".join(file.name for file in others[:_MAX_NAMED])
    more = f" and {len(others) - _MAX_NAMED} more" if len(others) > _MAX_NAMED else ""
    return f"the folder has only {named}{more}"


def _samples_of(file: Path, form: Form) -> Iterator[Sample]:
    kind = file.suffix.lower()
    if kind == ".npz":
        yield from _npz(file, form)
        return
    if len(form.specs) != 1:
        named = ", ".join(repr(spec.name) for spec in form.specs)
        raise InputError("AIE-MOD-093", where=str(file), inputs=named, arrays="one array without a name")
    spec = form.specs[0]
    if kind == ".npy":
        yield from _together(file, form, [_split(read_npy(file), spec, file)])
    elif kind == ".bin":
        yield Sample(str(file), lambda: [_raw(file, spec, form)])
    else:
        yield Sample(str(file), lambda: [_picture(file, spec, form)])


def _npz(file: Path, form: Form) -> Iterator[Sample]:
    arrays = read_npz(file)
    chosen = [_named(arrays, spec, form.specs, file) for spec in form.specs]
    split = [_split(array, spec, file) for array, spec in zip(chosen, form.specs, strict=True)]
    yield from _together(file, form, split)


def _named(
    arrays: dict[str, NDArray[Any]], spec: TensorSpec, specs: Sequence[TensorSpec], file: Path
) -> NDArray[Any]:
    """The array of an input: that of its name, or of a model with one input the only one that has its form."""
    if spec.name in arrays:
        return arrays[spec.name]
    fitting = [array for array in arrays.values() if _count(array, spec) is not None]
    if len(specs) == 1 and len(fitting) == 1:
        return fitting[0]
    told = ", ".join(f"{name!r} {array.dtype}{list(array.shape)}" for name, array in arrays.items())
    wanted = ", ".join(f"{s.name!r} {s.dtype}{list(s.shape)}" for s in specs)
    raise InputError("AIE-MOD-093", where=str(file), inputs=wanted, arrays=told or "no array")


def _count(array: NDArray[Any], spec: TensorSpec) -> int | None:
    """How many samples an array holds; None where it has another form."""
    wanted = _long(spec.shape)
    if _long(array.shape) == wanted:
        return 1
    if array.ndim >= 1 and _long(array.shape[1:]) == wanted:
        return int(array.shape[0])
    return None


def _long(shape: Sequence[int]) -> list[int]:
    return [size for size in shape if size != 1]


def _split(array: NDArray[Any], spec: TensorSpec, file: Path) -> list[NDArray[Any]]:
    count = _count(array, spec)
    if count is None:
        raise misfit(f"{array.dtype}{list(array.shape)}", spec, file)
    if count == 0:
        raise UsageError("AIE-MOD-088", where=str(file), reason="its array holds no sample")
    return [array] if _long(array.shape) == _long(spec.shape) else list(array)


def _together(file: Path, form: Form, split: Sequence[list[NDArray[Any]]]) -> Iterator[Sample]:
    counts = {len(parts) for parts in split}
    if len(counts) != 1:
        told = ", ".join(
            f"{len(parts)} of {spec.name!r}" for parts, spec in zip(split, form.specs, strict=True)
        )
        wanted = ", ".join(repr(spec.name) for spec in form.specs)
        raise InputError("AIE-MOD-093", where=str(file), inputs=wanted, arrays=f"unequal numbers: {told}")
    for index in range(counts.pop()):
        yield Sample(f"{file}[{index}]", _reader(file, form, [parts[index] for parts in split], index))


def _reader(file: Path, form: Form, stored: Sequence[NDArray[Any]], index: int) -> Callable[[], Arrays]:
    def read() -> Arrays:
        return [
            as_input(array, spec, form.scaling, file, index)
            for array, spec in zip(stored, form.specs, strict=True)
        ]

    return read


def _raw(file: Path, spec: TensorSpec, form: Form) -> NDArray[Any]:
    dtype = np.dtype(form.raw_dtype or spec.dtype).newbyteorder("<")
    count = int(np.prod(spec.shape))
    content = _told(file, lambda named: read_file(named, max(count * 16, _LEAST_LIMIT_BYTES)))
    if len(content) != count * dtype.itemsize:
        raise InputError(
            "AIE-MOD-094",
            where=str(file),
            size_bytes=len(content),
            name=spec.name,
            count=count,
            dtype=dtype.name,
        )
    stored = np.frombuffer(content, dtype).astype(dtype.newbyteorder("="), copy=False)
    return as_input(stored, spec, form.scaling, file, 0)


def _picture(file: Path, spec: TensorSpec, form: Form) -> NDArray[Any]:
    if form.picture is not None:
        return form.picture(file)
    if spec.dtype.kind != "f":
        return read_input(file, spec)
    axis = channel_axis(spec)
    channels = spec.shape[axis]
    if len(spec.shape) != 4 or spec.shape[0] != 1 or channels not in {1, 3}:
        raise InputError(
            "AIE-CLI-005", where=str(file), name=spec.name, shape=f"{spec.dtype}{list(spec.shape)}"
        )
    if form.scaling is None:
        raise InputError("AIE-MOD-090", where=str(file), dtype="pixels", name=spec.name)
    try:
        pixels = read_picture(file, MAX_PICTURE_PIXELS, colour=channels == 3)
    except PictureError as error:
        raise UsageError("AIE-CLI-003", where=str(file), reason=error) from error
    except OSError as error:
        raise UsageError("AIE-CLI-002", where=str(file), reason=error.strerror or error) from error
    height, width = spec.shape[1:3] if axis == -1 else spec.shape[2:4]
    if pixels.shape[:2] != (height, width):
        given = f"{pixels.shape[1]} x {pixels.shape[0]}"
        raise InputError("AIE-MOD-091", where=str(file), given=given, expected=f"{width} x {height}")
    stored = pixels.reshape(height, width, channels)[np.newaxis]
    return as_input(stored if axis == -1 else stored.transpose(0, 3, 1, 2), spec, form.scaling, file, 0)
