"""Operations on float32: activations without a quantization, constants that are finite.

None carries a fused activation: that is a :class:`FloatUnary` behind it (docs/adr/0018-float-operators.md).
The numbers of the functions stand in bundles and are never reused. ``alpha`` and ``beta`` are held as float32, and
are 0 where the function has no use for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

import numpy as np

from aiedge.model.ir.ops.base import Op


class BinaryFunction(IntEnum):
    """Functions of two operands."""

    ADD = 1
    SUB = 2
    MUL = 3
    DIV = 4
    MINIMUM = 5
    MAXIMUM = 6


class UnaryFunction(IntEnum):
    """Functions of one operand; the formula of each is in docs/arithmetic.md."""

    CLIP = 1
    ABS = 2
    NEG = 3
    EXP = 4
    LOG = 5
    SQRT = 6
    RECIPROCAL = 7
    SIGMOID = 8
    TANH = 9
    SILU = 10
    HARD_SIGMOID = 11
    HARD_SWISH = 12
    LEAKY_RELU = 13
    ELU = 14
    GELU = 15
    GELU_TANH = 16
    SOFTPLUS = 17
    MISH = 18
    ERF = 19
    SQUARE = 20


class ReduceFunction(IntEnum):
    """What becomes of the elements that are reduced to one."""

    MEAN = 1
    SUM = 2
    MAX = 3


@dataclass(frozen=True, slots=True)
class FloatConv2D(Op):
    """x (N,H,W,I), weights (O,KH,KW,I), bias (O) -> (N,OH,OW,O). Positions in the padding are left out."""

    CODE: ClassVar[int] = 40
    NAME: ClassVar[str] = "float_conv_2d"
    stride_h: int
    stride_w: int
    dilation_h: int
    dilation_w: int
    pad_top: int
    pad_bottom: int
    pad_left: int
    pad_right: int


@dataclass(frozen=True, slots=True)
class FloatDepthwiseConv2D(Op):
    """x (N,H,W,C), weights (1,KH,KW,C*M), bias (C*M) -> (N,OH,OW,C*M); padding is left out.

    Output channel ``c * M + m`` reads input channel ``c``.
    """

    CODE: ClassVar[int] = 41
    NAME: ClassVar[str] = "float_depthwise_conv_2d"
    depth_multiplier: int
    stride_h: int
    stride_w: int
    dilation_h: int
    dilation_w: int
    pad_top: int
    pad_bottom: int
    pad_left: int
    pad_right: int


@dataclass(frozen=True, slots=True)
class FloatFullyConnected(Op):
    """x (..., K) taken as (N,K), weights (O,K), bias (O) -> (N,O); the output may carry more axes."""

    CODE: ClassVar[int] = 42
    NAME: ClassVar[str] = "float_fully_connected"


@dataclass(frozen=True, slots=True)
class FloatBinary(Op):
    """a, b -> ``function`` (a :class:`BinaryFunction`) of both; either may be constant; they repeat by NumPy's rule."""

    CODE: ClassVar[int] = 43
    NAME: ClassVar[str] = "float_binary"
    function: int

    def __post_init__(self) -> None:
        """A known number becomes the enum's; the verifier refuses others."""
        object.__setattr__(self, "function", _known(BinaryFunction, self.function))


@dataclass(frozen=True, slots=True)
class FloatUnary(Op):
    """x -> ``function`` (a :class:`UnaryFunction`) of each element.

    ``clip`` holds x within ``alpha`` to ``beta``, which may be infinite; ``hard_sigmoid`` is ``alpha * x + beta`` held
    within 0 to 1; ``alpha`` is the slope of ``leaky_relu`` and the factor of ``elu``.
    """

    CODE: ClassVar[int] = 44
    NAME: ClassVar[str] = "float_unary"
    function: int
    alpha: float = 0.0
    beta: float = 0.0

    def __post_init__(self) -> None:
        """A known number becomes the enum's, ``alpha`` and ``beta`` become float32."""
        object.__setattr__(self, "function", _known(UnaryFunction, self.function))
        object.__setattr__(self, "alpha", _single(self.alpha))
        object.__setattr__(self, "beta", _single(self.beta))


@dataclass(frozen=True, slots=True)
class FloatAveragePool2D(Op):
    """x (N,H,W,C) -> (N,OH,OW,C). ``count_padding`` 0: padded positions do not count; 1: they count as 0."""

    CODE: ClassVar[int] = 45
    NAME: ClassVar[str] = "float_average_pool_2d"
    filter_h: int
    filter_w: int
    stride_h: int
    stride_w: int
    pad_top: int
    pad_bottom: int
    pad_left: int
    pad_right: int
    count_padding: int


@dataclass(frozen=True, slots=True)
class FloatMaxPool2D(Op):
    """x (N,H,W,C) -> (N,OH,OW,C), the greatest; padded positions do not count."""

    CODE: ClassVar[int] = 46
    NAME: ClassVar[str] = "float_max_pool_2d"
    filter_h: int
    filter_w: int
    stride_h: int
    stride_w: int
    pad_top: int
    pad_bottom: int
    pad_left: int
    pad_right: int


@dataclass(frozen=True, slots=True)
class FloatReduce(Op):
    """x -> ``function`` (a :class:`ReduceFunction`) over the axes ``first_axis`` to ``last_axis``.

    The output lacks these axes or has them as 1.
    """

    CODE: ClassVar[int] = 47
    NAME: ClassVar[str] = "float_reduce"
    function: int
    first_axis: int
    last_axis: int

    def __post_init__(self) -> None:
        """A known number becomes the enum's; the verifier refuses others."""
        object.__setattr__(self, "function", _known(ReduceFunction, self.function))


@dataclass(frozen=True, slots=True)
class FloatSoftmax(Op):
    """x (..., C) -> softmax of ``beta * x`` over the last axis; ``beta`` is positive."""

    CODE: ClassVar[int] = 48
    NAME: ClassVar[str] = "float_softmax"
    beta: float = 1.0

    def __post_init__(self) -> None:
        """``beta`` becomes float32."""
        object.__setattr__(self, "beta", _single(self.beta))


@dataclass(frozen=True, slots=True)
class FloatResizeBilinear(Op):
    """x (N,H,W,C) -> (N,OH,OW,C), each element weighted from four.

    At most one of ``align_corners`` and ``half_pixel_centers`` is 1, else they are 0.
    """

    CODE: ClassVar[int] = 49
    NAME: ClassVar[str] = "float_resize_bilinear"
    align_corners: int
    half_pixel_centers: int


@dataclass(frozen=True, slots=True)
class Quantize(Op):
    """x float32 -> int8 or uint8 of the output's scale and zero point."""

    CODE: ClassVar[int] = 50
    NAME: ClassVar[str] = "quantize"


@dataclass(frozen=True, slots=True)
class Dequantize(Op):
    """x int8 or uint8 -> the float32 that it stands for."""

    CODE: ClassVar[int] = 51
    NAME: ClassVar[str] = "dequantize"


@dataclass(frozen=True, slots=True)
class FloatPRelu(Op):
    """x, slopes -> x where it is not negative, else x * slope; the slopes repeat over x."""

    CODE: ClassVar[int] = 52
    NAME: ClassVar[str] = "float_prelu"


FLOAT_OPS: tuple[type[Op], ...] = (
    FloatConv2D,
    FloatDepthwiseConv2D,
    FloatFullyConnected,
    FloatBinary,
    FloatUnary,
    FloatAveragePool2D,
    FloatMaxPool2D,
    FloatReduce,
    FloatSoftmax,
    FloatResizeBilinear,
    Dequantize,
    FloatPRelu,
)
"""The operations of this file whose output is float32."""


def _known(enum: type[IntEnum], number: int) -> int:
    return enum(number) if number in set(enum) else number


def _single(value: float) -> float:
    with np.errstate(over="ignore"):
        return float(np.float32(value))
