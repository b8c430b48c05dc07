"""Demands of the operations that make an image larger or smaller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import Op, ResizeBilinear, ResizeNearest
from aiedge.model.ir.verify_ops.checks import Rule, check_resized, check_same_quantization, check_same_type


def resize_bilinear(op: ResizeBilinear, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.ResizeBilinear`."""
    check_resized(op, inputs[0], y)
    check_same_quantization(inputs[0], y)


def resize_nearest(op: ResizeNearest, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.ResizeNearest`."""
    check_resized(op, inputs[0], y)
    check_same_type(inputs[0], y)


RULES: Mapping[type[Op], Rule] = MappingProxyType(
    {
        ResizeBilinear: ((1,), resize_bilinear),
        ResizeNearest: ((1,), resize_nearest),
    }
)
"""How many inputs each operation may have, and the rest of its demands."""
