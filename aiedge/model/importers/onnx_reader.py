"""The messages of an .onnx file: untrusted bytes -> plain, checked data.

Counts and sizes are capped before anything is made of them. Constants are views of the file.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import ModelError
from aiedge.model.importers.onnx_message import Message
from aiedge.model.importers.onnx_wire import FIXED32, Wire, WireError
from aiedge.model.ir.limits import (
    MAX_ELEMENTS,
    MAX_FILE_BYTES,
    MAX_GRAPH_INPUTS,
    MAX_GRAPH_OUTPUTS,
    MAX_NODES,
    MAX_RANK,
    MAX_TENSORS,
)

TYPES: Mapping[int, str] = MappingProxyType(
    {
        1: "float32",
        2: "uint8",
        3: "int8",
        4: "uint16",
        5: "int16",
        6: "int32",
        7: "int64",
        8: "string",
        9: "bool",
        10: "float16",
        11: "float64",
        12: "uint32",
        13: "uint64",
        14: "complex64",
        15: "complex128",
        16: "bfloat16",
        17: "float8e4m3fn",
        18: "float8e4m3fnuz",
        19: "float8e5m2",
        20: "float8e5m2fnuz",
        21: "uint4",
        22: "int4",
        23: "float4e2m1",
    }
)
"""Element types by number."""

_ARRAYS = frozenset(
    (
        "float32",
        "uint8",
        "int8",
        "uint16",
        "int16",
        "int32",
        "int64",
        "bool",
        "float16",
        "float64",
        "uint32",
        "uint64",
    )
)
_LISTS = MappingProxyType(
    {
        "float32": "float_data",
        "float64": "double_data",
        "int64": "int64_data",
        "uint32": "uint64_data",
        "uint64": "uint64_data",
    }
)
_FLOAT, _INT, _STRING, _TENSOR, _FLOATS, _INTS, _STRINGS = 1, 2, 3, 4, 6, 7, 8
_OTHER_ATTRIBUTES = MappingProxyType(
    {
        5: "a subgraph",
        9: "a list of tensors",
        10: "subgraphs",
        11: "a sparse tensor",
        12: "sparse tensors",
        13: "a type",
        14: "types",
    }
)
_MAX_NODE_TENSORS = 256
_MAX_ATTRIBUTES = 64
_MAX_ATTRIBUTE_VALUES = 4096
_MAX_OPSETS = 256

Attribute = float | int | bytes | NDArray[Any] | tuple[float, ...] | tuple[int, ...] | tuple[bytes, ...]
"""A setting of an operator; a tensor comes as an array."""


@dataclass(frozen=True, slots=True)
class FileInput:
    """An input as the file declares it; an axis whose size is open is None."""

    place: str
    name: str
    type_name: str
    shape: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class FileNode:
    """An operator as the file has it; the name of an optional tensor that is not there is empty."""

    place: str
    name: str
    kind: str
    domain: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute]


@dataclass(frozen=True, slots=True)
class FileModel:
    """What the file says. ``inputs`` are those without a value of their own."""

    nodes: tuple[FileNode, ...]
    constants: Mapping[str, NDArray[Any]]
    inputs: tuple[FileInput, ...]
    outputs: tuple[str, ...]
    opsets: Mapping[str, int]


def read_onnx(data: bytes, source: str) -> FileModel:
    """Read a whole .onnx file; ``source`` names it in errors. Raises ModelError, nothing else."""
    if len(data) > MAX_FILE_BYTES:
        raise ModelError("AIE-MOD-003", where=source, size_bytes=len(data), limit_bytes=MAX_FILE_BYTES)
    with _damage(source):
        return _Reader(source).model(memoryview(data))


@contextmanager
def _damage(place: str) -> Iterator[None]:
    """Name the place where the bytes are damaged."""
    try:
        yield
    except UnicodeDecodeError:
        raise ModelError("AIE-MOD-040", where=place, reason="a name is no text") from None
    except WireError as error:
        raise ModelError("AIE-MOD-040", where=place, reason=error) from None


class _Reader:
    """Reads one file, from the outside in."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._wire = Wire()

    def model(self, data: memoryview) -> FileModel:
        model = self._message("ModelProto", data)
        graph = model.one("graph")
        if graph is None:
            raise WireError("it holds no graph")
        if model.number("ir_version") < 3:
            raise WireError(f"its version of the format is {model.number('ir_version')}")
        return self._graph(self._message("GraphProto", graph), self._opsets(model))

    def _message(self, kind: str, data: memoryview) -> Message:
        return Message(self._wire, kind, data)

    def _opsets(self, model: Message) -> dict[str, int]:
        opsets: dict[str, int] = {}
        for data in self._some(model, "opset_import", _MAX_OPSETS, "operator sets"):
            opset = self._message("OperatorSetIdProto", data)
            domain = opset.text("domain")
            domain = "" if domain == "ai.onnx" else domain
            if domain in opsets:
                raise WireError(f"it imports the operator set {domain!r} twice")
            opsets[domain] = opset.number("version")
        return opsets

    def _graph(self, graph: Message, opsets: Mapping[str, int]) -> FileModel:
        if "sparse_initializer" in graph:
            raise ModelError("AIE-MOD-010", where=self._source, feature="a sparse tensor")
        constants: dict[str, NDArray[Any]] = {}
        for data in self._some(graph, "initializer", MAX_TENSORS, "constants"):
            name, value = self._tensor(data, self._source)
            if name in constants:
                raise ModelError(
                    "AIE-MOD-009", where=self._source, reason=f"two constants have the name {name!r}"
                )
            constants[name] = value
        declared = [self._input(data) for data in self._some(graph, "input", MAX_TENSORS, "inputs")]
        # Before version 4 of the format a constant had to be declared as an input, too.
        inputs = [one for one in declared if one.name not in constants]
        if len(inputs) > MAX_GRAPH_INPUTS:
            raise self._too_many(len(inputs), "inputs", MAX_GRAPH_INPUTS)
        outputs = [
            self._message("ValueInfoProto", data).text("name")
            for data in self._some(graph, "output", MAX_GRAPH_OUTPUTS, "outputs")
        ]
        for what, names in (("inputs", [one.name for one in declared]), ("outputs", outputs)):
            twice = [name for name, count in Counter(names).items() if count > 1]
            if twice:
                raise ModelError(
                    "AIE-MOD-009", where=self._source, reason=f"two {what} have the name {twice[0]!r}"
                )
        nodes = [
            self._node(index, data)
            for index, data in enumerate(self._some(graph, "node", MAX_NODES, "operators"))
        ]
        return FileModel(tuple(nodes), constants, tuple(inputs), tuple(outputs), opsets)

    def _input(self, data: memoryview) -> FileInput:
        value = self._message("ValueInfoProto", data)
        name = value.text("name")
        place = f"{self._source}: input {name[:80]!r}"
        with _damage(place):
            kind = value.one("type")
            tensor = self._message("TypeProto", kind).one("tensor_type") if kind is not None else None
            if tensor is None:
                raise ModelError("AIE-MOD-010", where=place, feature="an input that is no tensor")
            told = self._message("TypeProto.Tensor", tensor)
            shape = told.one("shape")
            if shape is None:
                raise ModelError("AIE-MOD-008", where=place, shape="?")
            dims = self._message("TensorShapeProto", shape).all("dim")
            if len(dims) > MAX_RANK:
                raise self._too_many(len(dims), "axes", MAX_RANK, place)
            return FileInput(
                place=place,
                name=name,
                type_name=_type(told.number("elem_type")),
                shape=tuple(self._size(dim) for dim in dims),
            )

    def _size(self, data: memoryview) -> int | None:
        dim = self._message("TensorShapeProto.Dimension", data)
        return dim.number("dim_value") if "dim_value" in dim else None

    def _node(self, index: int, data: memoryview) -> FileNode:
        place = f"{self._source}: node {index}"
        with _damage(place):
            node = self._message("NodeProto", data)
            kind, name = node.text("op_type"), node.text("name")
            domain = node.text("domain")
            place = f"{place} {kind[:80]} {name[:80]!r}"
        with _damage(place):
            attributes: dict[str, Attribute] = {}
            for raw in self._some(node, "attribute", _MAX_ATTRIBUTES, "attributes", place):
                key, value = self._attribute(raw, place)
                if key in attributes:
                    raise WireError(f"it has the attribute {key!r} twice")
                attributes[key] = value
            self._some(node, "input", _MAX_NODE_TENSORS, "inputs", place)
            self._some(node, "output", _MAX_NODE_TENSORS, "outputs", place)
            return FileNode(
                place=place,
                name=name,
                kind=kind,
                domain="" if domain == "ai.onnx" else domain,
                inputs=tuple(node.texts("input")),
                outputs=tuple(node.texts("output")),
                attributes=attributes,
            )

    def _attribute(self, data: memoryview, place: str) -> tuple[str, Attribute]:
        attribute = self._message("AttributeProto", data)
        name, kind = attribute.text("name"), attribute.number("type")
        if kind in _OTHER_ATTRIBUTES or "ref_attr_name" in attribute:
            feature = f"{_OTHER_ATTRIBUTES.get(kind, 'a reference')} in the attribute {name!r}"
            raise ModelError("AIE-MOD-010", where=place, feature=feature)
        value: Attribute
        if kind == _FLOAT:
            value = _float(attribute)
        elif kind == _INT:
            value = attribute.number("i")
        elif kind == _STRING:
            value = bytes(attribute.one("s") or b"")
        elif kind == _TENSOR:
            value = self._tensor(attribute.one("t") or memoryview(b""), place)[1]
        elif kind == _FLOATS:
            value = tuple(float(one) for one in _few(attribute.floats("floats", "float32")))
        elif kind == _INTS:
            value = tuple(int(one) for one in _few(attribute.numbers("ints")))
        elif kind == _STRINGS:
            value = tuple(bytes(one) for one in _few(attribute.all("strings")))
        else:
            raise WireError(f"the attribute {name!r} has the type {kind}")
        return name, value

    def _tensor(self, data: memoryview, place: str) -> tuple[str, NDArray[Any]]:
        tensor = self._message("TensorProto", data)
        name = tensor.text("name")
        place = f"{place}: tensor {name[:80]!r}"
        with _damage(place):
            kind = _type(tensor.number("data_type"))
            if tensor.number("data_location") != 0 or "external_data" in tensor:
                raise ModelError("AIE-MOD-041", where=place)
            if kind not in _ARRAYS:
                raise ModelError("AIE-MOD-006", where=place, dtype=kind)
            if "segment" in tensor:
                raise ModelError("AIE-MOD-010", where=place, feature="a tensor in segments")
            dims = [int(size) for size in tensor.numbers("dims")]
            if len(dims) > MAX_RANK:
                raise self._too_many(len(dims), "axes", MAX_RANK, place)
            count = 1
            for size in dims:
                count *= size
                if size < 0:
                    raise ModelError("AIE-MOD-008", where=place, shape=dims)
                if count > MAX_ELEMENTS:
                    raise self._too_many(count, "elements", MAX_ELEMENTS, place)
            values = _values(tensor, kind)
            if values.size != count:
                raise WireError(f"it has {values.size} elements and its shape {dims} needs {count}")
            return name, values.reshape(dims)

    def _some(
        self, message: Message, name: str, limit: int, unit: str, place: str | None = None
    ) -> list[memoryview]:
        found: list[memoryview] = message.all(name)
        if len(found) > limit:
            raise self._too_many(len(found), unit, limit, place)
        return found

    def _too_many(self, count: int, unit: str, limit: int, place: str | None = None) -> ModelError:
        return ModelError("AIE-MOD-017", where=place or self._source, count=count, unit=unit, limit=limit)


def _type(number: int) -> str:
    return TYPES.get(number, f"number {number}")


def _float(attribute: Message) -> float:
    found: list[memoryview] = attribute.all("f", FIXED32)
    return float(struct.unpack("<f", found[-1])[0]) if found else 0.0


def _few(values: Sequence[Any] | NDArray[Any]) -> Sequence[Any] | NDArray[Any]:
    if len(values) > _MAX_ATTRIBUTE_VALUES:
        raise WireError(f"an attribute has {len(values)} values")
    return values


def _values(tensor: Message, kind: str) -> NDArray[Any]:
    """All elements in one axis; they stand as raw bytes or in the list for their type."""
    dtype = np.dtype(kind).newbyteorder("<")
    raw = tensor.one("raw_data")
    if raw is not None:
        if len(raw) % dtype.itemsize:
            raise WireError("its data end within an element")
        return np.frombuffer(raw, dtype)
    if kind in {"float32", "float64"}:
        return tensor.floats(_LISTS[kind], kind)
    numbers = tensor.numbers(_LISTS.get(kind, "int32_data"))
    if kind == "float16":
        return numbers.astype(np.uint16).view(np.float16)
    return numbers.astype(dtype)
