"""The numbers of the bundle format 1 (docs/bundle-format.md), shared by the writer and the reader."""

from __future__ import annotations

import struct
from dataclasses import fields
from typing import Any

import numpy as np

from aiedge.model.ir.ops import ALL_OPS, Op

MAGIC = b"\x89AIE\r\n\x1a\n"
FORMAT_MAJOR = 1
FORMAT_MINOR = 1
ALIGNMENT = 64
REQUIRED = 1
ATTRIBUTES = 16
ATTRIBUTE_LAYOUT = 1
MAX_SECTIONS = 64
EXTRA_SECTIONS = (b"PREP", b"POST", b"PROV", b"GOLD", b"SIGN")
"""Beside graph, names, constants, labels and notes, in the order in which they stand; the signature is the last."""
MAX_SECTION_BYTES = {b"PROV": 1 << 20, b"GOLD": 1 << 24, b"SIGN": 1 << 12}

HEADER = struct.Struct("<8sHHIQII32s")
SECTION = struct.Struct("<4sIQQQ")
GRAPH = struct.Struct("<16s7I5I")
TENSOR = struct.Struct("<IIBBBB6ifiIQQQQ2Q")
NODE = struct.Struct("<8I64s")

HASH_OFFSET = 32
HASH_BYTES = 32

DTYPE_CODES = {"int8": 1, "uint8": 2, "int32": 3, "float32": 4}
DTYPE_NAMES = {code: name for name, code in DTYPE_CODES.items()}
KIND_ACTIVATION, KIND_CONSTANT = 0, 1
QUANTIZATION_NONE, QUANTIZATION_TENSOR, QUANTIZATION_CHANNEL = 0, 1, 2
OPS = {op.CODE: op for op in ALL_OPS}


def align(offset: int) -> int:
    """The next multiple of 64."""
    return -(-offset // ALIGNMENT) * ALIGNMENT


def little_endian(dtype: str) -> np.dtype[Any]:
    """The dtype as it stands in a bundle."""
    ordered: np.dtype[Any] = np.dtype(dtype).newbyteorder("<")
    return ordered


def attributes_of(op: Op) -> bytes:
    """An operation's fields in order, 32 bits each (i32, or f32 where the field is a float), padded to 16."""
    packed = b"".join(
        struct.pack("<f" if field.type == "float" else "<i", getattr(op, field.name)) for field in fields(op)
    )
    return packed.ljust(4 * ATTRIBUTES, b"\0")


def op_of(op_class: type[Op], attributes: bytes) -> Op:
    """The inverse of :func:`attributes_of`; a ValueError when a field beyond the operation's own is not 0."""
    kinds = "".join("f" if field.type == "float" else "i" for field in fields(op_class))
    used = 4 * len(kinds)
    if any(attributes[used:]):
        raise ValueError("an attribute that the operation does not have is not 0")
    return op_class(*struct.unpack_from(f"<{kinds}", attributes))
