"""Operators between float and integers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import ModelError
from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.fields import (
    INTEGERS,
    Importer,
    axis_of,
    coding_of,
    define,
    integer,
    invalid,
    scales_of,
    told,
    unsupported,
    value_of,
    weights,
    zero_points_of,
)
from aiedge.model.importers.onnx_ops.floats import float_value
from aiedge.model.importers.onnx_ops.tables import requantize, table_node
from aiedge.model.importers.onnx_reader import TYPES, FileNode
from aiedge.model.importers.onnx_values import (
    Activation,
    Coding,
    Constant,
    Function,
    Pending,
    Real,
    Value,
    Weights,
)


def quantize_linear(builder: GraphBuilder, node: FileNode) -> None:
    """QuantizeLinear: here an operator in float gets the coding of its output."""
    dtype = _output_type(node)
    value = value_of(builder, node, 0)
    if isinstance(value, Constant | Weights):
        # Some tools quantize again what the file has in integers already.
        floats = value.array if isinstance(value, Constant) else value.values().astype(np.float32)
        define(builder, node, _quantized_constant(builder, node, floats, dtype))
        return
    before = builder.tensor_count
    x = quantized(builder, node, value, coding_of(builder, node, 1, 2, dtype))
    define(builder, node, x)
    if x.tensor >= before:
        # The integers are what the file calls this output; the operator's own is the float before.
        builder.rename(x, node.outputs[0])


def dequantize_linear(builder: GraphBuilder, node: FileNode) -> None:
    """DequantizeLinear."""
    _check_plain(node)
    value = value_of(builder, node, 0)
    if isinstance(value, Constant):
        scales = scales_of(builder, node, 1)
        dtype, points = zero_points_of(builder, node, 2, scales.size, value.array.dtype.name)
        axis = integer(node, "axis", 1)
        define(builder, node, weights(node, value.array, scales, points, axis, dtype))
    elif isinstance(value, Activation) and not value.coding.is_float:
        coding = coding_of(builder, node, 1, 2, value.coding.dtype)
        define(builder, node, Real(told(builder, node, value, coding)))
    else:
        raise invalid(node, "its input is float already")


def quantized(builder: GraphBuilder, node: FileNode, value: Value, coding: Coding) -> Activation:
    """A value in float in the integers of a coding; here the node is made that computes what waited for it."""
    if isinstance(value, Pending):
        return value.emit(coding, value.low, value.high)
    if isinstance(value, Function):
        return table_node(builder, value.node, value.source, value.values, coding)
    if isinstance(value, Real):
        return requantize(builder, node, value.activation, coding)
    if isinstance(value, Activation) and not value.coding.is_float:
        raise invalid(node, "its input is quantized already")
    return builder.quantized(node, float_value(builder, node, value, node.inputs[0]), coding)


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "QuantizeLinear": quantize_linear,
        "DequantizeLinear": dequantize_linear,
        "com.microsoft.QuantizeLinear": quantize_linear,
        "com.microsoft.DequantizeLinear": dequantize_linear,
    }
)


def _check_plain(node: FileNode) -> None:
    if integer(node, "block_size", 0) != 0:
        raise unsupported(node, "a quantization in blocks")
    for name in ("output_dtype", "precision"):
        if TYPES.get(integer(node, name, 0), "float32") != "float32":
            raise unsupported(node, f"the attribute {name!r}")


def _output_type(node: FileNode) -> str:
    """The type of QuantizeLinear's output where no zero point tells it."""
    if integer(node, "block_size", 0) != 0 or integer(node, "precision", 0) not in {0, 1}:
        raise unsupported(node, "a quantization in blocks, or not in float32")
    number = integer(node, "output_dtype", 0)
    dtype = TYPES.get(number, f"number {number}") if number else "uint8"
    if dtype not in INTEGERS:
        raise ModelError("AIE-MOD-006", where=node.place, dtype=dtype)
    return dtype


def _quantized_constant(builder: GraphBuilder, node: FileNode, array: NDArray[Any], default: str) -> Constant:
    """Weights that the file keeps in float and quantizes itself."""
    scales = scales_of(builder, node, 1)
    dtype, points = zero_points_of(builder, node, 2, scales.size, default)
    if array.dtype != np.float32 or dtype not in INTEGERS:
        raise ModelError("AIE-MOD-006", where=node.place, dtype=f"{array.dtype.name} as {dtype}")
    if not np.all(np.isfinite(array)):
        raise invalid(node, "a constant that it quantizes is not finite")
    shape = [1] * array.ndim
    if scales.size > 1:
        axis = axis_of(node, integer(node, "axis", 1), array.ndim)
        if array.shape[axis] != scales.size:
            raise invalid(node, f"it has {scales.size} scales on axis {axis} of {list(array.shape)}")
        shape[axis] = scales.size
    limits = np.iinfo(dtype)
    with np.errstate(over="ignore"):
        rounded = np.rint(array / scales.reshape(shape))
    # Far beyond 8 bits nothing changes any more, and sums of small integers are exact in float32.
    shifted = np.clip(rounded, -1024, 1024) + points.astype(np.float32).reshape(shape)
    return Constant(np.clip(shifted, limits.min, limits.max).astype(dtype))
