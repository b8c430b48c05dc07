"""Convolutions and fully connected layers: weights, bias and bounds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from aiedge.errors import ModelError
from aiedge.model.ir.graph import Node, Quantization
from aiedge.model.ir.ops import (
    Conv2D,
    DepthwiseConv2D,
    FloatConv2D,
    FloatDepthwiseConv2D,
    FloatFullyConnected,
    FullyConnected,
    Op,
)
from aiedge.model.ir.place import node_place
from aiedge.model.quantize.builder import Builder
from aiedge.model.quantize.constants import data_of
from aiedge.model.quantize.operations.conversion import Conversion, EightInts, clamp_of, result_of
from aiedge.model.quantize.signal import snr_db
from aiedge.model.quantize.weights import ScaleError, quantize_weights, restored


def conv_2d(builder: Builder, place: int, node: Node, op: FloatConv2D) -> None:
    """A convolution."""
    _weighted(builder, place, node, Conv2D(*_window(op), *clamp_of(builder, place)), 0)


def depthwise_conv_2d(builder: Builder, place: int, node: Node, op: FloatDepthwiseConv2D) -> None:
    """A depthwise convolution."""
    made = DepthwiseConv2D(op.depth_multiplier, *_window(op), *clamp_of(builder, place))
    _weighted(builder, place, node, made, 3)


def fully_connected(builder: Builder, place: int, node: Node, op: FloatFullyConnected) -> None:
    """A fully connected layer."""
    _weighted(builder, place, node, FullyConnected(*clamp_of(builder, place)), 0)


def channel_axis(op: Op) -> int:
    """The axis of the output channels in the weights of a float operation."""
    return 3 if isinstance(op, FloatDepthwiseConv2D) else 0


CONVERSIONS: Mapping[type[Op], Conversion] = MappingProxyType(
    {FloatConv2D: conv_2d, FloatDepthwiseConv2D: depthwise_conv_2d, FloatFullyConnected: fully_connected}
)


def _window(op: FloatConv2D | FloatDepthwiseConv2D) -> EightInts:
    strides = (op.stride_h, op.stride_w, op.dilation_h, op.dilation_w)
    return (*strides, op.pad_top, op.pad_bottom, op.pad_left, op.pad_right)


def _weighted(builder: Builder, place: int, node: Node, op: Op, axis: int) -> None:
    weights, bias = (builder.graph.tensors[i] for i in node.inputs[1:])
    data = data_of(weights)
    result = result_of(builder, place)
    scales = tuple(float(builder.quantizations[i].scale) for i in (node.inputs[0], result))
    try:
        made = quantize_weights(
            data, axis, data_of(bias).astype(np.float64), (scales[0], scales[1]), builder.weight_method
        )
    except ScaleError as error:
        where = node_place(builder.graph, place)
        raise ModelError("AIE-MOD-078", where=where, name=weights.name, reason=error) from None
    builder.weights_snr_db[place] = snr_db(data, restored(made, axis))
    zeros = np.zeros(len(made.scales), np.int32)
    inputs = (
        builder.int8(node.inputs[0]),
        builder.add_constant(weights.name, made.values, Quantization(made.scales, zeros, axis)),
        builder.add_constant(bias.name, made.bias),
    )
    builder.emit(place, op, inputs, result)
