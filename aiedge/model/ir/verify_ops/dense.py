"""Demands of the operations that multiply by a whole matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import FullyConnected, Op
from aiedge.model.ir.verify_ops.checks import Rule, check_product, check_weights


def fully_connected(op: FullyConnected, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.FullyConnected`."""
    x, w, _ = inputs
    check_product(x, w, y)
    check_weights(op, inputs, y, w.shape[0], axis=0)


RULES: Mapping[type[Op], Rule] = MappingProxyType(
    {
        FullyConnected: ((3,), fully_connected),
    }
)
"""How many inputs each operation may have, and the rest of its demands."""
