"""Operators that treat each element alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.fields import (
    Importer,
    array_of,
    coded_input,
    coding_of,
    define,
    has_input,
    in_float,
    invalid,
    real,
    real_value,
    unsupported,
    value_of,
)
from aiedge.model.importers.onnx_ops.folding import fold
from aiedge.model.importers.onnx_ops.parts import quantization_of
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import Activation, Coding, Constant, Pending, Real, Value, Weights
from aiedge.model.ir.ops import Add


def add(builder: GraphBuilder, node: FileNode) -> None:
    """Add: of two values between quantizations, or of a bias to a product."""
    a, b = value_of(builder, node, 0), value_of(builder, node, 1)
    if isinstance(a, Constant) and isinstance(b, Constant):
        fold(builder, node)
        return
    for x, bias in ((a, b), (b, a)):
        if isinstance(x, Pending) and isinstance(bias, Constant | Weights):
            define(builder, node, _with_bias(node, x, bias))
            return
    define(builder, node, _add(builder, node, a, b))


def qlinear_add(builder: GraphBuilder, node: FileNode) -> None:
    """ONNX Runtime's QLinearAdd."""
    a, b = Real(coded_input(builder, node, 0)), Real(coded_input(builder, node, 3))
    pending = _add(builder, node, a, b)
    define(builder, node, pending.emit(coding_of(builder, node, 6, 7), -math.inf, math.inf))


def relu(builder: GraphBuilder, node: FileNode) -> None:
    """Relu: a bound of what makes its input."""
    _bound(builder, node, 0.0, math.inf)


def clip(builder: GraphBuilder, node: FileNode) -> None:
    """Clip with constant bounds."""
    if builder.opset < 11:
        low, high = real(node, "min", -3.4e38), real(node, "max", 3.4e38)
    else:
        low, high = _limit(builder, node, 1, -math.inf), _limit(builder, node, 2, math.inf)
    if low > high:
        raise invalid(node, f"its bounds are {low} and {high}")
    _bound(builder, node, low, high)


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "Add": add,
        "Relu": relu,
        "Clip": clip,
        "com.microsoft.QLinearAdd": qlinear_add,
    }
)


def _limit(builder: GraphBuilder, node: FileNode, index: int, default: float) -> float:
    if not has_input(node, index):
        return default
    value = value_of(builder, node, index)
    array = value.values() if isinstance(value, Weights) else array_of(builder, node, index)
    if array.size != 1 or array.dtype.kind != "f" or np.isnan(array.reshape(-1)[0]):
        raise unsupported(node, "a bound that is no single number")
    return float(array.reshape(-1)[0])


def _bound(builder: GraphBuilder, node: FileNode, low: float, high: float) -> None:
    x = value_of(builder, node, 0)
    if isinstance(x, Pending):
        # Two bounds one after another: the second holds the first ones, too.
        bounds = (min(max(x.low, low), high), min(max(x.high, low), high))
        define(builder, node, replace(x, low=bounds[0], high=bounds[1], add_bias=None))
        return
    source = real_value(builder, node, x, node.inputs[0])

    def emit(coding: Coding, first: float, last: float) -> Activation:
        changed = builder.requantize(node, source, coding)
        return builder.clamped(node, changed, first, last)

    define(builder, node, Pending(node, source.shape, emit, low, high))


def _with_bias(node: FileNode, x: Pending, bias: Constant | Weights) -> Pending:
    if x.add_bias is None:
        raise in_float(node, f"its input, made by {x.node.kind}, is not quantized")
    floats = bias.values() if isinstance(bias, Weights) else bias.array.astype(np.float64)
    shape = [1] * len(x.shape)
    shape[x.channel_axis] = x.shape[x.channel_axis]
    if floats.size != 1 and [*[1] * (len(shape) - floats.ndim), *floats.shape] != shape:
        raise unsupported(node, f"a bias of {list(floats.shape)} beside {list(x.shape)}")
    return x.add_bias(floats.reshape(-1))


def _add(builder: GraphBuilder, node: FileNode, a: Value, b: Value) -> Pending:
    constants = [isinstance(value, Constant | Weights) for value in (a, b)]
    if all(constants):
        raise unsupported(node, "a sum of constants")
    x = real_value(builder, node, b if constants[0] else a, node.inputs[0])
    other = a if constants[0] else b
    if isinstance(other, Constant | Weights):
        return _add_constant(builder, node, x, _single(builder, node, other, x))
    y = real_value(builder, node, other, node.inputs[1])
    if x.shape != y.shape:
        raise unsupported(node, f"a sum of the shapes {list(x.shape)} and {list(y.shape)}")

    def emit(coding: Coding, low: float, high: float) -> Activation:
        op = Add(*builder.clamp(coding, low, high))
        second = builder.ordered(node, y, x.order)
        return builder.add(node, op, [x.tensor, second.tensor], x.shape, x.order, coding)

    return Pending(node, x.shape, emit)


def _single(builder: GraphBuilder, node: FileNode, value: Constant | Weights, x: Activation) -> Weights:
    """A constant with one scale; a single number gets a scale of its own, in the type of ``x``."""
    if isinstance(value, Weights):
        if value.scales.size != 1 or value.array.dtype == np.int32:
            raise unsupported(node, "a constant with a scale for each channel, or in int32")
        return value
    number = np.float32(value.array.reshape(-1)[0]) if value.array.size == 1 else np.float32(np.nan)
    if not np.isfinite(number) or value.array.dtype.kind != "f":
        raise in_float(node, f"its constant {list(value.shape)} of {value.array.dtype} is not quantized")
    scale = max(np.abs(number), np.float32(1e-6)) / np.float32(127)
    dtype = builder.stored(x.coding)[0]
    zero_point = 128 if dtype == "uint8" else 0
    integers = np.full(value.shape, np.rint(number / scale) + zero_point, dtype)
    return Weights(integers, np.array([scale], np.float32), np.array([zero_point], np.int32), 0)


def _add_constant(builder: GraphBuilder, node: FileNode, x: Activation, w: Weights) -> Pending:
    rank = len(x.shape)
    shape = (*[1] * (rank - w.array.ndim), *w.shape)
    fits = len(shape) == rank and all(one in {1, size} for one, size in zip(shape, x.shape, strict=True))
    if not fits:
        raise unsupported(node, f"a sum of the shapes {list(x.shape)} and {list(w.shape)}")

    def emit(coding: Coding, low: float, high: float) -> Activation:
        op = Add(*builder.clamp(coding, low, high))
        whole = np.broadcast_to(w.array.reshape(shape), x.shape).transpose(x.order)
        constant = builder.constant(
            f"{node.outputs[0]}/constant", builder.stored_array(whole), quantization_of(builder, w, 0)
        )
        return builder.add(node, op, [x.tensor, constant], x.shape, x.order, coding)

    return Pending(node, x.shape, emit)
