"""Operators that sum over an axis."""

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
    real_of,
    unsupported,
)
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import Activation, Coding, Pending
from aiedge.model.ir.ops import Mean, MeanOver, Op, Softmax, Sum


def softmax(builder: GraphBuilder, node: FileNode) -> None:
    """Softmax between quantizations."""
    define(builder, node, _softmax(builder, node, real_of(builder, node, 0), builder.opset))


def qlinear_softmax(builder: GraphBuilder, node: FileNode) -> None:
    """ONNX Runtime's QLinearSoftmax."""
    x = coded_input(builder, node, 0)
    pending = _softmax(builder, node, x, integer(node, "opset", builder.opset))
    define(builder, node, pending.emit(coding_of(builder, node, 3, 4), -math.inf, math.inf))


def reduce(builder: GraphBuilder, node: FileNode) -> None:
    """ReduceMean and ReduceSum over an image or over axes that are neighbours, between quantizations."""
    x = real_of(builder, node, 0)
    rank = len(x.shape)
    axes = axes_of(builder, node, rank, 13 if node.kind == "ReduceSum" else 18)
    if axes is None:
        axes = [] if integer(node, "noop_with_empty_axes", 0) else list(range(rank))
    if not axes:
        raise unsupported(node, f"a {node.kind} over no axes")
    kept = tuple(1 if axis in axes else size for axis, size in enumerate(x.shape))
    gone = tuple(size for axis, size in enumerate(x.shape) if axis not in axes)
    shape = kept if integer(node, "keepdims", 1) else gone
    is_image = node.kind == "ReduceMean" and rank == 4 and len(axes) == 2 and 0 not in axes
    # The axes go next to each other: last, or, for an image, where its height and width are.
    rest = [axis for axis in range(rank) if axis not in axes]
    order = (0, *sorted(axes), 6 - sum(axes)) if is_image else (*rest, *sorted(axes))
    first, last = len(rest), rank - 1
    op: Op = MeanOver(first, last) if node.kind == "ReduceMean" else Sum(first, last)

    def emit(coding: Coding, low: float, high: float) -> Activation:
        source = builder.ordered(node, x, order)
        y = builder.add(node, Mean() if is_image else op, [source.tensor], kept, order, coding)
        return builder.reshape(node, builder.clamped(node, y, low, high), shape)

    define(builder, node, Pending(node, shape, emit))


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "Softmax": softmax,
        "com.microsoft.QLinearSoftmax": qlinear_softmax,
        "ReduceMean": reduce,
        "ReduceSum": reduce,
    }
)


def _softmax(builder: GraphBuilder, node: FileNode, x: Activation, opset: int) -> Pending:
    rank = len(x.shape)
    if rank == 0:
        raise unsupported(node, "a softmax of a single number")
    axis = axis_of(node, integer(node, "axis", 1 if opset < 13 else -1), rank)
    # Before operator set 13 the axis and all behind it were one.
    joined = opset < 13 and any(size > 1 for size in x.shape[axis + 1 :])

    def emit(coding: Coding, low: float, high: float) -> Activation:
        if (low, high) != (-math.inf, math.inf):
            raise unsupported(node, "a softmax with bounds")
        if joined:
            rows = int(np.prod(x.shape[:axis], dtype=np.int64))
            flat = builder.reshape(node, x, (rows, int(np.prod(x.shape[axis:], dtype=np.int64))))
            y = builder.add(node, Softmax(beta=1.0), [flat.tensor], flat.shape, (0, 1), coding)
            return builder.reshape(node, y, x.shape)
        order = (*[one for one in x.order if one != axis], axis)
        last = builder.ordered(node, x, order)
        return builder.add(node, Softmax(beta=1.0), [last.tensor], x.shape, order, coding)

    return Pending(node, x.shape, emit, softmax_of=x)
