"""Pools: operators that slide a window over an image and have no weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from aiedge.model.importers.bounds import half_away
from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.fields import (
    Importer,
    coded_input,
    coding_of,
    define,
    integer,
    integers,
    unsupported,
    value_of,
)
from aiedge.model.importers.onnx_ops.floats import clipped, float_value, reduced
from aiedge.model.importers.onnx_ops.moves import Move, moved
from aiedge.model.importers.onnx_ops.tables import requantize
from aiedge.model.importers.onnx_ops.windows import Windows, windows_of
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import (
    FLOAT,
    Activation,
    Coding,
    Constant,
    Function,
    Pending,
    Real,
    Value,
    Weights,
)
from aiedge.model.ir.ops import AveragePool2D, FloatAveragePool2D, FloatMaxPool2D, MaxPool2D, Mean, Op
from aiedge.model.ir.ops.floating import ReduceFunction

IMAGE = (0, 2, 3, 1)
"""The graph's axes N, H, W, C as the file numbers them."""


def average_pool(builder: GraphBuilder, node: FileNode) -> None:
    """AveragePool: of integers where it stands between quantizations, else in float."""
    value = value_of(builder, node, 0)
    counts_padding = bool(integer(node, "count_include_pad", 0))
    if isinstance(value, Real) and len(value.shape) == 4 and not counts_padding:
        define(builder, node, _average_pool(builder, node, value.activation, IMAGE))
    else:
        define(builder, node, _float_average_pool(builder, node, value))


def global_average_pool(builder: GraphBuilder, node: FileNode) -> None:
    """GlobalAveragePool: of integers where it stands between quantizations, else in float."""
    value = value_of(builder, node, 0)
    if isinstance(value, Real) and len(value.shape) == 4:
        define(builder, node, _global_average_pool(builder, node, value.activation, IMAGE))
    else:
        define(builder, node, _over_image(builder, node, value, ReduceFunction.MEAN))


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
    if isinstance(value, Constant | Weights):
        raise unsupported(node, "a pool of a constant")
    if isinstance(value, Function):
        value = float_value(builder, node, value, node.inputs[0])
    image, windows = _windows(node, value.shape)
    if windows.dilations != (1, 1):
        raise unsupported(node, "a pool with dilations")
    pooled = (*image[:2], *windows.counts)
    shape = _like(value.shape, pooled)

    def activation(x: Activation) -> Activation:
        op = _max_pool(builder, windows, x.coding)
        source = builder.ordered(node, builder.reshape(node, x, image), IMAGE)
        y = builder.add(node, op, [source.tensor], pooled, IMAGE, x.coding)
        return builder.reshape(node, y, shape)

    define(builder, node, moved(builder, node, value, Move(shape, activation, lambda array: array)))


def global_max_pool(builder: GraphBuilder, node: FileNode) -> None:
    """GlobalMaxPool: a pool over the whole image where it may be of integers, else in float."""
    value = value_of(builder, node, 0)
    if len(value.shape) == 4 and not isinstance(value, Constant | Weights | Function):
        whole = {"kernel_shape": value.shape[2:]}
        max_pool(builder, replace(node, attributes=whole))
    else:
        define(builder, node, _over_image(builder, node, value, ReduceFunction.MAX))


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


def _windows(node: FileNode, shape: tuple[int, ...]) -> tuple[tuple[int, ...], Windows]:
    """The shape as an image (N, C, H, W), a signal as one of one row, and the windows that slide over it."""
    size = integers(node, "kernel_shape")
    if len(shape) not in {3, 4} or size is None or len(size) != len(shape) - 2:
        raise unsupported(node, f"a pool of {list(shape)} over a window of {size}")
    flat = len(shape) == 3
    image = (*shape[:2], 1, shape[2]) if flat else shape
    extent = (1, size[0]) if flat else (size[0], size[1])
    return image, windows_of(node, (image[2], image[3]), extent, one_axis=flat)


def _like(shape: tuple[int, ...], image: tuple[int, ...]) -> tuple[int, ...]:
    """The shape (N, C, H, W) of a result with the axes of an input, which may be a signal."""
    return (*image[:2], image[3]) if len(shape) == 3 else image


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
        if coding.is_float:
            return clipped(builder, node, _float_average_pool(builder, node, Real(x)), low, high)
        if windows.counts == (1, 1) and not any(windows.pads) and not builder.same_coding(x.coding, coding):
            return _mean(builder, node, x, order, shape, coding, (low, high))
        clamp = builder.clamp(x.coding, low, high, half_away)
        op = AveragePool2D(*windows.size, *windows.strides, *windows.pads, *clamp)
        image = builder.ordered(node, x, order)
        pooled = builder.add(node, op, [image.tensor], shape, order, x.coding)
        return requantize(builder, node, pooled, coding)

    return Pending(node, shape, emit)


def _float_average_pool(builder: GraphBuilder, node: FileNode, value: Value) -> Activation:
    image, windows = _windows(node, value.shape)
    if windows.dilations != (1, 1):
        raise unsupported(node, "a pool with dilations")
    counts_padding = integer(node, "count_include_pad", 0)
    if counts_padding and windows.beyond != (0, 0):
        raise unsupported(node, "a pool that counts its padding and has windows beyond it")
    op = FloatAveragePool2D(*windows.size, *windows.strides, *windows.pads, min(counts_padding, 1))
    x = builder.reshape(node, float_value(builder, node, value, node.inputs[0]), image)
    pooled = (*image[:2], *windows.counts)
    y = builder.add(node, op, [builder.ordered(node, x, IMAGE).tensor], pooled, IMAGE, FLOAT)
    return builder.reshape(node, y, _like(value.shape, pooled))


def _max_pool(builder: GraphBuilder, windows: Windows, coding: Coding) -> Op:
    if coding.is_float:
        return FloatMaxPool2D(*windows.size, *windows.strides, *windows.pads)
    limits = np.iinfo(builder.stored(coding)[0])
    return MaxPool2D(*windows.size, *windows.strides, *windows.pads, limits.min, limits.max)


def _over_image(builder: GraphBuilder, node: FileNode, value: Value, function: ReduceFunction) -> Activation:
    """A pool over all axes behind the channels, in float."""
    if len(value.shape) < 3:
        raise unsupported(node, f"a pool of {list(value.shape)}")
    x = float_value(builder, node, value, node.inputs[0])
    return reduced(builder, node, x, function, list(range(2, len(value.shape))))


def _global_average_pool(
    builder: GraphBuilder, node: FileNode, x: Activation, order: tuple[int, ...]
) -> Pending:
    n, _, _, channels = _image(node, x, order)
    shape = _shape(order, n, 1, 1, channels)

    def emit(coding: Coding, low: float, high: float) -> Activation:
        if coding.is_float:
            mean = _over_image(builder, node, Real(x), ReduceFunction.MEAN)
            return clipped(builder, node, mean, low, high)
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
