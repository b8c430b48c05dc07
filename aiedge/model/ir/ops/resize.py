"""Operations that make an image larger or smaller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aiedge.model.ir.ops.base import Op


@dataclass(frozen=True, slots=True)
class ResizeBilinear(Op):
    """x (N,H,W,C) -> (N,OH,OW,C), each element weighted from four; same dtype and quantization.

    At most one of ``align_corners`` and ``half_pixel_centers`` is 1, else they are 0.
    """

    CODE: ClassVar[int] = 24
    NAME: ClassVar[str] = "resize_bilinear"
    align_corners: int
    half_pixel_centers: int


@dataclass(frozen=True, slots=True)
class ResizeNearest(Op):
    """x (N,H,W,C) -> (N,OH,OW,C), each element from one; same dtype and quantization.

    At most one of ``align_corners`` and ``half_pixel_centers`` is 1, else they are 0.
    """

    CODE: ClassVar[int] = 25
    NAME: ClassVar[str] = "resize_nearest"
    align_corners: int
    half_pixel_centers: int
