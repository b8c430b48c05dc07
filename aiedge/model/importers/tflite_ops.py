"""Operators of a .tflite file -> nodes of the graph, one function each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import tflite

from aiedge.errors import ModelError
from aiedge.model.importers.tflite_reader import ABSENT, FileOperator
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir.geometry import same_padding, window_extent
from aiedge.model.ir.graph import Node, Tensor
from aiedge.model.ir.ops import (
    Add,
    AveragePool2D,
    Conv2D,
    DepthwiseConv2D,
    FullyConnected,
    Mean,
    Op,
    Requantize,
    Reshape,
    Softmax,
)

_ACTIVATIONS: Mapping[int, tuple[float, float]] = MappingProxyType(
    {
        tflite.ActivationFunctionType.NONE: (-np.inf, np.inf),
        tflite.ActivationFunctionType.RELU: (0.0, np.inf),
        tflite.ActivationFunctionType.RELU6: (0.0, 6.0),
        tflite.ActivationFunctionType.RELU_N1_TO_1: (-1.0, 1.0),
    }
)


def _half_even(bound: np.float32, zero_point: int) -> float:
    return float(np.rint(bound + np.float32(zero_point)))


def _half_away(bound: np.float32, zero_point: int) -> float:
    magnitude = np.floor(np.abs(bound) + np.float32(0.5))
    return float(np.copysign(magnitude, bound)) + zero_point


def _conv_2d(tensors: TensorTable, operator: FileOperator) -> Node:
    x, weights = _images(tensors, operator, 2)
    pads, strides, dilations = _window(operator, x, (weights.shape[1], weights.shape[2]))
    inputs = (*_inputs(tensors, operator, 2, 3), _bias(tensors, operator, weights.shape[0]))
    return _node(tensors, operator, Conv2D(*strides, *dilations, *pads, *_clamp(tensors, operator)), inputs)


def _depthwise_conv_2d(tensors: TensorTable, operator: FileOperator) -> Node:
    x, weights = _images(tensors, operator, 2)
    pads, strides, dilations = _window(operator, x, (weights.shape[1], weights.shape[2]))
    # The file's own multiplier is a hint that some exporters leave 0; the shapes say what holds.
    multiplier, rest = divmod(weights.shape[3], x.shape[3])
    if rest or multiplier < 1:
        channels = f"weights for {weights.shape[3]} channels of an input with {x.shape[3]}"
        raise ModelError("AIE-MOD-009", where=operator.place, reason=f"it has {channels}")
    inputs = (*_inputs(tensors, operator, 2, 3), _bias(tensors, operator, weights.shape[3]))
    op = DepthwiseConv2D(multiplier, *strides, *dilations, *pads, *_clamp(tensors, operator))
    return _node(tensors, operator, op, inputs)


def _fully_connected(tensors: TensorTable, operator: FileOperator) -> Node:
    inputs = _inputs(tensors, operator, 2, 3)
    if operator.options.get("WeightsFormat", 0) != 0:
        raise ModelError("AIE-MOD-010", where=operator.place, feature="shuffled weights")
    weights = tensors.tensors[inputs[1]]
    if len(weights.shape) != 2:
        raise _wrong_rank(operator, weights, 2)
    bias = _bias(tensors, operator, weights.shape[0])
    return _node(tensors, operator, FullyConnected(*_clamp(tensors, operator)), (*inputs, bias))


def _add(tensors: TensorTable, operator: FileOperator) -> Node:
    inputs = _inputs(tensors, operator, 2, 2)
    if tensors.tensors[inputs[0]].shape != tensors.tensors[inputs[1]].shape:
        raise ModelError("AIE-MOD-010", where=operator.place, feature="an ADD of different shapes")
    return _node(tensors, operator, Add(*_clamp(tensors, operator)), inputs)


def _average_pool_2d(tensors: TensorTable, operator: FileOperator) -> Node:
    (x,) = _images(tensors, operator, 1)
    size = (int(operator.options.get("FilterHeight", 0)), int(operator.options.get("FilterWidth", 0)))
    pads, strides, _ = _window(operator, x, size)
    # LiteRT rounds a pool's bounds in another way than all other operators' bounds.
    op = AveragePool2D(*size, *strides, *pads, *_clamp(tensors, operator, _half_away))
    return _node(tensors, operator, op, _inputs(tensors, operator, 1, 1))


def _mean(tensors: TensorTable, operator: FileOperator) -> Node:
    inputs = _inputs(tensors, operator, 1, 2)
    rank = len(tensors.tensors[inputs[0]].shape)
    axes = tensors.settings(operator.inputs[1]) if len(operator.inputs) > 1 else []
    if rank != 4 or {axis + rank if axis < 0 else axis for axis in axes} != {1, 2}:
        raise ModelError("AIE-MOD-010", where=operator.place, feature=f"a MEAN over axes {axes} of {rank}")
    return _node(tensors, operator, Mean(), inputs)


def _softmax(tensors: TensorTable, operator: FileOperator) -> Node:
    op = Softmax(beta=float(operator.options.get("Beta", 0.0)))
    return _node(tensors, operator, op, _inputs(tensors, operator, 1, 1))


def _reshape(tensors: TensorTable, operator: FileOperator) -> Node:
    # The target shape stands in the output tensor too, and there it is checked.
    return _node(tensors, operator, Reshape(), _inputs(tensors, operator, 1, 2))


def _quantize(tensors: TensorTable, operator: FileOperator) -> Node:
    return _node(tensors, operator, Requantize(), _inputs(tensors, operator, 1, 1))


OPERATORS: Mapping[str, Callable[[TensorTable, FileOperator], Node]] = MappingProxyType(
    {
        "ADD": _add,
        "AVERAGE_POOL_2D": _average_pool_2d,
        "CONV_2D": _conv_2d,
        "DEPTHWISE_CONV_2D": _depthwise_conv_2d,
        "FULLY_CONNECTED": _fully_connected,
        "MEAN": _mean,
        "QUANTIZE": _quantize,
        "RESHAPE": _reshape,
        "SOFTMAX": _softmax,
    }
)
"""Every operator that aiedge imports, by the schema's name."""


def _node(tensors: TensorTable, operator: FileOperator, op: Op, inputs: tuple[int, ...]) -> Node:
    output = tensors.index(_output(operator))
    return Node(name=tensors.tensors[output].name, op=op, inputs=inputs, outputs=(output,))


def _inputs(tensors: TensorTable, operator: FileOperator, needed: int, allowed: int) -> tuple[int, ...]:
    """The graph's indices of the tensors that carry data: the first ones, without a bias or settings."""
    present = operator.inputs[:needed]
    if len(present) < needed or ABSENT in present or len(operator.inputs) > allowed:
        reason = f"it has {len(operator.inputs)} inputs and needs {needed} to {allowed}"
        raise ModelError("AIE-MOD-009", where=operator.place, reason=reason)
    return tuple(tensors.index(i) for i in present)


def _output(operator: FileOperator) -> int:
    if len(operator.outputs) != 1:
        reason = f"it has {len(operator.outputs)} outputs instead of one"
        raise ModelError("AIE-MOD-009", where=operator.place, reason=reason)
    return operator.outputs[0]


def _images(tensors: TensorTable, operator: FileOperator, count: int) -> tuple[Tensor, ...]:
    """The first inputs, which must have four axes each."""
    images = tuple(tensors.tensors[i] for i in _inputs(tensors, operator, count, 3))
    for image in images:
        if len(image.shape) != 4:
            raise _wrong_rank(operator, image, 4)
    return images


def _bias(tensors: TensorTable, operator: FileOperator, channels: int) -> int:
    if len(operator.inputs) > 2 and operator.inputs[2] != ABSENT:
        return tensors.index(operator.inputs[2])
    return tensors.zero_bias(channels)


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


def _clamp(
    tensors: TensorTable,
    operator: FileOperator,
    rounded: Callable[[np.float32, int], float] = _half_even,
) -> tuple[int, int]:
    """The fused activation as bounds in the output's integers, by ``rounded(bound / scale, zero point)``."""
    activation = int(operator.options.get("FusedActivationFunction", 0))
    if activation not in _ACTIVATIONS:
        raise ModelError("AIE-MOD-010", where=operator.place, feature=f"fused activation number {activation}")
    output = tensors.get(_output(operator))
    if output.dtype == "int32" or output.quantization is None:
        raise ModelError("AIE-MOD-006", where=operator.place, dtype=f"{output.dtype} as an output")
    limits = np.iinfo(output.dtype)
    scale, zero_point = output.quantization.scale, output.quantization.zero_point
    with np.errstate(over="ignore"):
        low, high = (rounded(np.float32(b) / scale, zero_point) for b in _ACTIVATIONS[activation])
    return int(max(low, limits.min)), int(min(high, limits.max))


def _wrong_rank(operator: FileOperator, tensor: Tensor, rank: int) -> ModelError:
    reason = f"{tensor.name!r} has {len(tensor.shape)} axes instead of {rank}"
    return ModelError("AIE-MOD-009", where=operator.place, reason=reason)
