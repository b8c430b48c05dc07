"""Demands of the operations that slide a window over an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aiedge.model.ir.geometry import window_count, window_extent
from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.limits import MAX_DIMENSION
from aiedge.model.ir.ops import AveragePool2D, Conv2D, DepthwiseConv2D, MaxPool2D, Op
from aiedge.model.ir.verify_ops.checks import (
    Rule,
    check_clamp,
    check_ranks,
    check_same_quantization,
    check_weights,
    demand,
)


def conv_2d(op: Conv2D, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Conv2D`."""
    x, w, _ = inputs
    check_ranks((x, 4), (w, 4), (y, 4))
    channels, rows, columns, depth = w.shape
    demand(depth == x.shape[3], f"its weights read {depth} channels and its input has {x.shape[3]}")
    _check_windows(op, (rows, columns), (op.dilation_h, op.dilation_w), x, y)
    demand(y.shape[3] == channels, f"its output has {y.shape[3]} channels and its weights make {channels}")
    check_weights(op, inputs, y, channels, axis=0)


def depthwise_conv_2d(op: DepthwiseConv2D, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.DepthwiseConv2D`."""
    x, w, _ = inputs
    check_ranks((x, 4), (w, 4), (y, 4))
    one, rows, columns, channels = w.shape
    expected = x.shape[3] * op.depth_multiplier
    demand(one == 1 and op.depth_multiplier >= 1, f"its weights have the shape {list(w.shape)}")
    demand(channels == expected, f"its weights are for {channels} channels, its input makes {expected}")
    _check_windows(op, (rows, columns), (op.dilation_h, op.dilation_w), x, y)
    demand(y.shape[3] == channels, f"its output has {y.shape[3]} channels and its weights make {channels}")
    check_weights(op, inputs, y, channels, axis=3)


def average_pool_2d(op: AveragePool2D, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.AveragePool2D`."""
    (x,) = inputs
    check_ranks((x, 4), (y, 4))
    check_same_quantization(x, y)
    _check_windows(op, (op.filter_h, op.filter_w), (1, 1), x, y)
    demand(y.shape[3] == x.shape[3], f"its output has {y.shape[3]} channels and its input {x.shape[3]}")
    # so that a sum of the raw values fits int32
    demand(
        op.filter_h * op.filter_w <= MAX_DIMENSION // 2,
        f"its window {op.filter_h}x{op.filter_w} is too large",
    )
    check_clamp(op, y)


def max_pool_2d(op: MaxPool2D, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.MaxPool2D`."""
    (x,) = inputs
    check_ranks((x, 4), (y, 4))
    check_same_quantization(x, y)
    _check_windows(op, (op.filter_h, op.filter_w), (1, 1), x, y)
    demand(y.shape[3] == x.shape[3], f"its output has {y.shape[3]} channels and its input {x.shape[3]}")
    check_clamp(op, y)


RULES: Mapping[type[Op], Rule] = MappingProxyType(
    {
        Conv2D: ((3,), conv_2d),
        DepthwiseConv2D: ((3,), depthwise_conv_2d),
        AveragePool2D: ((1,), average_pool_2d),
        MaxPool2D: ((1,), max_pool_2d),
    }
)
"""How many inputs each operation may have, and the rest of its demands."""


def _check_windows(
    op: Conv2D | DepthwiseConv2D | AveragePool2D | MaxPool2D,
    size: tuple[int, int],
    dilation: tuple[int, int],
    x: Tensor,
    y: Tensor,
) -> None:
    demand(y.shape[0] == x.shape[0], f"its output has a batch of {y.shape[0]}, its input of {x.shape[0]}")
    axes = (
        ("height", 1, op.stride_h, op.pad_top, op.pad_bottom),
        ("width", 2, op.stride_w, op.pad_left, op.pad_right),
    )
    for (name, axis, stride, before, after), taps, step in zip(axes, size, dilation, strict=True):
        demand(min(stride, taps, step) >= 1, f"its stride, window or dilation is less than 1 over the {name}")
        extent = window_extent(taps, step)
        # A window always covers at least one position of the input.
        padded = 0 <= before < extent and 0 <= after < extent
        demand(padded, f"its padding {before}, {after} does not fit a window of {extent} over the {name}")
        count = window_count(x.shape[axis], before, after, extent, stride)
        demand(y.shape[axis] == count, f"its output's {name} is {y.shape[axis]}, needs {count}")
