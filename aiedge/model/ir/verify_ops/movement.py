"""Demands of the operations that only move elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import Op, Reshape
from aiedge.model.ir.verify_ops.checks import Rule, check_same_quantization, demand


def reshape(op: Reshape, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Reshape`."""
    (x,) = inputs
    check_same_quantization(x, y)
    demand(x.element_count == y.element_count, f"it makes {y.element_count} elements of {x.element_count}")


RULES: Mapping[type[Op], Rule] = MappingProxyType(
    {
        Reshape: ((1,), reshape),
    }
)
"""How many inputs each operation may have, and the rest of its demands."""
