"""Demands of the operations that make an image larger or smaller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import Op, ResizeBilinear, ResizeNearest
from aiedge.model.ir.verify_ops.checks import Rule, check_ranks, check_same_quantization, demand


def resize(op: ResizeBilinear | ResizeNearest, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of both."""
    (x,) = inputs
    check_ranks((x, 4), (y, 4))
    check_same_quantization(x, y)
    same = x.shape[0] == y.shape[0] and x.shape[3] == y.shape[3]
    demand(same, f"its shapes {list(x.shape)}, {list(y.shape)} differ in batch or channels")
    modes = (op.align_corners, op.half_pixel_centers)
    known = modes in {(0, 0), (0, 1), (1, 0)}
    demand(known, f"its align_corners and half_pixel_centers are {modes[0]} and {modes[1]}")


RULES: Mapping[type[Op], Rule] = MappingProxyType(
    {
        ResizeBilinear: ((1,), resize),
        ResizeNearest: ((1,), resize),
    }
)
"""How many inputs each operation may have, and the rest of its demands."""
