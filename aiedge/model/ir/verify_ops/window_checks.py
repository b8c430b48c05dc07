"""Checks of windows that slide over an image, alike for integers and float32; each raises OpError."""

from __future__ import annotations

from aiedge.model.ir.geometry import window_count, window_extent
from aiedge.model.ir.graph import Tensor
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
from aiedge.model.ir.verify_ops.checks import check_ranks, demand

AnyConv = Conv2D | FloatConv2D
AnyDepthwise = DepthwiseConv2D | FloatDepthwiseConv2D
AnyPool = AveragePool2D | MaxPool2D | FloatAveragePool2D | FloatMaxPool2D


def check_convolution(op: AnyConv, x: Tensor, w: Tensor, y: Tensor) -> None:
    """The weights (O,KH,KW,I) fit input and output."""
    check_ranks((x, 4), (w, 4), (y, 4))
    channels, rows, columns, depth = w.shape
    demand(depth == x.shape[3], f"its weights read {depth} channels and its input has {x.shape[3]}")
    _check_windows(op, (rows, columns), (op.dilation_h, op.dilation_w), x, y)
    demand(y.shape[3] == channels, f"its output has {y.shape[3]} channels and its weights make {channels}")


def check_depthwise(op: AnyDepthwise, x: Tensor, w: Tensor, y: Tensor) -> None:
    """The weights (1,KH,KW,C*M) fit input and output."""
    check_ranks((x, 4), (w, 4), (y, 4))
    one, rows, columns, channels = w.shape
    expected = x.shape[3] * op.depth_multiplier
    demand(one == 1 and op.depth_multiplier >= 1, f"its weights have the shape {list(w.shape)}")
    demand(channels == expected, f"its weights are for {channels} channels, its input makes {expected}")
    _check_windows(op, (rows, columns), (op.dilation_h, op.dilation_w), x, y)
    demand(y.shape[3] == channels, f"its output has {y.shape[3]} channels and its weights make {channels}")


def check_pool(op: AnyPool, x: Tensor, y: Tensor) -> None:
    """The windows fit input and output, which have the same channels."""
    _check_windows(op, (op.filter_h, op.filter_w), (1, 1), x, y)
    demand(y.shape[3] == x.shape[3], f"its output has {y.shape[3]} channels and its input {x.shape[3]}")


def _check_windows(
    op: AnyConv | AnyDepthwise | AnyPool,
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
