"""Demands of the operations that slide a window over an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

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
from aiedge.model.ir.verify_ops.window_checks import check_convolution, check_depthwise, check_pool


def conv_2d(op: Conv2D, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Conv2D`."""
    x, w, _ = inputs
    check_convolution(op, x, w, y)
    check_weights(op, inputs, y, w.shape[0], axis=0)


def depthwise_conv_2d(op: DepthwiseConv2D, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.DepthwiseConv2D`."""
    x, w, _ = inputs
    check_depthwise(op, x, w, y)
    check_weights(op, inputs, y, w.shape[3], axis=3)


def average_pool_2d(op: AveragePool2D, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.AveragePool2D`."""
    (x,) = inputs
    check_ranks((x, 4), (y, 4))
    check_same_quantization(x, y)
    check_pool(op, x, y)
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
    check_pool(op, x, y)
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
