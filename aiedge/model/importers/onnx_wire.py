"""Protobuf's wire format: untrusted bytes -> numbered fields, without copying.

Only this module reads bytes of an .onnx file. Every length is checked to lie in what encloses it, nothing is
allocated by a number that the file names, and the number of fields is bounded, so that a small file can neither
fill the memory nor keep the reader busy. Format: protobuf.dev, "Encoding".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
MAX_FIELDS = 1 << 21
MAX_LISTED = 1 << 24
"""How many numbers a list may have that stores each in a length of its own."""

_WORD = (1 << 64) - 1
_CHUNK = 1 << 20
_FIXED_BYTES = {FIXED64: 8, FIXED32: 4}


class WireError(ValueError):
    """The bytes are not what the format says."""


class Field(NamedTuple):
    """``value``: an unsigned 64-bit number for VARINT, else the bytes."""

    number: int
    wire: int
    value: Any


class Wire:
    """Reads the messages of one file; counts the fields of all of them together."""

    def __init__(self) -> None:
        self._fields_left = MAX_FIELDS

    def fields(self, data: memoryview) -> Iterator[Field]:
        """The fields of one message, in their order; WireError where it is damaged."""
        position, end = 0, len(data)
        while position < end:
            self._fields_left -= 1
            if self._fields_left < 0:
                raise WireError("it has more fields than a model")
            key, position = _varint(data, position)
            number, wire = key >> 3, key & 7
            if not 0 < number < 1 << 29:
                raise WireError(f"there is no field number {number}")
            if wire == VARINT:
                value, position = _varint(data, position)
                yield Field(number, wire, value)
                continue
            if wire == LENGTH:
                size, position = _varint(data, position)
            elif wire in _FIXED_BYTES:
                size = _FIXED_BYTES[wire]
            else:
                raise WireError(f"field {number} is stored in the unknown way {wire}")
            if size > end - position:
                raise WireError(f"field {number} with {size} bytes ends outside of its message")
            yield Field(number, wire, data[position : position + size])
            position += size


def signed(word: int) -> int:
    """The two's complement number of 64 bits."""
    return word - (1 << 64) if word >> 63 else word


def listed(data: memoryview) -> NDArray[np.int64]:
    """A packed list of varints as two's complement numbers."""
    raw = np.frombuffer(data, np.uint8)
    if np.count_nonzero(raw < 0x80) > MAX_LISTED:
        raise WireError(f"a list has more than {MAX_LISTED} numbers that are not raw data")
    parts: list[NDArray[np.uint64]] = []
    start = 0
    while start < raw.size:
        # Pieces keep what is needed beside the result small; each ends with a whole number.
        chunk = raw[start : start + _CHUNK]
        ends = np.flatnonzero(chunk < 0x80)
        if ends.size == 0:
            raise WireError("a list ends within a number")
        parts.append(_varints(chunk, ends))
        start += int(ends[-1]) + 1
    return np.concatenate(parts).view(np.int64) if parts else np.empty(0, np.int64)


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    """The number at a position, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            raise WireError("it ends within a number")
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & _WORD, position
    raise WireError("a number has more than ten bytes")


def _varints(chunk: NDArray[np.uint8], ends: NDArray[np.intp]) -> NDArray[np.uint64]:
    """The numbers that end at ``ends``."""
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts + 1
    longest = int(lengths.max())
    if longest > 10:
        raise WireError("a number has more than ten bytes")
    values = np.zeros(ends.size, np.uint64)
    for byte in range(longest):
        has = lengths > byte
        bits = (chunk[starts[has] + byte] & 0x7F).astype(np.uint64)
        values[has] |= bits << np.uint64(7 * byte)
    return values
