"""Operations on float32, computed: sums one after another, each step rounded to float32.

Infinities and NaN follow IEEE 754 through the formulas as they are written; which bits a NaN has is not specified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import (
    BinaryFunction,
    Dequantize,
    FloatAveragePool2D,
    FloatBinary,
    FloatConv2D,
    FloatDepthwiseConv2D,
    FloatFullyConnected,
    FloatMaxPool2D,
    FloatPRelu,
    FloatReduce,
    FloatResizeBilinear,
    FloatSoftmax,
    FloatUnary,
    Op,
    Quantize,
    ReduceFunction,
)
from aiedge.model.ir.oracle.float_functions import unary
from aiedge.model.ir.oracle.steps import Array, Computation, quantization, saturated
from aiedge.model.ir.real_functions import exp64
from aiedge.model.ir.sampling import real_taps

Floats = NDArray[np.float32]
Windowed = FloatConv2D | FloatDepthwiseConv2D | FloatAveragePool2D | FloatMaxPool2D
_Slices = tuple[slice, ...]


def conv_2d(op: FloatConv2D, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.FloatConv2D` computes."""
    x, weights, bias = values
    total: Array = np.broadcast_to(bias, output.shape).copy()
    for row, column, target, source in _taps(op, weights.shape[1:3], x.shape, output.shape):
        taps = x[source]
        for channel in range(x.shape[3]):
            total[target] += taps[..., channel, None] * weights[:, row, column, channel]
    return total


def depthwise_conv_2d(
    op: FloatDepthwiseConv2D, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor
) -> Array:
    """What :class:`~aiedge.model.ir.ops.FloatDepthwiseConv2D` computes."""
    x, weights, bias = values
    repeated = np.repeat(x, op.depth_multiplier, axis=3)
    total: Array = np.broadcast_to(bias, output.shape).copy()
    for row, column, target, source in _taps(op, weights.shape[1:3], x.shape, output.shape):
        total[target] += repeated[source] * weights[0, row, column]
    return total


def fully_connected(
    op: FloatFullyConnected, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor
) -> Array:
    """What :class:`~aiedge.model.ir.ops.FloatFullyConnected` computes."""
    x, weights, bias = values
    rows = x.reshape(-1, weights.shape[1])
    total: Array = np.broadcast_to(bias, (len(rows), len(bias))).copy()
    for index in range(weights.shape[1]):
        total += rows[:, index, None] * weights[:, index]
    return total


def binary(op: FloatBinary, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.FloatBinary` computes."""
    return _BINARY[BinaryFunction(op.function)](values[0], values[1])


def average_pool_2d(
    op: FloatAveragePool2D, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor
) -> Array:
    """What :class:`~aiedge.model.ir.ops.FloatAveragePool2D` computes."""
    size = (op.filter_h, op.filter_w)
    total = np.zeros(output.shape, np.float32)
    count = np.zeros(output.shape, np.float32)
    for _, _, target, source in _taps(op, size, values[0].shape, output.shape):
        total[target] += values[0][source]
        count[target] += 1
    if op.count_padding:
        count[...] = op.filter_h * op.filter_w
    mean: Array = total / count
    return mean


def max_pool_2d(
    op: FloatMaxPool2D, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor
) -> Array:
    """What :class:`~aiedge.model.ir.ops.FloatMaxPool2D` computes."""
    greatest = np.zeros(output.shape, np.float32)
    counted = np.zeros(output.shape, np.bool_)
    size = (op.filter_h, op.filter_w)
    for _, _, target, source in _taps(op, size, values[0].shape, output.shape):
        taps = values[0][source]
        better = (taps > greatest[target]) | ~counted[target]
        greatest[target] = np.where(better, taps, greatest[target])
        counted[target] = True
    return greatest


def reduce(op: FloatReduce, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.FloatReduce` computes."""
    shape = values[0].shape
    x = values[0].reshape(*shape[: op.first_axis], -1, *shape[op.last_axis + 1 :])
    if op.function == ReduceFunction.MAX:
        return _greatest(np.moveaxis(x, op.first_axis, -1))
    # accumulate adds one after another, unlike sum; a sum that starts from 0 is never -0
    total = np.take(np.add.accumulate(x, axis=op.first_axis), -1, axis=op.first_axis) + np.float32(0)
    if op.function == ReduceFunction.MEAN:
        total = total / np.float32(x.shape[op.first_axis])
    return np.asarray(total)


def softmax(op: FloatSoftmax, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.FloatSoftmax` computes."""
    (x,) = values
    exponents = (x - _greatest(x)[..., None]) * np.float32(op.beta)
    exponentials = exp64(exponents.astype(np.float64)).astype(np.float32)
    sums = np.add.accumulate(exponentials, axis=-1)[..., -1:]
    shares: Array = exponentials / sums
    return shares


def resize_bilinear(
    op: FloatResizeBilinear, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor
) -> Array:
    """What :class:`~aiedge.model.ir.ops.FloatResizeBilinear` computes."""
    (x,) = values
    modes = (bool(op.align_corners), bool(op.half_pixel_centers))
    rows = real_taps(x.shape[1], output.shape[1], *modes)
    columns = real_taps(x.shape[2], output.shape[2], *modes)
    left, right = x[:, :, columns.low], x[:, :, columns.high]
    across = left + (right - left) * columns.weight[:, None]
    above, below = across[:, rows.low], across[:, rows.high]
    resized: Array = above + (below - above) * rows.weight[:, None, None]
    return resized


def prelu(op: FloatPRelu, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.FloatPRelu` computes."""
    x, slopes = values
    return np.where(x >= 0, x, x * slopes)


def quantize(op: Quantize, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Quantize` computes."""
    y = quantization(output)
    rounded = np.rint(values[0] / y.scale).astype(np.float64)
    return saturated(np.where(np.isnan(rounded), 0, rounded) + y.zero_point, output)


def dequantize(op: Dequantize, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Dequantize` computes."""
    x = quantization(tensors[0])
    real: Array = (values[0].astype(np.int32) - x.zero_point).astype(np.float32) * x.scale
    return real


def _quiet(compute: Computation) -> Computation:
    """Infinities, NaN and results that underflow are results like others."""

    def computed(op: Op, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
        with np.errstate(all="ignore"):
            return compute(op, values, tensors, output)

    return computed


ORACLE: Mapping[type[Op], Computation] = MappingProxyType(
    {
        FloatConv2D: _quiet(conv_2d),
        FloatDepthwiseConv2D: _quiet(depthwise_conv_2d),
        FloatFullyConnected: _quiet(fully_connected),
        FloatBinary: _quiet(binary),
        FloatUnary: _quiet(unary),
        FloatAveragePool2D: _quiet(average_pool_2d),
        FloatMaxPool2D: _quiet(max_pool_2d),
        FloatReduce: _quiet(reduce),
        FloatSoftmax: _quiet(softmax),
        FloatResizeBilinear: _quiet(resize_bilinear),
        FloatPRelu: _quiet(prelu),
        Quantize: _quiet(quantize),
        Dequantize: _quiet(dequantize),
    }
)

_BINARY: Mapping[BinaryFunction, Callable[[Floats, Floats], Floats]] = MappingProxyType(
    {
        BinaryFunction.ADD: lambda a, b: a + b,
        BinaryFunction.SUB: lambda a, b: a - b,
        BinaryFunction.MUL: lambda a, b: a * b,
        BinaryFunction.DIV: lambda a, b: a / b,
        BinaryFunction.MINIMUM: lambda a, b: np.where(a < b, a, b),
        BinaryFunction.MAXIMUM: lambda a, b: np.where(a > b, a, b),
    }
)


def _greatest(x: Array) -> Array:
    """Along the last axis, from the first element on whatever is greater: of -0 and 0 the first, no later NaN."""
    later = np.where(np.isnan(x), np.float32(-np.inf), x)
    later[..., 0] = x[..., 0]
    return np.take_along_axis(x, later.argmax(axis=-1)[..., None], axis=-1)[..., 0]


def _taps(
    op: Windowed, size: tuple[int, ...], x: tuple[int, ...], y: tuple[int, ...]
) -> Iterator[tuple[int, int, _Slices, _Slices]]:
    """For each tap (row, column) of the window: which outputs read the input with it, and where."""
    dilation_h, dilation_w = (1, 1)
    if isinstance(op, FloatConv2D | FloatDepthwiseConv2D):
        dilation_h, dilation_w = op.dilation_h, op.dilation_w
    for row in range(size[0]):
        rows = _inside(row * dilation_h - op.pad_top, op.stride_h, x[1], y[1])
        for column in range(size[1]):
            columns = _inside(column * dilation_w - op.pad_left, op.stride_w, x[2], y[2])
            if rows and columns:
                whole = slice(None)
                yield row, column, (whole, rows[0], columns[0]), (whole, rows[1], columns[1])


def _inside(offset: int, stride: int, size: int, count: int) -> tuple[slice, slice] | None:
    """The outputs ``i`` for which ``i * stride + offset`` lies inside the input, and these places; None for none."""
    first = max(-(offset // stride), 0)
    last = min((size - 1 - offset) // stride, count - 1)
    if last < first:
        return None
    start = first * stride + offset
    return slice(first, last + 1), slice(start, last * stride + offset + 1, stride)
