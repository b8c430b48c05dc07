"""Operations that sum over an axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aiedge.model.ir.ops.base import Op


@dataclass(frozen=True, slots=True)
class Mean(Op):
    """x (N,H,W,C) -> mean over H and W: (N,C) or (N,1,1,C)."""

    CODE: ClassVar[int] = 6
    NAME: ClassVar[str] = "mean"


@dataclass(frozen=True, slots=True)
class MeanOver(Op):
    """x -> mean over the axes ``first_axis`` to ``last_axis``, which the output lacks or has as 1."""

    CODE: ClassVar[int] = 18
    NAME: ClassVar[str] = "mean_over"
    first_axis: int
    last_axis: int


@dataclass(frozen=True, slots=True)
class Sum(Op):
    """x -> sum over the axes ``first_axis`` to ``last_axis``, which the output lacks or has as 1."""

    CODE: ClassVar[int] = 14
    NAME: ClassVar[str] = "sum"
    first_axis: int
    last_axis: int


@dataclass(frozen=True, slots=True)
class Softmax(Op):
    """x (..., C), table float32 (256) -> softmax over the last axis.

    ``table[i] = exp(-scale_x * beta * i)``. The importer gives only x; the pass ``tables`` adds the
    table, so a bundle always has it.
    """

    CODE: ClassVar[int] = 7
    NAME: ClassVar[str] = "softmax"
    beta: float
