"""Operators that multiply by a whole matrix."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.bias import bias_integers, bias_numbers, more_bias
from aiedge.model.importers.onnx_ops.fields import (
    Importer,
    coded_input,
    coded_weights,
    coding_of,
    define,
    has_input,
    integer,
    invalid,
    real,
    unsupported,
    value_of,
)
from aiedge.model.importers.onnx_ops.floats import clipped, finite, float_value, numbers_of
from aiedge.model.importers.onnx_ops.parts import quantization_of
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import (
    FLOAT,
    Activation,
    Coding,
    Constant,
    Floats,
    Pending,
    Real,
    Value,
    Weights,
)
from aiedge.model.ir.ops import FloatFullyConnected, FullyConnected


def matmul(builder: GraphBuilder, node: FileNode) -> None:
    """MatMul by weights: of integers where it stands between quantizations, else in float."""
    x, w = value_of(builder, node, 0), value_of(builder, node, 1)
    if isinstance(x, Real) and isinstance(w, Weights):
        define(builder, node, _dense(builder, node, x.activation, w, False, None))
    else:
        numbers = _matrix(node, numbers_of(node, w, node.inputs[1]))
        define(builder, node, _float_dense(builder, node, x, numbers, None))


def qlinear_matmul(builder: GraphBuilder, node: FileNode) -> None:
    """QLinearMatMul by weights."""
    x = coded_input(builder, node, 0)
    w = coded_weights(builder, node, 3, -1, 4, 5)
    pending = _dense(builder, node, x, w, False, None)
    define(builder, node, pending.emit(coding_of(builder, node, 6, 7), -math.inf, math.inf))


def gemm(builder: GraphBuilder, node: FileNode) -> None:
    """Gemm by weights: of integers where it stands between quantizations, else in float."""
    x, w = value_of(builder, node, 0), value_of(builder, node, 1)
    bias = value_of(builder, node, 2) if has_input(node, 2) else None
    if isinstance(x, Real) and isinstance(w, Weights) and _is_plain(node):
        transposed = bool(integer(node, "transB", 0))
        define(builder, node, _dense(builder, node, x.activation, w, transposed, bias))
    else:
        define(builder, node, _float_gemm(builder, node, x, w, bias))


def qgemm(builder: GraphBuilder, node: FileNode) -> None:
    """ONNX Runtime's QGemm."""
    if not _is_plain(node):
        raise unsupported(node, "a QGemm with alpha, beta or transA")
    transposed = bool(integer(node, "transB", 0))
    x = coded_input(builder, node, 0)
    w = coded_weights(builder, node, 3, 0 if transposed else 1, 4, 5)
    bias: Value | None = None
    if has_input(node, 6):
        given = value_of(builder, node, 6)
        if not isinstance(given, Constant) or given.array.dtype != np.int32:
            raise invalid(node, "its bias is no int32 constant")
        units = np.atleast_1d(x.coding.scale * w.scales)
        bias = Weights(given.array, units, np.zeros(units.size, np.int32), 0)
    if not has_input(node, 7):
        raise unsupported(node, "a QGemm with an output in float")
    pending = _dense(builder, node, x, w, transposed, bias)
    define(builder, node, pending.emit(coding_of(builder, node, 7, 8), -math.inf, math.inf))


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "MatMul": matmul,
        "QLinearMatMul": qlinear_matmul,
        "Gemm": gemm,
        "com.microsoft.QGemm": qgemm,
    }
)


def _is_plain(node: FileNode) -> bool:
    """Whether a Gemm is a product and a sum, without factors and with its first input as it is."""
    factors = (real(node, "alpha", 1.0), real(node, "beta", 1.0))
    return factors == (1.0, 1.0) and not integer(node, "transA", 0)


def _matrix(node: FileNode, array: Floats) -> Floats:
    """Weights as a matrix: axes of one element before it change nothing."""
    if array.ndim < 2 or any(size != 1 for size in array.shape[:-2]):
        raise unsupported(node, f"a product by weights {list(array.shape)}")
    return array.reshape(array.shape[-2:])


def _float_gemm(builder: GraphBuilder, node: FileNode, x: Value, w: Value, bias: Value | None) -> Activation:
    if integer(node, "transA", 0):
        raise unsupported(node, "a Gemm with transA")
    weights = numbers_of(node, w, node.inputs[1])
    matrix = weights.T if integer(node, "transB", 0) and weights.ndim == 2 else _matrix(node, weights)
    alpha, beta = real(node, "alpha", 1.0), real(node, "beta", 1.0)
    if alpha != 1:
        matrix = finite(node, matrix * np.float64(alpha), "its weights by alpha")
    if bias is not None and beta != 1:
        numbers = numbers_of(node, bias, node.inputs[2]).astype(np.float64)
        bias = Constant(finite(node, numbers * beta, "its bias by beta"))
    return _float_dense(builder, node, x, matrix, bias)


def _float_dense(
    builder: GraphBuilder, node: FileNode, value: Value, matrix: Floats, bias: Value | None
) -> Activation:
    """A product by a matrix (inputs, outputs)."""
    depth, channels = matrix.shape
    _check_fits(node, value.shape, (channels, depth))
    numbers = bias_numbers(node, bias, channels)
    shape = (*value.shape[:-1], channels)
    x = float_value(builder, node, value, node.inputs[0])
    inputs = [
        builder.plain(node, x).tensor,
        builder.constant(node.inputs[1], matrix.T, None),
        builder.constant(f"{node.outputs[0]}/bias", numbers, None),
    ]
    return builder.add(node, FloatFullyConnected(), inputs, shape, tuple(range(len(shape))), FLOAT)


def _check_fits(node: FileNode, x: tuple[int, ...], w: tuple[int, int]) -> None:
    """The input has as many elements in its last axis as the weights (outputs, inputs) read."""
    if len(x) < 1 or x[-1] != w[1] or min(w) < 1:
        raise invalid(node, f"its input {list(x)} does not fit weights for {w[1]} inputs and {w[0]} outputs")


def _dense(
    builder: GraphBuilder, node: FileNode, x: Activation, w: Weights, transposed: bool, bias: Value | None
) -> Pending:
    if w.array.ndim != 2 or len(x.shape) < 1:
        raise unsupported(node, f"a product of {list(x.shape)} and {list(w.shape)}")
    array: NDArray[Any] = w.array if transposed else w.array.T
    channels, depth = array.shape
    _check_fits(node, x.shape, (channels, depth))
    if w.scales.size > 1 and w.axis != (0 if transposed else 1):
        raise unsupported(node, "weights with a scale for each of their inputs")
    shape = (*x.shape[:-1], channels)
    order = tuple(range(len(shape)))
    units = np.broadcast_to(float(x.coding.scale) * w.scales.astype(np.float64), (channels,))

    def with_bias(bias: Value | None) -> Pending:
        integers = bias_integers(node, bias, channels, units)

        def emit(coding: Coding, low: float, high: float) -> Activation:
            if coding.is_float:
                numbers = finite(node, w.values(), "weights")
                matrix = numbers.T if transposed else numbers
                y = _float_dense(builder, node, Real(x), matrix, bias)
                return clipped(builder, node, y, low, high)
            op = FullyConnected(*builder.clamp(coding, low, high))
            inputs = [
                builder.plain(node, x).tensor,
                builder.constant(node.inputs[1], builder.stored_array(array), quantization_of(builder, w, 0)),
                builder.constant(f"{node.outputs[0]}/bias", integers, None),
            ]
            return builder.add(node, op, inputs, shape, order, coding)

        def add_bias(more: NDArray[np.float64]) -> Pending:
            return with_bias(more_bias(node, bias, more, channels))

        return Pending(node, shape, emit, add_bias=add_bias, channel_axis=len(shape) - 1)

    return with_bias(bias)
