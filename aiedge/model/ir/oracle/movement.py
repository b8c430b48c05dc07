"""Operations that only move elements, computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import Op, Reshape
from aiedge.model.ir.oracle.steps import Array, Computation


def reshape(op: Reshape, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Reshape` computes."""
    return values[0]


ORACLE: Mapping[type[Op], Computation] = MappingProxyType(
    {
        Reshape: reshape,
    }
)
