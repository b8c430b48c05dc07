"""Convolutions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
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
from aiedge.model.ir.limits import MAX_NODE_INPUTS
from aiedge.model.ir.ops import Concat, Conv2D, DepthwiseConv2D, StridedSlice

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


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "Conv": conv,
        "QLinearConv": qlinear_conv,
        "com.microsoft.QLinearConv": qlinear_conv,
    }
)


def _conv(builder: GraphBuilder, node: FileNode, x: Activation, w: Weights, bias: Value | None) -> Pending:
    if len(x.shape) not in {3, 4} or w.array.ndim != len(x.shape):
        raise unsupported(node, f"a convolution of {list(x.shape)} with {list(w.shape)}")
    size = list(w.shape[2:])
    if integers(node, "kernel_shape", size) != size:
        raise invalid(node, f"its kernel_shape is not that of its weights {list(w.shape)}")
    flat = len(x.shape) == 3
    if flat:
        # A signal is an image of one row.
        n, channels, length = x.shape
        x = builder.reshape(node, x, (n, channels, 1, length))
        w = replace(w, array=w.array[:, :, np.newaxis, :])
    n, channels, height, width = x.shape
    outputs, depth, rows, columns = w.shape
    group = integer(node, "group", 1)
    if group < 1 or depth * group != channels or outputs % group or min(w.shape) < 1:
        reason = f"weights {list(w.shape)} in {group} groups do not fit an input of {channels} channels"
        raise invalid(node, reason)
    windows = windows_of(node, (height, width), (rows, columns), one_axis=flat)
    image = (n, outputs, *windows.counts)
    shape = (n, outputs, windows.counts[1]) if flat else image
    units = np.broadcast_to(float(x.coding.scale) * w.scales.astype(np.float64), (outputs,))

    def with_bias(integers: NDArray[np.int32]) -> Pending:
        def emit(coding: Coding, low: float, high: float) -> Activation:
            clamp = builder.clamp(coding, low, high)
            y = _nodes(builder, node, x, w, integers, group, windows, clamp, image, coding)
            return builder.reshape(node, y, shape)

        def add_bias(more: NDArray[np.float64]) -> Pending:
            return with_bias(bias_integers(node, Constant(integers * units + more), outputs, units))

        return Pending(node, shape, emit, add_bias=add_bias, channel_axis=1)

    return with_bias(bias_integers(node, bias, outputs, units))


def _nodes(
    builder: GraphBuilder,
    node: FileNode,
    x: Activation,
    w: Weights,
    bias: NDArray[np.int32],
    group: int,
    windows: Windows,
    clamp: tuple[int, int],
    image: tuple[int, ...],
    coding: Coding,
) -> Activation:
    steps = (*windows.strides, *windows.dilations, *windows.pads, *clamp)
    source = builder.ordered(node, x, IMAGE)
    outputs, depth = w.shape[:2]

    def constants(array: NDArray[Any], axis: int, part: slice, name: str) -> list[int]:
        scales = w.scales[part] if w.scales.size > 1 else w.scales
        points = w.zero_points[part] if w.scales.size > 1 else w.zero_points
        coded = quantization_of(builder, replace(w, scales=scales, zero_points=points), axis)
        return [
            builder.constant(f"{node.inputs[1]}{name}", builder.stored_array(array), coded),
            builder.constant(f"{node.outputs[0]}/bias{name}", bias[part], None),
        ]

    everything = slice(0, outputs)
    if group == 1:
        inputs = constants(w.array.transpose(0, 2, 3, 1), 0, everything, "")
        return builder.add(node, Conv2D(*steps), [source.tensor, *inputs], image, IMAGE, coding)
    if depth == 1:
        op = DepthwiseConv2D(outputs // group, *steps)
        inputs = constants(w.array.transpose(1, 2, 3, 0), 3, everything, "")
        return builder.add(node, op, [source.tensor, *inputs], image, IMAGE, coding)
    if group > MAX_NODE_INPUTS:
        raise unsupported(node, f"a convolution in {group} groups of {depth} channels")
    parts = []
    each = outputs // group
    for index in range(group):
        taken = StridedSlice.of([0, 0, 0, index * depth], [1, 1, 1, 1])
        shape = (x.shape[0], depth, *x.shape[2:])
        name = f"{node.outputs[0]}/group {index}"
        cut = builder.add(node, taken, [source.tensor], shape, IMAGE, x.coding, f"{name}/input")
        part = slice(index * each, (index + 1) * each)
        inputs = constants(w.array[part].transpose(0, 2, 3, 1), 0, part, f"/group {index}")
        shape = (image[0], each, *image[2:])
        made = builder.add(node, Conv2D(*steps), [cut.tensor, *inputs], shape, IMAGE, coding, name)
        parts.append(made.tensor)
    return builder.add(node, Concat(3), parts, image, IMAGE, coding)
