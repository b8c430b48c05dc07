"""Operations that only move elements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aiedge.model.ir.ops.base import Op


@dataclass(frozen=True, slots=True)
class Reshape(Op):
    """x -> the same elements in the output tensor's shape; same dtype and quantization."""

    CODE: ClassVar[int] = 8
    NAME: ClassVar[str] = "reshape"
