"""Operations that multiply by a whole matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aiedge.model.ir.ops.base import Op


@dataclass(frozen=True, slots=True)
class FullyConnected(Op):
    """x (..., K) taken as (N,K), weights (O,K), bias int32 (O) -> (N,O); the output may carry more axes."""

    CODE: ClassVar[int] = 3
    NAME: ClassVar[str] = "fully_connected"
    clamp_min: int
    clamp_max: int
