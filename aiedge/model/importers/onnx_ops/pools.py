"""Pools: operators that slide a window over an image and have no weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from aiedge.model.importers.bounds import half_away
from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.fields import (
    Importer,
    coded_input,
    coding_of,
    define,
    in_float,
    integer,
    integers,
    real_of,
    unsupported,
    value_of,
)
from aiedge.model.importers.onnx_ops.moves import Move, moved
from aiedge.model.importers.onnx_ops.tables import requantize
from aiedge.model.importers.onnx_ops.windows import windows_of
from aiedge.model.importers.onnx_reader import FileNode
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
from aiedge.model.ir.ops import AveragePool2D, MaxPool2D, Mean

IMAGE = (0, 2, 3, 1)
"""The graph's axes N, H, W, C as the file numbers them."""


def average_pool(builder: GraphBuilder, node: FileNode) -> None:
    """AveragePool between quantizations."""
    define(builder, node, _average_pool(builder, node, real_of(builder, node, 0), IMAGE))


def global_average_pool(builder: GraphBuilder, node: FileNode) -> None:
    """GlobalAveragePool between quantizations."""
    define(builder, node, _global_average_pool(builder, node, real_of(builder, node, 0), IMAGE))


def qlinear_average_pool(builder: GraphBuilder, node: FileNode) -> None:
    """ONNX Runtime's QLinearAveragePool."""
    pending = _average_pool(builder, node, coded_input(builder, node, 0), _order(node))
    define(builder, node, pending.emit(coding_of(builder, node, 3, 4), -math.inf, math.inf))


def qlinear_global_average_pool(builder: GraphBuilder, node: FileNode) -> None:
    """ONNX Runtime's QLinearGlobalAveragePool."""
    pending = _global_average_pool(builder, node, coded_input(builder, node, 0), _order(node))
    define(builder, node, pending.emit(coding_of(builder, node, 3, 4), -math.inf, math.inf))


def max_pool(builder: GraphBuilder, node: FileNode) -> None:
    """MaxPool of integers, of their float values, or of what waits for its quantization: all in the same order."""
    if len([name for name in node.outputs if name]) > 1:
        raise unsupported(node, "a pool that tells its indices")
    value = value_of(builder, node, 0)
    size = integers(node, "kernel_shape")
    if len(value.shape) != 4 or size is None or len(size) != 2:
        raise unsupported(node, f"a pool of {list(value.shape)} over a window of {size}")
    _max_pool(builder, node, value, (size[0], size[1]))


def global_max_pool(builder: GraphBuilder, node: FileNode) -> None:
    """GlobalMaxPool."""
    value = value_of(builder, node, 0)
    if len(value.shape) != 4:
        raise unsupported(node, f"a pool of {list(value.shape)}")
    _max_pool(builder, node, value, (value.shape[2], value.shape[3]))


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "AveragePool": average_pool,
        "GlobalAveragePool": global_average_pool,
        "MaxPool": max_pool,
        "GlobalMaxPool": global_max_pool,
        "com.microsoft.QLinearAveragePool": qlinear_average_pool,
        "com.microsoft.QLinearGlobalAveragePool": qlinear_global_average_pool,
    }
)


def _order(node: FileNode) -> tuple[int, ...]:
    return (0, 1, 2, 3) if integer(node, "channels_last", 0) else IMAGE


def _average_pool(builder: GraphBuilder, node: FileNode, x: Activation, order: tuple[int, ...]) -> Pending:
    n, height, width, channels = _image(node, x, order)
    size = integers(node, "kernel_shape")
    if size is None or len(size) != 2:
        raise unsupported(node, f"a pool over a window of {size}")
    windows = windows_of(node, (height, width), (size[0], size[1]))
    if integer(node, "count_include_pad", 0) and any(windows.pads):
        raise unsupported(node, "a pool that counts its padding")
    if windows.dilations != (1, 1):
        raise unsupported(node, "a pool with dilations")
    shape = _shape(order, n, *windows.counts, channels)

    def emit(coding: Coding, low: float, high: float) -> Activation:
        if windows.counts == (1, 1) and not any(windows.pads) and not builder.same_coding(x.coding, coding):
            return _mean(builder, node, x, order, shape, coding, (low, high))
        clamp = builder.clamp(x.coding, low, high, half_away)
        op = AveragePool2D(*windows.size, *windows.strides, *windows.pads, *clamp)
        image = builder.ordered(node, x, order)
        pooled = builder.add(node, op, [image.tensor], shape, order, x.coding)
        return requantize(builder, node, pooled, coding)

    return Pending(node, shape, emit)


def _max_pool(builder: GraphBuilder, node: FileNode, value: Value, size: tuple[int, int]) -> None:
    if isinstance(value, Constant | Weights | Function):
        raise in_float(node, "its input is not quantized")
    windows = windows_of(node, (value.shape[2], value.shape[3]), size)
    if windows.dilations != (1, 1):
        raise unsupported(node, "a pool with dilations")
    shape = (*value.shape[:2], *windows.counts)

    def activation(x: Activation) -> Activation:
        limits = np.iinfo(builder.stored(x.coding)[0])
        op = MaxPool2D(*windows.size, *windows.strides, *windows.pads, limits.min, limits.max)
        image = builder.ordered(node, x, IMAGE)
        return builder.add(node, op, [image.tensor], shape, IMAGE, x.coding)

    if isinstance(value, Real) and not value.is_quantized:
        raise in_float(node, f"its input {node.inputs[0][:80]!r} is not quantized")
    if isinstance(value, Activation) and value.coding.dtype is None:
        raise in_float(node, f"its input {node.inputs[0][:80]!r} is not quantized")
    define(builder, node, moved(builder, node, value, Move(shape, activation, lambda array: array)))


def _global_average_pool(
    builder: GraphBuilder, node: FileNode, x: Activation, order: tuple[int, ...]
) -> Pending:
    n, _, _, channels = _image(node, x, order)
    shape = _shape(order, n, 1, 1, channels)

    def emit(coding: Coding, low: float, high: float) -> Activation:
        return _mean(builder, node, x, order, shape, coding, (low, high))

    return Pending(node, shape, emit)


def _mean(
    builder: GraphBuilder,
    node: FileNode,
    x: Activation,
    order: tuple[int, ...],
    shape: tuple[int, ...],
    coding: Coding,
    bounds: tuple[float, float],
) -> Activation:
    image = builder.ordered(node, x, order)
    mean = builder.add(node, Mean(), [image.tensor], shape, order, coding)
    return builder.clamped(node, mean, *bounds)


def _image(node: FileNode, x: Activation, order: tuple[int, ...]) -> tuple[int, int, int, int]:
    if len(x.shape) != 4:
        raise unsupported(node, f"a pool over {list(x.shape)}")
    n, height, width, channels = (x.shape[axis] for axis in order)
    return n, height, width, channels


def _shape(order: tuple[int, ...], *sizes: int) -> tuple[int, ...]:
    """The file's shape of an image whose sizes are given as N, H, W, C."""
    shape = [0] * len(order)
    for axis, size in zip(order, sizes, strict=True):
        shape[axis] = size
    return tuple(shape)
