"""Operators that make one element of all on an axis, or weigh them against each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.fields import (
    Importer,
    axes_of,
    axis_of,
    coded_input,
    coding_of,
    define,
    integer,
    unsupported,
    value_of,
)
from aiedge.model.importers.onnx_ops.floats import binary, clipped, float_of, float_value, reduced, unary
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import FLOAT, Activation, Coding, Pending, Real, Value
from aiedge.model.ir.ops import FloatSoftmax, Mean, MeanOver, Op, Softmax, Sum
from aiedge.model.ir.ops.floating import BinaryFunction, ReduceFunction, UnaryFunction


def softmax(builder: GraphBuilder, node: FileNode) -> None:
    """Softmax: of integers where it stands between quantizations, else in float."""
    value = value_of(builder, node, 0)
    if isinstance(value, Real):
        define(builder, node, _softmax(builder, node, value.activation, builder.opset))
    else:
        x = float_value(builder, node, value, node.inputs[0])
        define(builder, node, _float_softmax(builder, node, x))


def log_softmax(builder: GraphBuilder, node: FileNode) -> None:
    """LogSoftmax in float: the difference to the greatest, less the logarithm of the sum of its exponentials."""
    x = float_of(builder, node, 0)
    axis, joined = _axis_of_softmax(node, x.shape, builder.opset)
    axes = list(range(axis, len(x.shape))) if joined else [axis]
    less = binary(builder, node, BinaryFunction.SUB, x, reduced(builder, node, x, ReduceFunction.MAX, axes))
    exponentials = unary(builder, node, less, UnaryFunction.EXP)
    total = reduced(builder, node, exponentials, ReduceFunction.SUM, axes)
    size = unary(builder, node, total, UnaryFunction.LOG)
    define(builder, node, binary(builder, node, BinaryFunction.SUB, less, size))


def qlinear_softmax(builder: GraphBuilder, node: FileNode) -> None:
    """ONNX Runtime's QLinearSoftmax."""
    x = coded_input(builder, node, 0)
    pending = _softmax(builder, node, x, integer(node, "opset", builder.opset))
    define(builder, node, pending.emit(coding_of(builder, node, 3, 4), -math.inf, math.inf))


def reduce(builder: GraphBuilder, node: FileNode) -> None:
    """ReduceMean and ReduceSum of integers where they stand between quantizations; all others in float."""
    value = value_of(builder, node, 0)
    rank = len(value.shape)
    axes = axes_of(builder, node, rank, 13 if node.kind == "ReduceSum" else 18)
    if axes is None:
        axes = [] if integer(node, "noop_with_empty_axes", 0) else list(range(rank))
    if not axes:
        raise unsupported(node, f"a {node.kind} over no axes")
    gone = tuple(size for axis, size in enumerate(value.shape) if axis not in axes)
    kept = tuple(1 if axis in axes else size for axis, size in enumerate(value.shape))
    shape = kept if integer(node, "keepdims", 1) else gone
    if isinstance(value, Real) and node.kind in {"ReduceMean", "ReduceSum"}:
        define(builder, node, _reduce(builder, node, value.activation, axes, kept, shape))
    else:
        define(builder, node, _float_reduce(builder, node, value, axes, shape))


_FLOATS: Mapping[str, tuple[UnaryFunction | None, ReduceFunction, UnaryFunction | None]] = MappingProxyType(
    {
        "ReduceL1": (UnaryFunction.ABS, ReduceFunction.SUM, None),
        "ReduceL2": (UnaryFunction.SQUARE, ReduceFunction.SUM, UnaryFunction.SQRT),
        "ReduceMax": (None, ReduceFunction.MAX, None),
        "ReduceMean": (None, ReduceFunction.MEAN, None),
        "ReduceMin": (UnaryFunction.NEG, ReduceFunction.MAX, UnaryFunction.NEG),
        "ReduceSum": (None, ReduceFunction.SUM, None),
        "ReduceSumSquare": (UnaryFunction.SQUARE, ReduceFunction.SUM, None),
    }
)
"""By the operator's name: what is done to each element before, to all of them together, and to the result."""
OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "Softmax": softmax,
        "LogSoftmax": log_softmax,
        "com.microsoft.QLinearSoftmax": qlinear_softmax,
        **dict.fromkeys(_FLOATS, reduce),
    }
)


def _float_reduce(
    builder: GraphBuilder, node: FileNode, value: Value, axes: list[int], shape: tuple[int, ...]
) -> Activation:
    before, function, after = _FLOATS[node.kind]
    y = float_value(builder, node, value, node.inputs[0])
    if before is not None:
        y = unary(builder, node, y, before)
    y = reduced(builder, node, y, function, axes)
    if after is not None:
        y = unary(builder, node, y, after)
    return builder.reshape(node, y, shape)


def _reduce(
    builder: GraphBuilder,
    node: FileNode,
    x: Activation,
    axes: list[int],
    kept: tuple[int, ...],
    shape: tuple[int, ...],
) -> Pending:
    rank = len(x.shape)
    is_image = node.kind == "ReduceMean" and rank == 4 and len(axes) == 2 and 0 not in axes
    # The axes go next to each other: last, or, for an image, where its height and width are.
    rest = [axis for axis in range(rank) if axis not in axes]
    order = (0, *sorted(axes), 6 - sum(axes)) if is_image else (*rest, *sorted(axes))
    first, last = len(rest), rank - 1
    op: Op = MeanOver(first, last) if node.kind == "ReduceMean" else Sum(first, last)

    def emit(coding: Coding, low: float, high: float) -> Activation:
        if coding.is_float:
            return clipped(builder, node, _float_reduce(builder, node, Real(x), axes, shape), low, high)
        source = builder.ordered(node, x, order)
        y = builder.add(node, Mean() if is_image else op, [source.tensor], kept, order, coding)
        return builder.reshape(node, builder.clamped(node, y, low, high), shape)

    return Pending(node, shape, emit)


def _softmax(builder: GraphBuilder, node: FileNode, x: Activation, opset: int) -> Pending:
    _axis_of_softmax(node, x.shape, opset)

    def emit(coding: Coding, low: float, high: float) -> Activation:
        if coding.is_float:
            y = _float_softmax(builder, node, builder.dequantized(node, x))
            return clipped(builder, node, y, low, high)
        if (low, high) != (-math.inf, math.inf):
            raise unsupported(node, "a softmax with bounds")
        return _softmax_node(builder, node, x, Softmax(beta=1.0), opset, coding)

    return Pending(node, x.shape, emit, softmax_of=x)


def _float_softmax(builder: GraphBuilder, node: FileNode, x: Activation) -> Activation:
    y = _softmax_node(builder, node, x, FloatSoftmax(beta=1.0), builder.opset, FLOAT)
    builder.before_softmax[y.tensor] = x
    return y


def _softmax_node(
    builder: GraphBuilder, node: FileNode, x: Activation, op: Op, opset: int, coding: Coding
) -> Activation:
    axis, joined = _axis_of_softmax(node, x.shape, opset)
    if joined:
        rows = int(np.prod(x.shape[:axis], dtype=np.int64))
        flat = builder.reshape(node, x, (rows, int(np.prod(x.shape[axis:], dtype=np.int64))))
        # As a matrix of the file it may have its axes in another order; a softmax needs the second one last.
        flat = builder.plain(node, flat)
        y = builder.add(node, op, [flat.tensor], flat.shape, (0, 1), coding)
        return builder.reshape(node, y, x.shape)
    order = (*[one for one in x.order if one != axis], axis)
    last = builder.ordered(node, x, order)
    return builder.add(node, op, [last.tensor], x.shape, order, coding)


def _axis_of_softmax(node: FileNode, shape: tuple[int, ...], opset: int) -> tuple[int, bool]:
    """The axis; before operator set 13 it and all behind it were one, which is told where it matters."""
    rank = len(shape)
    if rank == 0:
        raise unsupported(node, "a softmax of a single number")
    axis = axis_of(node, integer(node, "axis", 1 if opset < 13 else -1), rank)
    return axis, opset < 13 and any(size > 1 for size in shape[axis + 1 :])
