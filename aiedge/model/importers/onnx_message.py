"""One message of an .onnx file: its fields by name.

Only the fields that a quantized model needs are kept, by their numbers in onnx.proto3; all others are passed over, as
the format wants.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.model.importers.onnx_wire import LENGTH, VARINT, Field, Wire, WireError, listed, signed

MESSAGES: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "ModelProto": {"ir_version": 1, "graph": 7, "opset_import": 8},
        "OperatorSetIdProto": {"domain": 1, "version": 2},
        "GraphProto": {"node": 1, "initializer": 5, "input": 11, "output": 12, "sparse_initializer": 15},
        "NodeProto": {"input": 1, "output": 2, "name": 3, "op_type": 4, "attribute": 5, "domain": 7},
        "AttributeProto": {
            "name": 1,
            "f": 2,
            "i": 3,
            "s": 4,
            "t": 5,
            "floats": 7,
            "ints": 8,
            "strings": 9,
            "type": 20,
            "ref_attr_name": 21,
        },
        "TensorProto": {
            "dims": 1,
            "data_type": 2,
            "segment": 3,
            "float_data": 4,
            "int32_data": 5,
            "string_data": 6,
            "int64_data": 7,
            "name": 8,
            "raw_data": 9,
            "double_data": 10,
            "uint64_data": 11,
            "external_data": 13,
            "data_location": 14,
        },
        "ValueInfoProto": {"name": 1, "type": 2},
        "TypeProto": {"tensor_type": 1},
        "TypeProto.Tensor": {"elem_type": 1, "shape": 2},
        "TensorShapeProto": {"dim": 1},
        "TensorShapeProto.Dimension": {"dim_value": 1, "dim_param": 2},
    }
)
"""Field numbers by message and name, those that are read."""

_MAX_REPEATED = 65536
_MAX_NAME_BYTES = 65536


class Message:
    """The fields of a message that are read, by name."""

    def __init__(self, wire: Wire, kind: str, data: memoryview) -> None:
        numbers = {number: name for name, number in MESSAGES[kind].items()}
        self._kind = kind
        self._fields: dict[str, list[Field]] = {}
        for field in wire.fields(data):
            if field.number not in numbers:
                continue
            same = self._fields.setdefault(numbers[field.number], [])
            same.append(field)
            if len(same) > _MAX_REPEATED:
                raise WireError(f"{kind}.{numbers[field.number]} is there more than {_MAX_REPEATED} times")

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def all(self, name: str, wire: int = LENGTH) -> list[Any]:
        """The values of a field that may stand more than once, all stored in one way."""
        fields = self._fields.get(name, [])
        if any(field.wire != wire for field in fields):
            raise WireError(f"{self._kind}.{name} is stored in a wrong way")
        return [field.value for field in fields]

    def one(self, name: str) -> memoryview | None:
        """A field that holds a message or bytes and stands once at most."""
        found: list[memoryview] = self.all(name)
        if len(found) > 1:
            raise WireError(f"{self._kind}.{name} is there {len(found)} times")
        return found[0] if found else None

    def number(self, name: str) -> int:
        """A whole number; the last one counts; 0 where it is absent."""
        words: list[int] = self.all(name, VARINT)
        return signed(words[-1]) if words else 0

    def text(self, name: str) -> str:
        """A text, empty where it is absent."""
        found: list[memoryview] = self.all(name)
        return _text(found[-1]) if found else ""

    def texts(self, name: str) -> list[str]:
        """A list of texts."""
        return [_text(found) for found in self.all(name)]

    def numbers(self, name: str) -> NDArray[np.int64]:
        """A list of whole numbers, packed or not."""
        fields = self._fields.get(name, [])
        loose = np.array([signed(f.value) for f in fields if f.wire == VARINT], np.int64)
        packed = [listed(f.value) for f in fields if f.wire == LENGTH]
        if sum(f.wire in {VARINT, LENGTH} for f in fields) != len(fields) or (loose.size and packed):
            raise WireError(f"{self._kind}.{name} is stored in a wrong way")
        return np.concatenate(packed) if packed else loose

    def floats(self, name: str, dtype: str) -> NDArray[Any]:
        """A list of float32 or float64, packed or not."""
        raw = b"".join(f.value for f in self._fields.get(name, []) if f.wire != VARINT)
        if len(raw) % np.dtype(dtype).itemsize:
            raise WireError(f"{self._kind}.{name} ends within a number")
        return np.frombuffer(raw, np.dtype(dtype).newbyteorder("<"))


def _text(raw: memoryview) -> str:
    if len(raw) > _MAX_NAME_BYTES:
        raise WireError(f"a name has {len(raw)} bytes")
    return bytes(raw).decode("utf-8")
