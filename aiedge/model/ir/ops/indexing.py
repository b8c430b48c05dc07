"""Operations that give or take indices, int32."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aiedge.model.ir.ops.base import Op


@dataclass(frozen=True, slots=True)
class ArgMax(Op):
    """x -> int32: along ``axis``, which the output lacks, the index of the greatest element; the first of equals."""

    CODE: ClassVar[int] = 26
    NAME: ClassVar[str] = "argmax"
    axis: int


@dataclass(frozen=True, slots=True)
class Gather(Op):
    """x, indices int32 -> x with ``axis`` replaced by the axes of the indices; same dtype and quantization.

    An index below 0 is taken for 0, one beyond the end for the last. Constant indices lie inside.
    """

    CODE: ClassVar[int] = 27
    NAME: ClassVar[str] = "gather"
    axis: int
