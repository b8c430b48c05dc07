"""Operations that treat each element alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aiedge.model.ir.ops.base import Op


@dataclass(frozen=True, slots=True)
class Add(Op):
    """a + b, equal shapes."""

    CODE: ClassVar[int] = 4
    NAME: ClassVar[str] = "add"
    clamp_min: int
    clamp_max: int


@dataclass(frozen=True, slots=True)
class Requantize(Op):
    """x -> the same values with the output's scale, zero point and dtype (int8, uint8)."""

    CODE: ClassVar[int] = 9
    NAME: ClassVar[str] = "requantize"
