"""Operations that slide a window over an image."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import tflite

from aiedge.errors import ModelError
from aiedge.model.importers.bounds import half_away, half_even
from aiedge.model.importers.tflite_ops.fields import (
    Importer,
    bias_of,
    clamp_of,
    float_nodes,
    images_of,
    inputs_of,
    is_float,
    node_of,
    weights_of,
)
from aiedge.model.importers.tflite_reader import FileOperator
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir.geometry import same_padding, window_extent
from aiedge.model.ir.graph import Node, Tensor
from aiedge.model.ir.ops import (
    AveragePool2D,
    Conv2D,
    DepthwiseConv2D,
    FloatAveragePool2D,
    FloatConv2D,
    FloatDepthwiseConv2D,
    FloatMaxPool2D,
    MaxPool2D,
)


def conv_2d(tensors: TensorTable, operator: FileOperator) -> list[Node]:
    """The schema's CONV_2D."""
    x, weights = images_of(tensors, operator, 2)
    pads, strides, dilations = _window(operator, x, (weights.shape[1], weights.shape[2]))
    inputs = _operands(tensors, operator, weights.shape[0])
    if is_float(tensors, operator):
        return float_nodes(tensors, operator, FloatConv2D(*strides, *dilations, *pads), inputs)
    op = Conv2D(*strides, *dilations, *pads, *clamp_of(tensors, operator))
    return [node_of(tensors, operator, op, inputs)]


def depthwise_conv_2d(tensors: TensorTable, operator: FileOperator) -> list[Node]:
    """The schema's DEPTHWISE_CONV_2D."""
    x, weights = images_of(tensors, operator, 2)
    pads, strides, dilations = _window(operator, x, (weights.shape[1], weights.shape[2]))
    # The file's own multiplier is a hint that some exporters leave 0; the shapes say what holds.
    multiplier, rest = divmod(weights.shape[3], x.shape[3])
    if rest or multiplier < 1:
        channels = f"weights for {weights.shape[3]} channels of an input with {x.shape[3]}"
        raise ModelError("AIE-MOD-009", where=operator.place, reason=f"it has {channels}")
    inputs = _operands(tensors, operator, weights.shape[3])
    if is_float(tensors, operator):
        float_op = FloatDepthwiseConv2D(multiplier, *strides, *dilations, *pads)
        return float_nodes(tensors, operator, float_op, inputs)
    op = DepthwiseConv2D(multiplier, *strides, *dilations, *pads, *clamp_of(tensors, operator))
    return [node_of(tensors, operator, op, inputs)]


def average_pool_2d(tensors: TensorTable, operator: FileOperator) -> list[Node]:
    """The schema's AVERAGE_POOL_2D."""
    (x,) = images_of(tensors, operator, 1)
    size = (int(operator.options.get("FilterHeight", 0)), int(operator.options.get("FilterWidth", 0)))
    pads, strides, _ = _window(operator, x, size)
    inputs = inputs_of(tensors, operator, 1, 1)
    if is_float(tensors, operator):
        return float_nodes(tensors, operator, FloatAveragePool2D(*size, *strides, *pads, 0), inputs)
    # LiteRT rounds a pool's bounds in another way than all other operators' bounds.
    op = AveragePool2D(*size, *strides, *pads, *clamp_of(tensors, operator, half_away))
    return [node_of(tensors, operator, op, inputs)]


def max_pool_2d(tensors: TensorTable, operator: FileOperator) -> list[Node]:
    """The schema's MAX_POOL_2D."""
    (x,) = images_of(tensors, operator, 1)
    size = (int(operator.options.get("FilterHeight", 0)), int(operator.options.get("FilterWidth", 0)))
    pads, strides, _ = _window(operator, x, size)
    inputs = inputs_of(tensors, operator, 1, 1)
    if is_float(tensors, operator):
        return float_nodes(tensors, operator, FloatMaxPool2D(*size, *strides, *pads), inputs)
    # LiteRT has another kernel, with other bounds, where windows leave something out.
    apart = strides[0] > size[0] or strides[1] > size[1]
    bounds = clamp_of(tensors, operator, half_away if apart else half_even)
    return [node_of(tensors, operator, MaxPool2D(*size, *strides, *pads, *bounds), inputs)]


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "CONV_2D": conv_2d,
        "DEPTHWISE_CONV_2D": depthwise_conv_2d,
        "AVERAGE_POOL_2D": average_pool_2d,
        "MAX_POOL_2D": max_pool_2d,
    }
)


def _operands(tensors: TensorTable, operator: FileOperator, channels: int) -> tuple[int, int, int]:
    """Image, weights and bias."""
    x, _ = inputs_of(tensors, operator, 2, 3)
    return x, weights_of(tensors, operator, 1), bias_of(tensors, operator, channels)


def _window(
    operator: FileOperator, x: Tensor, size: tuple[int, int]
) -> tuple[tuple[int, int, int, int], tuple[int, int], tuple[int, int]]:
    """Pads (top, bottom, left, right), strides and dilations (height, width)."""
    options = operator.options
    strides = (int(options.get("StrideH", 0)), int(options.get("StrideW", 0)))
    dilations = (int(options.get("DilationHFactor", 1)), int(options.get("DilationWFactor", 1)))
    if min(*strides, *dilations, *size) < 1:
        reason = f"its stride {strides}, dilation {dilations} or window {size} is less than 1"
        raise ModelError("AIE-MOD-009", where=operator.place, reason=reason)
    padding = options.get("Padding", 0)
    if padding == tflite.Padding.VALID:
        return (0, 0, 0, 0), strides, dilations
    if padding != tflite.Padding.SAME:
        raise ModelError("AIE-MOD-010", where=operator.place, feature=f"padding number {padding}")
    rows = same_padding(x.shape[1], window_extent(size[0], dilations[0]), strides[0])
    columns = same_padding(x.shape[2], window_extent(size[1], dilations[1]), strides[1])
    return (*rows, *columns), strides, dilations
