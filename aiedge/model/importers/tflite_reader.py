"""The only code that touches the bytes of a .tflite file: untrusted bytes -> plain, checked data.

The schema package ``tflite`` and the flatbuffers runtime check nothing. Here every table, vtable, vector and
string is checked to lie in the file before it is read, every index is checked against what it points into,
counts and sizes are capped before anything is allocated, and whatever the parser still raises becomes a
:class:`ModelError`.

Format: flatbuffers' "internals" document and TensorFlow Lite's schema.fbs (version 3, identifier ``TFL3``).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import tflite
from flatbuffers.table import Table
from numpy.typing import NDArray

from aiedge.errors import ModelError
from aiedge.model.ir.limits import (
    MAX_CONSTANT_BYTES,
    MAX_FILE_BYTES,
    MAX_GRAPH_INPUTS,
    MAX_GRAPH_OUTPUTS,
    MAX_NODES,
    MAX_RANK,
    MAX_TENSORS,
)

ABSENT = -1
"""The index of an optional input that is not there."""

_IDENTIFIER = b"TFL3"
_MAX_NODE_TENSORS = 256
_MAX_NAME_BYTES = 65536
_CONV = ("Padding", "StrideH", "StrideW", "DilationHFactor", "DilationWFactor", "FusedActivationFunction")
_POOL = ("Padding", "StrideH", "StrideW", "FilterHeight", "FilterWidth", "FusedActivationFunction")
_RESIZE = ("AlignCorners", "HalfPixelCenters")
_LSTM = ("FusedActivationFunction", "CellClip", "TimeMajor", "DiagonalRecurrentTensors")
_MASKS = ("BeginMask", "EndMask", "EllipsisMask", "NewAxisMask", "ShrinkAxisMask", "Offset")
_OPTIONS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "ADD": ("AddOptions", ("FusedActivationFunction",)),
        "ARG_MAX": ("ArgMaxOptions", ("OutputType",)),
        "AVERAGE_POOL_2D": ("Pool2DOptions", _POOL),
        "CONCATENATION": ("ConcatenationOptions", ("Axis", "FusedActivationFunction")),
        "CONV_2D": ("Conv2DOptions", _CONV),
        "DEPTH_TO_SPACE": ("DepthToSpaceOptions", ("BlockSize",)),
        "DEPTHWISE_CONV_2D": ("DepthwiseConv2DOptions", (*_CONV, "DepthMultiplier")),
        "DIV": ("DivOptions", ("FusedActivationFunction",)),
        "FULLY_CONNECTED": ("FullyConnectedOptions", ("FusedActivationFunction", "WeightsFormat")),
        "GATHER": ("GatherOptions", ("Axis", "BatchDims")),
        "GELU": ("GeluOptions", ("Approximate",)),
        "LEAKY_RELU": ("LeakyReluOptions", ("Alpha",)),
        "MAX_POOL_2D": ("Pool2DOptions", _POOL),
        "MEAN": ("ReducerOptions", ("KeepDims",)),
        "MUL": ("MulOptions", ("FusedActivationFunction",)),
        "PACK": ("PackOptions", ("Axis",)),
        "RESIZE_BILINEAR": ("ResizeBilinearOptions", _RESIZE),
        "RESIZE_NEAREST_NEIGHBOR": ("ResizeNearestNeighborOptions", _RESIZE),
        "SOFTMAX": ("SoftmaxOptions", ("Beta",)),
        "SPACE_TO_DEPTH": ("SpaceToDepthOptions", ("BlockSize",)),
        "STRIDED_SLICE": ("StridedSliceOptions", _MASKS),
        "SUB": ("SubOptions", ("FusedActivationFunction",)),
        "UNIDIRECTIONAL_SEQUENCE_LSTM": ("UnidirectionalSequenceLSTMOptions", _LSTM),
        "UNPACK": ("UnpackOptions", ("Axis",)),
    }
)
_SOFFSET = struct.Struct("<i")
_UOFFSET = struct.Struct("<I")
_VOFFSET = struct.Struct("<H")


@dataclass(frozen=True, slots=True)
class FileTensor:
    """A tensor as the file has it. ``data``: a constant's raw bytes (a view of the file) or None."""

    place: str
    name: str
    shape: tuple[int, ...]
    type_name: str
    scales: NDArray[np.float32]
    zero_points: NDArray[np.int64]
    quantized_dimension: int
    is_variable: bool
    is_sparse: bool
    data: NDArray[np.uint8] | None


@dataclass(frozen=True, slots=True)
class FileOperator:
    """An operator as the file has it.

    ``inputs`` index the model's tensors or are :data:`ABSENT`; ``options`` maps the schema's accessor names
    to values (empty where the file has no options). ``intermediates`` index tensors that only say how values inside
    the operator are quantized.
    """

    place: str
    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, int | float]
    intermediates: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FileModel:
    """What the file says; all indices are in range."""

    tensors: tuple[FileTensor, ...]
    operators: tuple[FileOperator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def read_tflite(data: bytes, source: str) -> FileModel:
    """Read a whole .tflite file; ``source`` names it in errors. Raises ModelError, nothing else."""
    if len(data) > MAX_FILE_BYTES:
        raise ModelError("AIE-MOD-003", where=source, size_bytes=len(data), limit_bytes=MAX_FILE_BYTES)
    with _parser_errors(source):
        if len(data) < 8 or data[4:8] != _IDENTIFIER:
            raise ModelError("AIE-MOD-004", where=source, reason="it does not carry the identifier TFL3")
        root = tflite.Model()
        root.Init(data, _UOFFSET.unpack_from(data, 0)[0])
        return _Reader(data, source).model(_checked(root))


@contextmanager
def _parser_errors(place: str) -> Iterator[None]:
    """Turn whatever reading a damaged file raises into a ModelError that names ``place``."""
    try:
        yield
    except ModelError:
        raise
    except _DamageError as damage:
        raise ModelError("AIE-MOD-004", where=place, reason=str(damage)) from None
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
        struct.error,
    ) as error:
        reason = f"it cannot be parsed ({type(error).__name__})"
        raise ModelError("AIE-MOD-004", where=place, reason=reason) from error


class _DamageError(Exception):
    """The bytes break the format; the reader adds the place."""


class _CheckedTable(Table):  # type: ignore[misc]  # flatbuffers has no types
    """A flatbuffers table that lies in the file; takes the unchecked one's place under a schema class."""

    __slots__ = ("_fields",)

    def __init__(self, buffer: bytes, position: int) -> None:
        size = len(buffer)
        if not 4 <= position <= size - 4:
            raise _DamageError(f"a table at byte {position} lies outside the file")
        vtable = position - _SOFFSET.unpack_from(buffer, position)[0]
        if not 0 <= vtable <= size - 4:
            raise _DamageError(f"the table at byte {position} has its field list outside the file")
        vtable_bytes, table_bytes = struct.unpack_from("<HH", buffer, vtable)
        if vtable_bytes < 4 or vtable_bytes % 2 or vtable + vtable_bytes > size:
            raise _DamageError(f"the table at byte {position} has a field list of {vtable_bytes} bytes")
        if table_bytes < 4 or position + table_bytes > size:
            raise _DamageError(f"the table at byte {position} ends outside the file")
        self._fields = struct.unpack_from(f"<{vtable_bytes // 2 - 2}H", buffer, vtable + 4)
        if any(field >= table_bytes for field in self._fields):
            raise _DamageError(f"the table at byte {position} has a field outside itself")
        super().__init__(buffer, position)

    def Offset(self, vtableOffset: int) -> int:  # noqa: N802, N803 - the base class's names
        index = vtableOffset // 2 - 2
        offset: int = self._fields[index] if index < len(self._fields) else 0
        return offset

    def Indirect(self, off: int) -> int:  # noqa: N802 - the base class's name
        return off + self._unsigned(off)

    def String(self, off: int) -> bytes:  # noqa: N802 - the base class's name
        start = off + self._unsigned(off)
        length = self._unsigned(start)
        if length > min(_MAX_NAME_BYTES, len(self.Bytes) - start - 4):
            raise _DamageError(f"a text of {length} bytes")
        return bytes(self.Bytes[start + 4 : start + 4 + length])

    def VectorLen(self, off: int) -> int:  # noqa: N802 - the base class's name
        start = self.Pos + off
        length: int = self._unsigned(start + self._unsigned(start))
        return length

    def Vector(self, off: int) -> int:  # noqa: N802 - the base class's name
        start: int = self.Pos + off
        return start + self._unsigned(start) + 4

    def Union(self, t2: Table, off: int) -> None:  # noqa: N802 - the base class's name
        t2.Bytes = self.Bytes
        t2.Pos = self.Indirect(self.Pos + off)

    def _unsigned(self, position: int) -> int:
        if not 0 <= position <= len(self.Bytes) - 4:
            raise _DamageError(f"an offset leads to byte {position}, outside the file")
        value: int = _UOFFSET.unpack_from(self.Bytes, position)[0]
        return value

    def GetVectorAsNumpy(self, flags: Any, off: int) -> NDArray[Any]:  # noqa: N802 - the base class's name
        start, count = self.Vector(off), self.VectorLen(off)
        if count * flags.bytewidth > len(self.Bytes) - start:
            raise _DamageError(f"a list of {count} entries at byte {start} ends outside the file")
        vector: NDArray[Any] = super().GetVectorAsNumpy(flags, off)
        return vector


def _checked(table: Any) -> Any:
    """Put a checked table under an object of the schema package."""
    unchecked = table._tab
    table._tab = _CheckedTable(unchecked.Bytes, unchecked.Pos)
    return table


def _names_of(enumeration: type) -> dict[int, str]:
    return {value: name for name, value in vars(enumeration).items() if isinstance(value, int)}


_OPERATOR_NAMES = _names_of(tflite.BuiltinOperator)
_TYPE_NAMES = _names_of(tflite.TensorType)


class _Reader:
    """Reads one file, front to back."""

    def __init__(self, data: bytes, source: str) -> None:
        self._data = data
        self._source = source
        # Offsets may lead many tables to the same bytes: what is copied out is bounded by the file's size.
        self._copies_left = 4 * len(data) + 65536
        self._constants_left = min(MAX_CONSTANT_BYTES, 4 * len(data) + (64 << 20))

    def model(self, model: Any) -> FileModel:
        if model.Version() != 3:
            raise _DamageError(f"it has schema version {model.Version()}, not 3")
        if model.SubgraphsLength() != 1:
            feature = f"{model.SubgraphsLength()} subgraphs instead of one"
            raise ModelError("AIE-MOD-010", where=self._source, feature=feature)
        kinds = [
            self._kind(_checked(model.OperatorCodes(i)))
            for i in range(self._count(model.OperatorCodesLength(), "operator codes", MAX_NODES))
        ]
        buffer_count = self._count(model.BuffersLength(), "buffers", 2 * MAX_TENSORS)
        graph = _checked(model.Subgraphs(0))
        tensor_count = self._count(graph.TensorsLength(), "tensors", MAX_TENSORS)
        operator_count = self._count(graph.OperatorsLength(), "operators", MAX_NODES)
        inputs = self._indices(graph, "Inputs", tensor_count, MAX_GRAPH_INPUTS)
        outputs = self._indices(graph, "Outputs", tensor_count, MAX_GRAPH_OUTPUTS)
        if ABSENT in inputs or ABSENT in outputs:
            raise _DamageError("an input or output of the model is absent")
        return FileModel(
            tensors=tuple(self._tensor(model, graph, i, buffer_count) for i in range(tensor_count)),
            operators=tuple(self._operator(graph, i, kinds, tensor_count) for i in range(operator_count)),
            inputs=inputs,
            outputs=outputs,
        )

    def _kind(self, code: Any) -> str:
        # Files before schema 3a have only the deprecated field, newer ones both or only the new one.
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        return _OPERATOR_NAMES.get(number, f"number {number}")

    def _tensor(self, model: Any, graph: Any, index: int, buffer_count: int) -> FileTensor:
        place = f"{self._source}: tensor {index}"
        with _parser_errors(place):
            tensor = _checked(graph.Tensors(index))
            name = self._text(tensor.Name())
            place = f"{place} {name[:80]!r}"
        with _parser_errors(place):
            scales, zero_points, axis = self._quantization(tensor)
            return FileTensor(
                place=place,
                name=name,
                shape=self._shape(tensor),
                type_name=_TYPE_NAMES.get(tensor.Type(), f"number {tensor.Type()}"),
                scales=scales,
                zero_points=zero_points,
                quantized_dimension=axis,
                is_variable=bool(tensor.IsVariable()),
                is_sparse=tensor.Sparsity() is not None,
                data=self._constant(model, tensor.Buffer(), buffer_count),
            )

    def _shape(self, tensor: Any) -> tuple[int, ...]:
        rank = self._count(tensor.ShapeLength(), "axes", MAX_RANK)
        return tuple(int(size) for size in tensor.ShapeAsNumpy()) if rank else ()

    def _quantization(self, tensor: Any) -> tuple[NDArray[np.float32], NDArray[np.int64], int]:
        table = tensor.Quantization()
        if table is None:
            return np.empty(0, np.float32), np.empty(0, np.int64), 0
        table = _checked(table)
        if table.DetailsType() != 0:
            raise ModelError("AIE-MOD-010", where=self._source, feature="a custom quantization")
        return (
            self._copied(table.ScaleAsNumpy(), np.float32),
            self._copied(table.ZeroPointAsNumpy(), np.int64),
            int(table.QuantizedDimension()),
        )

    def _constant(self, model: Any, index: int, buffer_count: int) -> NDArray[np.uint8] | None:
        if index == 0:
            return None
        if index >= buffer_count:
            raise _DamageError(f"its buffer is number {index} of {buffer_count}")
        buffer = _checked(model.Buffers(index))
        data: NDArray[np.uint8]
        if buffer.Offset() > 1:
            # Files above 2 GB keep their data after the flatbuffer; 0 and 1 mean "not so".
            start, size = buffer.Offset(), buffer.Size()
            if start > len(self._data) or size > len(self._data) - start:
                raise _DamageError(f"its data, {size} bytes at byte {start}, lies outside the file")
            data = np.frombuffer(self._data, np.uint8, count=size, offset=start)
        elif buffer.DataLength() == 0:
            return None
        else:
            data = buffer.DataAsNumpy()
        self._constants_left -= data.size
        if self._constants_left < 0:
            raise _DamageError("its tensors share constants more often than a model does")
        return data

    def _operator(self, graph: Any, index: int, kinds: list[str], tensor_count: int) -> FileOperator:
        place = f"{self._source}: operator {index}"
        with _parser_errors(place):
            operator = _checked(graph.Operators(index))
            if operator.OpcodeIndex() >= len(kinds):
                raise _DamageError(f"its code is number {operator.OpcodeIndex()} of {len(kinds)}")
            kind = kinds[operator.OpcodeIndex()]
            place = f"{place} {kind}"
        with _parser_errors(place):
            outputs = self._indices(operator, "Outputs", tensor_count, _MAX_NODE_TENSORS)
            intermediates = self._indices(operator, "Intermediates", tensor_count, _MAX_NODE_TENSORS)
            if ABSENT in outputs or ABSENT in intermediates:
                raise _DamageError("an output is absent")
            return FileOperator(
                place=place,
                kind=kind,
                inputs=self._indices(operator, "Inputs", tensor_count, _MAX_NODE_TENSORS),
                outputs=outputs,
                options=self._options(operator, kind),
                intermediates=intermediates,
            )

    def _options(self, operator: Any, kind: str) -> Mapping[str, int | float]:
        union = operator.BuiltinOptions()
        if kind not in _OPTIONS or union is None:
            return {}
        class_name, fields = _OPTIONS[kind]
        if operator.BuiltinOptionsType() != getattr(tflite.BuiltinOptions, class_name):
            raise _DamageError(f"its options are of type {operator.BuiltinOptionsType()}")
        options = getattr(tflite, class_name)()
        options.Init(union.Bytes, union.Pos)
        _checked(options)
        return {field: getattr(options, field)() for field in fields}

    def _indices(self, table: Any, field: str, tensor_count: int, limit: int) -> tuple[int, ...]:
        count = self._count(getattr(table, f"{field}Length")(), field.lower(), limit)
        self._spend(4 * count)
        indices = tuple(int(i) for i in getattr(table, f"{field}AsNumpy")()) if count else ()
        for index in indices:
            if not ABSENT <= index < tensor_count:
                raise _DamageError(f"{field.lower()} name tensor {index} of {tensor_count}")
        return indices

    def _count(self, count: int, unit: str, limit: int) -> int:
        if count > limit:
            raise ModelError("AIE-MOD-017", where=self._source, count=count, unit=unit, limit=limit)
        return count

    def _text(self, raw: bytes | None) -> str:
        self._spend(len(raw or b""))
        return (raw or b"").decode("utf-8")

    def _copied(self, vector: Any, dtype: type) -> NDArray[Any]:
        # An absent vector comes as the number 0.
        if isinstance(vector, int):
            return np.empty(0, dtype)
        self._spend(vector.nbytes)
        copy: NDArray[Any] = vector.astype(dtype)
        return copy

    def _spend(self, byte_count: int) -> None:
        self._copies_left -= byte_count
        if self._copies_left < 0:
            raise _DamageError("its tables share names or lists more often than a model does")
