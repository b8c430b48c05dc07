"""Operators that multiply by a whole matrix."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.bias import bias_integers
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
    real_of,
    unsupported,
    value_of,
)
from aiedge.model.importers.onnx_ops.parts import quantization_of, weights_of
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import Activation, Coding, Constant, Pending, Value, Weights
from aiedge.model.ir.ops import FullyConnected


def matmul(builder: GraphBuilder, node: FileNode) -> None:
    """MatMul by weights between quantizations."""
    x = real_of(builder, node, 0)
    define(builder, node, _dense(builder, node, x, weights_of(builder, node, 1), False, None))


def qlinear_matmul(builder: GraphBuilder, node: FileNode) -> None:
    """QLinearMatMul by weights."""
    x = coded_input(builder, node, 0)
    w = coded_weights(builder, node, 3, -1, 4, 5)
    pending = _dense(builder, node, x, w, False, None)
    define(builder, node, pending.emit(coding_of(builder, node, 6, 7), -math.inf, math.inf))


def gemm(builder: GraphBuilder, node: FileNode) -> None:
    """Gemm by weights between quantizations."""
    transposed = _check_gemm(node)
    x = real_of(builder, node, 0)
    bias = value_of(builder, node, 2) if has_input(node, 2) else None
    define(builder, node, _dense(builder, node, x, weights_of(builder, node, 1), transposed, bias))


def qgemm(builder: GraphBuilder, node: FileNode) -> None:
    """ONNX Runtime's QGemm."""
    transposed = _check_gemm(node)
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


def _check_gemm(node: FileNode) -> bool:
    """Whether the weights are transposed."""
    if real(node, "alpha", 1.0) != 1 or real(node, "beta", 1.0) != 1 or integer(node, "transA", 0):
        raise unsupported(node, "a Gemm with alpha, beta or transA")
    return bool(integer(node, "transB", 0))


def _dense(
    builder: GraphBuilder, node: FileNode, x: Activation, w: Weights, transposed: bool, bias: Value | None
) -> Pending:
    if w.array.ndim != 2 or len(x.shape) < 1:
        raise unsupported(node, f"a product of {list(x.shape)} and {list(w.shape)}")
    array: NDArray[Any] = w.array if transposed else w.array.T
    channels, depth = array.shape
    if x.shape[-1] != depth or min(channels, depth) < 1:
        raise invalid(node, f"its input {list(x.shape)} does not fit weights {list(w.shape)}")
    if w.scales.size > 1 and w.axis != (0 if transposed else 1):
        raise unsupported(node, "weights with a scale for each of their inputs")
    shape = (*x.shape[:-1], channels)
    order = tuple(range(len(shape)))
    units = np.broadcast_to(float(x.coding.scale) * w.scales.astype(np.float64), (channels,))

    def with_bias(integers: NDArray[np.int32]) -> Pending:
        def emit(coding: Coding, low: float, high: float) -> Activation:
            op = FullyConnected(*builder.clamp(coding, low, high))
            inputs = [
                builder.plain(node, x).tensor,
                builder.constant(node.inputs[1], builder.stored_array(array), quantization_of(builder, w, 0)),
                builder.constant(f"{node.outputs[0]}/bias", integers, None),
            ]
            return builder.add(node, op, inputs, shape, order, coding)

        def add_bias(more: NDArray[np.float64]) -> Pending:
            return with_bias(bias_integers(node, Constant(integers * units + more), channels, units))

        return Pending(node, shape, emit, add_bias=add_bias, channel_axis=len(shape) - 1)

    return with_bias(bias_integers(node, bias, channels, units))
