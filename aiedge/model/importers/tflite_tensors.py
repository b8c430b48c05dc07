"""Tensors of a .tflite file -> tensors of the graph, one by one as operators name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import ModelError
from aiedge.model.importers.tflite_reader import FileTensor
from aiedge.model.ir.graph import Quantization, Tensor
from aiedge.model.ir.limits import MAX_DIMENSION, MAX_ELEMENTS

_DTYPES: Mapping[str, str] = MappingProxyType(
    {"FLOAT32": "float32", "INT8": "int8", "UINT8": "uint8", "INT32": "int32"}
)


class TensorTable:
    """The graph's tensors so far. Tensors that only carry an operator's settings never enter it."""

    def __init__(self, file_tensors: Sequence[FileTensor]) -> None:
        self._file_tensors = file_tensors
        self._index_of: dict[int, int] = {}
        self._zeros_of: dict[tuple[int, str], int] = {}
        self._numbers_of: dict[int, int] = {}
        self._table_of: dict[tuple[str, bytes, float, int], int] = {}
        self.tensors: list[Tensor] = []

    def index(self, file_index: int) -> int:
        """The graph's index of the file's tensor; it is converted when first asked for."""
        if file_index not in self._index_of:
            self._index_of[file_index] = len(self.tensors)
            self.tensors.append(_converted(self._file_tensors[file_index]))
        return self._index_of[file_index]

    def get(self, file_index: int) -> Tensor:
        """The converted tensor itself."""
        return self.tensors[self.index(file_index)]

    def zero_bias(self, channels: int, dtype: str = "int32") -> int:
        """The graph's index of a bias of zeros, which the file does not have; one for each size."""
        key = (channels, dtype)
        if key not in self._zeros_of:
            zeros = np.zeros(channels, dtype)
            self._zeros_of[key] = self.add(Tensor(f"zero bias {channels}", (channels,), dtype, None, zeros))
        return self._zeros_of[key]

    def numbers(self, file_index: int) -> int:
        """The graph's index of a constant in float32: as it is, or what its integers or halves stand for."""
        tensor = self._file_tensors[file_index]
        if tensor.type_name == "FLOAT32" or tensor.data is None:
            return self.index(file_index)
        if file_index not in self._numbers_of:
            data = _numbers(tensor)
            made = Tensor(tensor.name, data.shape, "float32", None, data)
            self._numbers_of[file_index] = self.add(made)
        return self._numbers_of[file_index]

    def same(self, file_index: int, index: int) -> None:
        """Let the file's tensor, which nothing has named yet, be one of the graph's."""
        if file_index in self._index_of:
            reason = "it has a value already"
            raise _invalid(self._file_tensors[file_index], reason)
        self._index_of[file_index] = index

    def add(self, tensor: Tensor) -> int:
        """The graph's index of a new tensor that the file does not have, between two nodes of one operator."""
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def file_tensor(self, file_index: int) -> FileTensor:
        """The tensor as the file has it; it does not enter the graph."""
        return self._file_tensors[file_index]

    def constant(self, file_index: int) -> Tensor:
        """A tensor that becomes a setting of an operator: it is converted, and does not enter the graph."""
        return _converted(self._file_tensors[file_index])

    def table(self, name: str, output: Tensor, entries: NDArray[np.int64]) -> int:
        """The graph's index of a constant table of the output's dtype and quantization; equal ones are shared."""
        data = entries.astype(output.dtype)
        quantization = output.quantization
        if quantization is None or quantization.per_channel:
            raise ValueError(f"the output {output.name!r} of a table has not one scale")
        key = (output.dtype, data.tobytes(), float(quantization.scale), quantization.zero_point)
        if key not in self._table_of:
            self._table_of[key] = len(self.tensors)
            name = f"{name} {len(self._table_of)}"
            self.tensors.append(Tensor(name, data.shape, output.dtype, quantization, data))
        return self._table_of[key]

    def settings(self, file_index: int) -> list[int]:
        """The values of a constant int32 list that configures an operator (axes), at most 64."""
        tensor = self._file_tensors[file_index]
        if (
            tensor.type_name != "INT32"
            or tensor.data is None
            or tensor.data.size % 4
            or tensor.data.size > 256
        ):
            raise ModelError(
                "AIE-MOD-010", where=tensor.place, feature="a setting that is no short int32 constant"
            )
        return [int(value) for value in tensor.data.view("<i4")]


def _converted(tensor: FileTensor) -> Tensor:
    dtype = _dtype(tensor)
    shape = _shape(tensor)
    if tensor.is_variable or tensor.is_sparse:
        feature = "a variable tensor" if tensor.is_variable else "a sparse tensor"
        raise ModelError("AIE-MOD-010", where=tensor.place, feature=feature)
    # A bias is int32 in units of input scale x weight scale by definition; exporters write its own scales in
    # ways that other readers stumble over (a channel axis that it does not have), and nothing needs them.
    is_coded = dtype in {"int8", "uint8"}
    quantization = _quantization(tensor, shape, dtype) if is_coded else None
    return Tensor(tensor.name, shape, dtype, quantization, _data(tensor, shape, dtype))


def _numbers(tensor: FileTensor) -> NDArray[np.float32]:
    """What a constant of another type than float32 stands for."""
    if tensor.type_name == "FLOAT16":
        halves = _data(tensor, _shape(tensor), "float16")
        if halves is None:
            raise ValueError("called for a tensor without data")
        return halves.astype(np.float32)
    coded = _converted(tensor)
    if coded.quantization is None or coded.data is None:
        raise ModelError("AIE-MOD-006", where=tensor.place, dtype=tensor.type_name.lower())
    shape = [1] * len(coded.shape)
    if coded.quantization.per_channel:
        shape[coded.quantization.axis] = len(coded.quantization.scales)
    points = coded.quantization.zero_points.reshape(shape)
    with np.errstate(over="ignore"):
        scaled = (coded.data - points).astype(np.float32) * coded.quantization.scales.reshape(shape)
    numbers: NDArray[np.float32] = scaled.astype(np.float32)
    return numbers


def _dtype(tensor: FileTensor) -> str:
    if tensor.type_name not in _DTYPES:
        raise ModelError("AIE-MOD-006", where=tensor.place, dtype=tensor.type_name.lower())
    return _DTYPES[tensor.type_name]


def _shape(tensor: FileTensor) -> tuple[int, ...]:
    if any(size < 1 for size in tensor.shape):
        raise ModelError("AIE-MOD-008", where=tensor.place, shape=list(tensor.shape))
    count = 1
    for size in tensor.shape:
        count *= size
        if size > MAX_DIMENSION or count > MAX_ELEMENTS:
            raise ModelError(
                "AIE-MOD-017", where=tensor.place, count=count, unit="elements", limit=MAX_ELEMENTS
            )
    return tensor.shape


def _quantization(tensor: FileTensor, shape: tuple[int, ...], dtype: str) -> Quantization:
    scales, zero_points = tensor.scales, tensor.zero_points
    if scales.size == 0:
        raise ModelError("AIE-MOD-006", where=tensor.place, dtype=f"{dtype} without a scale")
    if zero_points.size != scales.size:
        if zero_points.size > 1:
            raise _invalid(tensor, f"it has {scales.size} scales and {zero_points.size} zero points")
        zero_points = np.full(scales.size, zero_points[0] if zero_points.size else 0, np.int64)
    axis = tensor.quantized_dimension if scales.size > 1 else 0
    if scales.size > 1 and not (0 <= axis < len(shape) and shape[axis] == scales.size):
        raise _invalid(tensor, f"it has {scales.size} scales on axis {axis} of the shape {list(shape)}")
    if not np.all(np.isfinite(scales) & (scales > 0)):
        raise _invalid(tensor, "a scale is not a positive number")
    limits = np.iinfo(dtype)
    if np.any((zero_points < limits.min) | (zero_points > limits.max)):
        raise _invalid(tensor, f"a zero point is outside {dtype}")
    return Quantization(scales, zero_points.astype(np.int32), axis)


def _data(tensor: FileTensor, shape: tuple[int, ...], dtype: str) -> NDArray[Any] | None:
    if tensor.data is None:
        return None
    values: np.dtype[Any] = np.dtype(dtype).newbyteorder("<")
    expected = int(np.prod(shape, dtype=np.int64)) * values.itemsize
    if tensor.data.size != expected:
        raise _invalid(tensor, f"it has {tensor.data.size} bytes of data and its shape needs {expected}")
    data: NDArray[Any] = tensor.data.view(values).reshape(shape)
    return data


def _invalid(tensor: FileTensor, reason: str) -> ModelError:
    return ModelError("AIE-MOD-009", where=tensor.place, reason=reason)
