"""Operations that treat each element alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aiedge.model.ir.ops.base import Op


@dataclass(frozen=True, slots=True)
class Add(Op):
    """a + b; an axis that one operand lacks, or has as 1, repeats (NumPy's rule)."""

    CODE: ClassVar[int] = 4
    NAME: ClassVar[str] = "add"
    clamp_min: int
    clamp_max: int


@dataclass(frozen=True, slots=True)
class Sub(Op):
    """a - b; repeats as :class:`Add` does."""

    CODE: ClassVar[int] = 12
    NAME: ClassVar[str] = "sub"
    clamp_min: int
    clamp_max: int


@dataclass(frozen=True, slots=True)
class Mul(Op):
    """a * b; repeats as :class:`Add` does."""

    CODE: ClassVar[int] = 11
    NAME: ClassVar[str] = "mul"
    clamp_min: int
    clamp_max: int


@dataclass(frozen=True, slots=True)
class Minimum(Op):
    """The lesser of a and b, all of one quantization; repeats as :class:`Add` does."""

    CODE: ClassVar[int] = 15
    NAME: ClassVar[str] = "minimum"


@dataclass(frozen=True, slots=True)
class Maximum(Op):
    """The greater of a and b, all of one quantization; repeats as :class:`Add` does."""

    CODE: ClassVar[int] = 16
    NAME: ClassVar[str] = "maximum"


@dataclass(frozen=True, slots=True)
class PRelu(Op):
    """x, slopes -> x where it is not negative, else x * slope; the slopes repeat over x."""

    CODE: ClassVar[int] = 17
    NAME: ClassVar[str] = "prelu"


@dataclass(frozen=True, slots=True)
class Lookup(Op):
    """x, table (256, of the output's dtype and quantization) -> ``table[byte of x]``; x and output alike in dtype."""

    CODE: ClassVar[int] = 10
    NAME: ClassVar[str] = "lookup"


@dataclass(frozen=True, slots=True)
class Requantize(Op):
    """x -> the same values with the output's scale, zero point and dtype (int8, uint8)."""

    CODE: ClassVar[int] = 9
    NAME: ClassVar[str] = "requantize"
