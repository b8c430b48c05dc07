"""Operations that carry a state from step to step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aiedge.model.ir.ops.base import Op


@dataclass(frozen=True, slots=True)
class Lstm(Op):
    """x (N,T,K) -> (N,T,C), all int8; (T,N,K) -> (T,N,C) where ``time_major`` is 1.

    Twelve constants follow x, four each, of the gates input, forget, cell and output: weights int8 (C,K) of the input,
    weights int8 (C,C) of the state, bias int32 (C). The state is zero before the first step of every run.
    The cell's integers are int16 in units of ``2^cell_exponent`` and held within ``cell_clip``, or not where that is 0;
    ``hidden_scale`` and ``hidden_zero_point`` quantize the result before it becomes the output's integers.
    """

    CODE: ClassVar[int] = 28
    NAME: ClassVar[str] = "lstm"
    time_major: int
    cell_exponent: int
    cell_clip: int
    hidden_scale: float
    hidden_zero_point: int
