"""Operations that slide a window over an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aiedge.model.ir.ops.base import Op


@dataclass(frozen=True, slots=True)
class Conv2D(Op):
    """x (N,H,W,I), weights (O,KH,KW,I), bias int32 (O) -> (N,OH,OW,O). Padding adds the value 0."""

    CODE: ClassVar[int] = 1
    NAME: ClassVar[str] = "conv_2d"
    stride_h: int
    stride_w: int
    dilation_h: int
    dilation_w: int
    pad_top: int
    pad_bottom: int
    pad_left: int
    pad_right: int
    clamp_min: int
    clamp_max: int


@dataclass(frozen=True, slots=True)
class DepthwiseConv2D(Op):
    """x (N,H,W,C), weights (1,KH,KW,C*M), bias int32 (C*M) -> (N,OH,OW,C*M).

    Output channel ``c * M + m`` reads input channel ``c``.
    """

    CODE: ClassVar[int] = 2
    NAME: ClassVar[str] = "depthwise_conv_2d"
    depth_multiplier: int
    stride_h: int
    stride_w: int
    dilation_h: int
    dilation_w: int
    pad_top: int
    pad_bottom: int
    pad_left: int
    pad_right: int
    clamp_min: int
    clamp_max: int


@dataclass(frozen=True, slots=True)
class AveragePool2D(Op):
    """x (N,H,W,C) -> (N,OH,OW,C), same quantization; padded positions do not count."""

    CODE: ClassVar[int] = 5
    NAME: ClassVar[str] = "average_pool_2d"
    filter_h: int
    filter_w: int
    stride_h: int
    stride_w: int
    pad_top: int
    pad_bottom: int
    pad_left: int
    pad_right: int
    clamp_min: int
    clamp_max: int


@dataclass(frozen=True, slots=True)
class MaxPool2D(Op):
    """x (N,H,W,C) -> (N,OH,OW,C), the greatest, same quantization; padded positions do not count."""

    CODE: ClassVar[int] = 13
    NAME: ClassVar[str] = "max_pool_2d"
    filter_h: int
    filter_w: int
    stride_h: int
    stride_w: int
    pad_top: int
    pad_bottom: int
    pad_left: int
    pad_right: int
    clamp_min: int
    clamp_max: int
