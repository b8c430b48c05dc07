"""Operators that slide a window over an image."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from aiedge.model.importers.bounds import half_away
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
    integers,
    invalid,
    real_of,
    unsupported,
    value_of,
)
from aiedge.model.importers.onnx_ops.parts import quantization_of, weights_of
from aiedge.model.importers.onnx_ops.windows import Windows, windows_of
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import Activation, Coding, Constant, Pending, Value, Weights
from aiedge.model.ir.ops import AveragePool2D, Conv2D, DepthwiseConv2D, Mean, Op

IMAGE = (0, 2, 3, 1)
"""The graph's axes N, H, W, C as the file numbers them."""


def conv(builder: GraphBuilder, node: FileNode) -> None:
    """Conv between quantizations."""
    x = real_of(builder, node, 0)
    bias = value_of(builder, node, 2) if has_input(node, 2) else None
    define(builder, node, _conv(builder, node, x, weights_of(builder, node, 1), bias))


def qlinear_conv(builder: GraphBuilder, node: FileNode) -> None:
    """QLinearConv."""
    if integer(node, "channels_last", 0):
        raise unsupported(node, "channels_last")
    x = coded_input(builder, node, 0)
    w = coded_weights(builder, node, 3, 0, 4, 5)
    bias: Value | None = None
    if has_input(node, 8):
        given = value_of(builder, node, 8)
        if not isinstance(given, Constant) or given.array.dtype != np.int32:
            raise invalid(node, "its bias is no int32 constant")
        units = np.atleast_1d(x.coding.scale * w.scales)
        bias = Weights(given.array, units, np.zeros(units.size, np.int32), 0)
    pending = _conv(builder, node, x, w, bias)
    define(builder, node, pending.emit(coding_of(builder, node, 6, 7), -math.inf, math.inf))


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


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "Conv": conv,
        "QLinearConv": qlinear_conv,
        "com.microsoft.QLinearConv": qlinear_conv,
        "AveragePool": average_pool,
        "GlobalAveragePool": global_average_pool,
        "com.microsoft.QLinearAveragePool": qlinear_average_pool,
        "com.microsoft.QLinearGlobalAveragePool": qlinear_global_average_pool,
    }
)


def _order(node: FileNode) -> tuple[int, ...]:
    return (0, 1, 2, 3) if integer(node, "channels_last", 0) else IMAGE


def _conv(builder: GraphBuilder, node: FileNode, x: Activation, w: Weights, bias: Value | None) -> Pending:
    if len(x.shape) != 4 or w.array.ndim != 4:
        raise unsupported(node, f"a convolution of {list(x.shape)} with {list(w.shape)}")
    n, channels, height, width = x.shape
    outputs, depth, *size = w.array.shape
    group = integer(node, "group", 1)
    if group < 1 or depth * group != channels or outputs % group or min(w.array.shape) < 1:
        reason = f"weights {list(w.shape)} in {group} groups do not fit an input of {channels} channels"
        raise invalid(node, reason)
    if group > 1 and depth != 1:
        raise unsupported(node, f"a convolution in {group} groups of {depth} channels")
    if integers(node, "kernel_shape", size) != size:
        raise invalid(node, f"its kernel_shape is not that of its weights {list(w.shape)}")
    windows = windows_of(node, (height, width), (size[0], size[1]))
    shape = (n, outputs, *windows.counts)
    units = np.broadcast_to(float(x.coding.scale) * w.scales.astype(np.float64), (outputs,))

    def with_bias(integers: NDArray[np.int32]) -> Pending:
        def emit(coding: Coding, low: float, high: float) -> Activation:
            op, array, axis = _form(group, channels, w, windows, builder.clamp(coding, low, high))
            inputs = [
                builder.ordered(node, x, IMAGE).tensor,
                builder.constant(
                    node.inputs[1], builder.stored_array(array), quantization_of(builder, w, axis)
                ),
                builder.constant(f"{node.outputs[0]}/bias", integers, None),
            ]
            return builder.add(node, op, inputs, shape, IMAGE, coding)

        def add_bias(more: NDArray[np.float64]) -> Pending:
            return with_bias(bias_integers(node, Constant(integers * units + more), outputs, units))

        return Pending(node, shape, emit, add_bias=add_bias, channel_axis=1)

    return with_bias(bias_integers(node, bias, outputs, units))


def _form(
    group: int, channels: int, w: Weights, windows: Windows, clamp: tuple[int, int]
) -> tuple[Op, NDArray[np.int8] | NDArray[np.uint8], int]:
    """The operation, the weights in its form, and their axis of output channels."""
    steps = (*windows.strides, *windows.dilations, *windows.pads, *clamp)
    if group == 1:
        return Conv2D(*steps), w.array.transpose(0, 2, 3, 1), 0
    return (
        DepthwiseConv2D(w.array.shape[0] // channels, *steps),
        w.array.transpose(1, 2, 3, 0),
        3,
    )


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
        return builder.requantize(node, pooled, coding)

    return Pending(node, shape, emit)


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
