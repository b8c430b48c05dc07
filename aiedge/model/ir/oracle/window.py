"""Operations that slide a window over an image, computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import AveragePool2D, Conv2D, DepthwiseConv2D, MaxPool2D, Op
from aiedge.model.ir.oracle.steps import Array, Computation, centred, requantized

Windowed = Conv2D | DepthwiseConv2D | AveragePool2D | MaxPool2D


def conv_2d(op: Conv2D, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Conv2D` computes."""
    x, weights, bias = values
    moved = _padded(centred(x, tensors[0]), op)
    w = centred(weights, tensors[1]).transpose(1, 2, 3, 0)
    total = bias.astype(np.float64)
    for row, column, taps in _windows(moved, op, weights.shape[1:3], output.shape):
        total = total + taps @ w[row, column]
    return requantized(total, tensors, output, op.clamp_min, op.clamp_max)


def depthwise_conv_2d(
    op: DepthwiseConv2D, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor
) -> Array:
    """What :class:`~aiedge.model.ir.ops.DepthwiseConv2D` computes."""
    x, weights, bias = values
    moved = np.repeat(_padded(centred(x, tensors[0]), op), op.depth_multiplier, axis=3)
    w = centred(weights, tensors[1])[0]
    total = bias.astype(np.float64)
    for row, column, taps in _windows(moved, op, weights.shape[1:3], output.shape):
        total = total + taps * w[row, column]
    return requantized(total, tensors, output, op.clamp_min, op.clamp_max)


def average_pool_2d(
    op: AveragePool2D, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor
) -> Array:
    """What :class:`~aiedge.model.ir.ops.AveragePool2D` computes."""
    size = (op.filter_h, op.filter_w)
    total = np.zeros(output.shape, np.int64)
    count = np.zeros(output.shape, np.int64)
    ones = np.ones(tensors[0].shape, np.int64)
    for _, _, taps in _windows(_padded(values[0].astype(np.int64), op), op, size, output.shape):
        total = total + taps
    for _, _, taps in _windows(_padded(ones, op), op, size, output.shape):
        count = count + taps
    mean = np.sign(total) * ((np.abs(total) + count // 2) // count)
    clamped: Array = np.clip(mean, op.clamp_min, op.clamp_max)
    return clamped


def max_pool_2d(op: MaxPool2D, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.MaxPool2D` computes."""
    lowest = int(np.iinfo(output.dtype).min)
    greatest = np.full(output.shape, lowest, np.int64)
    padded = _padded(values[0].astype(np.int64), op, lowest)
    for _, _, taps in _windows(padded, op, (op.filter_h, op.filter_w), output.shape):
        greatest = np.maximum(greatest, taps)
    clamped: Array = np.clip(greatest, op.clamp_min, op.clamp_max)
    return clamped


ORACLE: Mapping[type[Op], Computation] = MappingProxyType(
    {
        Conv2D: conv_2d,
        DepthwiseConv2D: depthwise_conv_2d,
        AveragePool2D: average_pool_2d,
        MaxPool2D: max_pool_2d,
    }
)


def _padded(x: Array, op: Windowed, value: int = 0) -> Array:
    pads = ((0, 0), (op.pad_top, op.pad_bottom), (op.pad_left, op.pad_right), (0, 0))
    padded: Array = np.pad(x, pads, constant_values=value)
    return padded


def _windows(
    padded: Array,
    op: Windowed,
    size: tuple[int, ...],
    output_shape: tuple[int, ...],
) -> Iterator[tuple[int, int, Array]]:
    """For each tap (row, column) of the window: what all windows read with it, (N,OH,OW,C)."""
    dilation_h, dilation_w = (1, 1)
    if isinstance(op, Conv2D | DepthwiseConv2D):
        dilation_h, dilation_w = op.dilation_h, op.dilation_w
    _, rows, columns, _ = output_shape
    for row in range(size[0]):
        for column in range(size[1]):
            top, left = row * dilation_h, column * dilation_w
            vertical = slice(top, top + (rows - 1) * op.stride_h + 1, op.stride_h)
            horizontal = slice(left, left + (columns - 1) * op.stride_w + 1, op.stride_w)
            yield row, column, padded[:, vertical, horizontal]
