"""One plain NumPy function for each operation; together they are the reference of ``aiedge-1``.

Sums are exact (float64 holds integers to 2^53, int64 to 2^63) and wrap to int32 once at the end, which is
what two's complement int32 additions give in any order. Each function returns the output's integers in any
wide enough dtype and in a shape that holds the output's elements in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir.arithmetic import (
    SingleFactor,
    add_factors,
    mean_factors,
    requantization_scales,
    requantize_factor,
)
from aiedge.model.ir.graph import Quantization, Tensor
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

_Array = NDArray[Any]


def _conv_2d(op: Conv2D, values: Sequence[_Array], tensors: Sequence[Tensor], output: Tensor) -> _Array:
    x, weights, bias = values
    centred = _padded(_centred(x, tensors[0]), op)
    w = _centred(weights, tensors[1]).transpose(1, 2, 3, 0)
    total = bias.astype(np.float64)
    for row, column, taps in _windows(centred, op, weights.shape[1:3], output.shape):
        total = total + taps @ w[row, column]
    return _requantized(total, tensors, output, op.clamp_min, op.clamp_max)


def _depthwise_conv_2d(
    op: DepthwiseConv2D, values: Sequence[_Array], tensors: Sequence[Tensor], output: Tensor
) -> _Array:
    x, weights, bias = values
    centred = np.repeat(_padded(_centred(x, tensors[0]), op), op.depth_multiplier, axis=3)
    w = _centred(weights, tensors[1])[0]
    total = bias.astype(np.float64)
    for row, column, taps in _windows(centred, op, weights.shape[1:3], output.shape):
        total = total + taps * w[row, column]
    return _requantized(total, tensors, output, op.clamp_min, op.clamp_max)


def _fully_connected(
    op: FullyConnected, values: Sequence[_Array], tensors: Sequence[Tensor], output: Tensor
) -> _Array:
    x, weights, bias = values
    w = _centred(weights, tensors[1])
    total = _centred(x, tensors[0]).reshape(-1, w.shape[1]) @ w.T + bias
    return _requantized(total, tensors, output, op.clamp_min, op.clamp_max)


def _add(op: Add, values: Sequence[_Array], tensors: Sequence[Tensor], output: Tensor) -> _Array:
    a, b = (_quantization(tensor) for tensor in tensors)
    y = _quantization(output)
    factors = add_factors(a.scale, b.scale, y.scale)
    if factors is None:
        raise ValueError("the graph is not verified: an add's scales are too far apart")
    half = 1 << (factors.shift - 1)
    products = factors.a * (values[0].astype(np.int64) - a.zero_point)
    products += factors.b * (values[1].astype(np.int64) - b.zero_point)
    total: _Array = ((half + products) >> factors.shift) + y.zero_point
    return np.clip(total, op.clamp_min, op.clamp_max)


def _average_pool_2d(
    op: AveragePool2D, values: Sequence[_Array], tensors: Sequence[Tensor], output: Tensor
) -> _Array:
    size = (op.filter_h, op.filter_w)
    total = np.zeros(output.shape, np.int64)
    count = np.zeros(output.shape, np.int64)
    ones = np.ones(tensors[0].shape, np.int64)
    for _, _, taps in _windows(_padded(values[0].astype(np.int64), op), op, size, output.shape):
        total = total + taps
    for _, _, taps in _windows(_padded(ones, op), op, size, output.shape):
        count = count + taps
    mean = np.sign(total) * ((np.abs(total) + count // 2) // count)
    clamped: _Array = np.clip(mean, op.clamp_min, op.clamp_max)
    return clamped


def _mean(op: Mean, values: Sequence[_Array], tensors: Sequence[Tensor], output: Tensor) -> _Array:
    x, y = _quantization(tensors[0]), _quantization(output)
    _, height, width, _ = values[0].shape
    factors = mean_factors(x, y, height * width)
    total = values[0].astype(np.int64).sum(axis=(1, 2))
    return _saturated(np.rint(total.astype(np.float32) * factors.scale + factors.bias), output)


def _softmax(op: Softmax, values: Sequence[_Array], tensors: Sequence[Tensor], output: Tensor) -> _Array:
    x, table = values
    y = _quantization(output)
    wide = x.astype(np.int64)
    exponentials = table[wide.max(axis=-1, keepdims=True) - wide]
    # accumulate adds one after another, unlike sum
    sums = np.add.accumulate(exponentials, axis=-1, dtype=np.float32)[..., -1:]
    inverse = np.float32(1) / (sums * y.scale)
    return _saturated(
        np.trunc(exponentials * inverse + np.float32(0.5)).astype(np.int64) + y.zero_point, output
    )


def _reshape(op: Reshape, values: Sequence[_Array], tensors: Sequence[Tensor], output: Tensor) -> _Array:
    return values[0]


def _requantize(
    op: Requantize, values: Sequence[_Array], tensors: Sequence[Tensor], output: Tensor
) -> _Array:
    x, y = _quantization(tensors[0]), _quantization(output)
    centred = values[0].astype(np.int64) - x.zero_point
    factor = requantize_factor(x.scale, y.scale, tensors[0].dtype == output.dtype)
    scaled: _Array
    if isinstance(factor, SingleFactor):
        scaled = (factor.factor * centred + 128) >> 8
    else:
        high = ((centred << factor.left) * factor.factor + (1 << 30)) >> 31
        scaled = (high + ((1 << factor.right) >> 1)) >> factor.right
    return _saturated(scaled + y.zero_point, output)


ORACLE: Mapping[type[Op], Callable[[Any, Sequence[_Array], Sequence[Tensor], Tensor], _Array]] = (
    MappingProxyType(
        {
            Conv2D: _conv_2d,
            DepthwiseConv2D: _depthwise_conv_2d,
            FullyConnected: _fully_connected,
            Add: _add,
            AveragePool2D: _average_pool_2d,
            Mean: _mean,
            Softmax: _softmax,
            Reshape: _reshape,
            Requantize: _requantize,
        }
    )
)


def _quantization(tensor: Tensor) -> Quantization:
    if tensor.quantization is None:
        raise ValueError(f"the graph is not verified: {tensor.name!r} has no quantization")
    return tensor.quantization


def _centred(values: _Array, tensor: Tensor) -> NDArray[np.float64]:
    """``q - zero point``. Per-channel zero points are all 0 (verified)."""
    centred: NDArray[np.float64] = values.astype(np.float64) - _quantization(tensor).zero_point
    return centred


def _padded(x: _Array, op: Conv2D | DepthwiseConv2D | AveragePool2D) -> _Array:
    padded: _Array = np.pad(x, ((0, 0), (op.pad_top, op.pad_bottom), (op.pad_left, op.pad_right), (0, 0)))
    return padded


def _windows(
    padded: _Array,
    op: Conv2D | DepthwiseConv2D | AveragePool2D,
    size: tuple[int, ...],
    output_shape: tuple[int, ...],
) -> Iterator[tuple[int, int, _Array]]:
    """For each tap (row, column) of the window: what all windows read with it, (N,OH,OW,C)."""
    dilation_h, dilation_w = (1, 1) if isinstance(op, AveragePool2D) else (op.dilation_h, op.dilation_w)
    _, rows, columns, _ = output_shape
    for row in range(size[0]):
        for column in range(size[1]):
            top, left = row * dilation_h, column * dilation_w
            vertical = slice(top, top + (rows - 1) * op.stride_h + 1, op.stride_h)
            horizontal = slice(left, left + (columns - 1) * op.stride_w + 1, op.stride_w)
            yield row, column, padded[:, vertical, horizontal]


def _requantized(
    total: _Array, tensors: Sequence[Tensor], output: Tensor, clamp_min: int, clamp_max: int
) -> _Array:
    """Exact sums, channels last -> the output's integers."""
    x, w, y = (_quantization(tensor) for tensor in (tensors[0], tensors[1], output))
    accumulators = total.astype(np.int64).astype(np.int32)
    with np.errstate(over="ignore"):
        scaled = accumulators.astype(np.float32) * requantization_scales(x.scale, w.scales, y.scale)
    rounded = np.rint(scaled).astype(np.float64) + y.zero_point
    clamped: _Array = np.clip(rounded, clamp_min, clamp_max)
    return clamped


def _saturated(values: _Array, output: Tensor) -> _Array:
    limits = np.iinfo(output.dtype)
    return np.clip(values, limits.min, limits.max)
