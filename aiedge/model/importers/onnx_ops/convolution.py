"""Convolutions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
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
    integers,
    invalid,
    unsupported,
    value_of,
)
from aiedge.model.importers.onnx_ops.floats import clipped, float_value, numbers_of
from aiedge.model.importers.onnx_ops.parts import quantization_of
from aiedge.model.importers.onnx_ops.windows import Windows, windows_of
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
from aiedge.model.ir.limits import MAX_NODE_INPUTS
from aiedge.model.ir.ops import (
    Concat,
    Conv2D,
    DepthwiseConv2D,
    FloatConv2D,
    FloatDepthwiseConv2D,
    Op,
    StridedSlice,
)

IMAGE = (0, 2, 3, 1)
"""The graph's axes N, H, W, C as the file numbers them."""


def conv(builder: GraphBuilder, node: FileNode) -> None:
    """Conv: of integers where it stands between quantizations, else in float."""
    x, w = value_of(builder, node, 0), value_of(builder, node, 1)
    bias = value_of(builder, node, 2) if has_input(node, 2) else None
    if isinstance(x, Real) and isinstance(w, Weights):
        define(builder, node, _conv(builder, node, x.activation, w, bias))
    else:
        numbers = numbers_of(node, w, node.inputs[1])
        define(builder, node, _float_conv(builder, node, x, numbers, bias))


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


@dataclass(frozen=True, slots=True)
class Form:
    """A convolution of images; ``x`` and ``y`` are the shapes (N, C, H, W) of input and output.

    ``shape`` is that of the file's output, which is a signal where the file's input is one.
    """

    x: tuple[int, ...]
    y: tuple[int, ...]
    shape: tuple[int, ...]
    group: int
    windows: Windows

    @property
    def steps(self) -> tuple[int, int, int, int, int, int, int, int]:
        """The fields that all operations have."""
        return (*self.windows.strides, *self.windows.dilations, *self.windows.pads)


def _form_of(node: FileNode, x: tuple[int, ...], w: tuple[int, ...]) -> Form:
    if len(x) not in {3, 4} or len(w) != len(x):
        raise unsupported(node, f"a convolution of {list(x)} with {list(w)}")
    size = list(w[2:])
    if integers(node, "kernel_shape", size) != size:
        raise invalid(node, f"its kernel_shape is not that of its weights {list(w)}")
    flat = len(x) == 3
    # A signal is an image of one row.
    n, channels, height, width = (x[0], x[1], 1, x[2]) if flat else x
    outputs, depth, rows, columns = (w[0], w[1], 1, w[2]) if flat else w
    group = integer(node, "group", 1)
    if group < 1 or depth * group != channels or outputs % group or min(w) < 1:
        reason = f"weights {list(w)} in {group} groups do not fit an input of {channels} channels"
        raise invalid(node, reason)
    windows = windows_of(node, (height, width), (rows, columns), one_axis=flat)
    y = (n, outputs, *windows.counts)
    shape = (n, outputs, windows.counts[1]) if flat else y
    return Form((n, channels, height, width), y, shape, group, windows)


def _conv(builder: GraphBuilder, node: FileNode, x: Activation, w: Weights, bias: Value | None) -> Pending:
    form = _form_of(node, x.shape, w.shape)
    outputs = form.y[1]
    images = replace(w, array=w.array[:, :, np.newaxis, :]) if w.array.ndim == 3 else w
    units = np.broadcast_to(float(x.coding.scale) * w.scales.astype(np.float64), (outputs,))

    def with_bias(bias: Value | None) -> Pending:
        integers = bias_integers(node, bias, outputs, units)

        def emit(coding: Coding, low: float, high: float) -> Activation:
            if coding.is_float:
                y = _float_conv(builder, node, Real(x), numbers_of(node, w, node.inputs[1]), bias)
                return clipped(builder, node, y, low, high)
            clamp = builder.clamp(coding, low, high)

            def part(channels: slice, depthwise: bool, name: str) -> tuple[Op, list[int]]:
                scales = images.scales[channels] if images.scales.size > 1 else images.scales
                points = images.zero_points[channels] if images.scales.size > 1 else images.zero_points
                taken = replace(images, array=images.array[channels], scales=scales, zero_points=points)
                coded = quantization_of(builder, taken, 3 if depthwise else 0)
                array = builder.stored_array(_ordered(taken.array, depthwise))
                constants = [
                    builder.constant(f"{node.inputs[1]}{name}", array, coded),
                    builder.constant(f"{node.outputs[0]}/bias{name}", integers[channels], None),
                ]
                if depthwise:
                    return DepthwiseConv2D(outputs // form.group, *form.steps, *clamp), constants
                return Conv2D(*form.steps, *clamp), constants

            return _nodes(builder, node, x, form, coding, part)

        def add_bias(more: NDArray[np.float64]) -> Pending:
            return with_bias(more_bias(node, bias, more, outputs))

        return Pending(node, form.shape, emit, add_bias=add_bias, channel_axis=1)

    return with_bias(bias)


def _float_conv(
    builder: GraphBuilder, node: FileNode, value: Value, w: Floats, bias: Value | None
) -> Activation:
    form = _form_of(node, value.shape, w.shape)
    images = w[:, :, np.newaxis, :] if w.ndim == 3 else w
    x = float_value(builder, node, value, node.inputs[0])
    return float_convolution(builder, node, x, form, images, bias_numbers(node, bias, form.y[1]))


def float_convolution(
    builder: GraphBuilder, node: FileNode, x: Activation, form: Form, w: Floats, bias: Floats
) -> Activation:
    """A convolution in float with weights (O, I, KH, KW) of all groups."""

    def part(channels: slice, depthwise: bool, name: str) -> tuple[Op, list[int]]:
        constants = [
            builder.constant(f"{node.inputs[1]}{name}", _ordered(w[channels], depthwise), None),
            builder.constant(f"{node.outputs[0]}/bias{name}", bias[channels], None),
        ]
        if depthwise:
            return FloatDepthwiseConv2D(form.y[1] // form.group, *form.steps), constants
        return FloatConv2D(*form.steps), constants

    return _nodes(builder, node, x, form, FLOAT, part)


def _ordered(array: NDArray[Any], depthwise: bool) -> NDArray[Any]:
    """Weights (O, I, KH, KW) in the order of the graph."""
    turned: NDArray[Any] = array.transpose((1, 2, 3, 0) if depthwise else (0, 2, 3, 1))
    return turned


_Part = Callable[[slice, bool, str], tuple[Op, list[int]]]
"""Output channels, whether each reads one input channel, what makes names their own -> operation and constants."""


def _nodes(
    builder: GraphBuilder, node: FileNode, x: Activation, form: Form, coding: Coding, part: _Part
) -> Activation:
    """The convolution, in one node or in one for each group; the output has the file's shape."""
    source = builder.ordered(node, builder.reshape(node, x, form.x), IMAGE)
    outputs, group = form.y[1], form.group
    depth = form.x[1] // group
    if group == 1 or depth == 1:
        op, constants = part(slice(0, outputs), group > 1, "")
        y = builder.add(node, op, [source.tensor, *constants], form.y, IMAGE, coding)
        return builder.reshape(node, y, form.shape)
    if group > MAX_NODE_INPUTS:
        raise unsupported(node, f"a convolution in {group} groups of {depth} channels")
    parts = []
    each = outputs // group
    for index in range(group):
        taken = StridedSlice.of([0, 0, 0, index * depth], [1, 1, 1, 1])
        shape = (form.x[0], depth, *form.x[2:])
        name = f"{node.outputs[0]}/group {index}"
        cut = builder.add(node, taken, [source.tensor], shape, IMAGE, x.coding, f"{name}/input")
        op, constants = part(slice(index * each, (index + 1) * each), False, f"/group {index}")
        shape = (form.y[0], each, *form.y[2:])
        made = builder.add(node, op, [cut.tensor, *constants], shape, IMAGE, coding, name)
        parts.append(made.tensor)
    y = builder.add(node, Concat(3), parts, form.y, IMAGE, coding)
    return builder.reshape(node, y, form.shape)
