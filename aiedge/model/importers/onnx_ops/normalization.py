"""Operators that shift and scale numbers by their mean and variance, in float."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.fields import (
    Importer,
    axis_of,
    define,
    has_input,
    integer,
    invalid,
    real,
    unsupported,
    value_of,
)
from aiedge.model.importers.onnx_ops.floats import (
    binary,
    by_channel,
    finite,
    float_of,
    numbers_of,
    reduced,
    single,
    unary,
)
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import Activation, Floats
from aiedge.model.ir.ops.floating import BinaryFunction, ReduceFunction, UnaryFunction


def batch_normalization(builder: GraphBuilder, node: FileNode) -> None:
    """BatchNormalization outside of training: a factor and a summand for each channel."""
    if integer(node, "training_mode", 0) or len([name for name in node.outputs if name]) > 1:
        raise unsupported(node, "a BatchNormalization in training mode")
    x = float_of(builder, node, 0)
    if len(x.shape) < 2:
        raise invalid(node, f"its input {list(x.shape)} has no channels")
    channels = x.shape[1]
    scale, bias, mean, variance = (
        _each(builder, node, index, channels).astype(np.float64) for index in range(1, 5)
    )
    spread = variance + real(node, "epsilon", 1e-5)
    if np.any(spread <= 0):
        raise invalid(node, "a variance and its epsilon are not above 0")
    factor = scale / np.sqrt(spread)
    numbers = [finite(node, one, "factors of its channels") for one in (factor, bias - mean * factor)]
    define(builder, node, _scaled(builder, node, x, *numbers))


def instance_normalization(builder: GraphBuilder, node: FileNode) -> None:
    """InstanceNormalization: each channel of each image by its own mean and variance."""
    x = float_of(builder, node, 0)
    if len(x.shape) < 3:
        raise invalid(node, f"its input {list(x.shape)} has nothing behind its channels")
    scale, bias = (_each(builder, node, index, x.shape[1]) for index in (1, 2))
    normal = _normalized(builder, node, x, list(range(2, len(x.shape))))
    define(builder, node, _scaled(builder, node, normal, scale, bias))


def layer_normalization(builder: GraphBuilder, node: FileNode) -> None:
    """LayerNormalization over the last axes."""
    if len([name for name in node.outputs if name]) > 1:
        raise unsupported(node, "a LayerNormalization that tells its mean")
    x = float_of(builder, node, 0)
    axis = axis_of(node, integer(node, "axis", -1), len(x.shape))
    normal = _normalized(builder, node, x, list(range(axis, len(x.shape))))
    scale = numbers_of(node, value_of(builder, node, 1), node.inputs[1])
    y = binary(builder, node, BinaryFunction.MUL, normal, scale)
    if has_input(node, 2):
        bias = numbers_of(node, value_of(builder, node, 2), node.inputs[2])
        y = binary(builder, node, BinaryFunction.ADD, y, bias)
    if y.shape != x.shape:
        raise invalid(node, f"it makes {list(y.shape)} of {list(x.shape)}")
    define(builder, node, y)


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "BatchNormalization": batch_normalization,
        "InstanceNormalization": instance_normalization,
        "LayerNormalization": layer_normalization,
    }
)


def _each(builder: GraphBuilder, node: FileNode, index: int, channels: int) -> Floats:
    """A constant with a number for each channel."""
    value = value_of(builder, node, index)
    numbers = numbers_of(node, value, node.inputs[index])
    if numbers.shape != (channels,):
        reason = (
            f"its input {node.inputs[index][:80]!r} has {list(numbers.shape)} numbers for {channels} channels"
        )
        raise invalid(node, reason)
    return numbers


def _scaled(
    builder: GraphBuilder, node: FileNode, x: Activation, factor: Floats, summand: Floats
) -> Activation:
    rank = len(x.shape)
    product = binary(builder, node, BinaryFunction.MUL, x, by_channel(factor, rank))
    return binary(builder, node, BinaryFunction.ADD, product, by_channel(summand, rank))


def _normalized(builder: GraphBuilder, node: FileNode, x: Activation, axes: list[int]) -> Activation:
    """The difference to the mean over the axes, by the root of the mean of its square."""
    mean = reduced(builder, node, x, ReduceFunction.MEAN, axes)
    less = binary(builder, node, BinaryFunction.SUB, x, mean)
    square = unary(builder, node, less, UnaryFunction.SQUARE)
    variance = reduced(builder, node, square, ReduceFunction.MEAN, axes)
    epsilon = single(real(node, "epsilon", 1e-5))
    spread = unary(
        builder, node, binary(builder, node, BinaryFunction.ADD, variance, epsilon), UnaryFunction.SQRT
    )
    return binary(builder, node, BinaryFunction.DIV, less, spread)
