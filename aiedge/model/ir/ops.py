"""The operations of the graph: what each takes, gives and computes.

Shapes: ``N`` batch, ``H`` height, ``W`` width, ``C``/``I`` input and ``O`` output channels. The arithmetic of
each is ``aiedge-1`` (docs/arithmetic.md). ``clamp_min`` and ``clamp_max`` are in the output's integers and
carry a fused activation; they lie within the range of the output's dtype.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Op:
    """Base of all operations. ``CODE`` is the operation's number in a bundle; numbers are never reused."""

    CODE: ClassVar[int]
    NAME: ClassVar[str]


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
class FullyConnected(Op):
    """x (..., K) taken as (N,K), weights (O,K), bias int32 (O) -> (N,O); the output may carry more axes."""

    CODE: ClassVar[int] = 3
    NAME: ClassVar[str] = "fully_connected"
    clamp_min: int
    clamp_max: int


@dataclass(frozen=True, slots=True)
class Add(Op):
    """a + b, equal shapes."""

    CODE: ClassVar[int] = 4
    NAME: ClassVar[str] = "add"
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
class Mean(Op):
    """x (N,H,W,C) -> mean over H and W: (N,C) or (N,1,1,C)."""

    CODE: ClassVar[int] = 6
    NAME: ClassVar[str] = "mean"


@dataclass(frozen=True, slots=True)
class Softmax(Op):
    """x (..., C), table float32 (256) -> softmax over the last axis.

    ``table[i] = exp(-scale_x * beta * i)``. The importer gives only x; the pass ``tables`` adds the
    table, so a bundle always has it.
    """

    CODE: ClassVar[int] = 7
    NAME: ClassVar[str] = "softmax"
    beta: float


@dataclass(frozen=True, slots=True)
class Reshape(Op):
    """x -> the same elements in the output tensor's shape; same dtype and quantization."""

    CODE: ClassVar[int] = 8
    NAME: ClassVar[str] = "reshape"


@dataclass(frozen=True, slots=True)
class Requantize(Op):
    """x -> the same values with the output's scale, zero point and dtype (int8, uint8)."""

    CODE: ClassVar[int] = 9
    NAME: ClassVar[str] = "requantize"


ALL_OPS: tuple[type[Op], ...] = (
    Conv2D,
    DepthwiseConv2D,
    FullyConnected,
    Add,
    AveragePool2D,
    Mean,
    Softmax,
    Reshape,
    Requantize,
)
