"""Demands of the operations that multiply by a whole matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import FullyConnected, Op
from aiedge.model.ir.verify_ops.checks import Rule, check_ranks, check_weights, demand


def fully_connected(op: FullyConnected, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.FullyConnected`."""
    x, w, _ = inputs
    check_ranks((w, 2))
    channels, depth = w.shape
    demand(
        x.element_count % depth == 0, f"its input has {x.element_count} elements, its weights read {depth}"
    )
    expected = x.element_count // depth * channels
    fits = y.element_count == expected and len(y.shape) > 0 and y.shape[-1] == channels
    demand(fits, f"its output has the shape {list(y.shape)}, needs {expected} elements in rows of {channels}")
    check_weights(op, inputs, y, channels, axis=0)


RULES: Mapping[type[Op], Rule] = MappingProxyType(
    {
        FullyConnected: ((3,), fully_connected),
    }
)
"""How many inputs each operation may have, and the rest of its demands."""
