"""Demands of the operations that give or take indices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import ArgMax, Gather, Op
from aiedge.model.ir.verify_ops.checks import Rule, check_same_type, demand, per_tensor


def argmax(op: ArgMax, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.ArgMax`."""
    (x,) = inputs
    per_tensor(x)
    demand(0 <= op.axis < len(x.shape), f"its axis {op.axis} is none of {list(x.shape)}")
    expected = (*x.shape[: op.axis], *x.shape[op.axis + 1 :])
    demand(
        y.dtype == "int32" and y.shape == expected,
        f"its output is {y.dtype} {list(y.shape)}, needs int32 {list(expected)}",
    )


def gather(op: Gather, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Gather`."""
    x, indices = inputs
    check_same_type(x, y)
    demand(0 <= op.axis < len(x.shape), f"its axis {op.axis} is none of {list(x.shape)}")
    demand(indices.dtype == "int32", f"its indices are {indices.dtype}")
    expected = (*x.shape[: op.axis], *indices.shape, *x.shape[op.axis + 1 :])
    demand(y.shape == expected, f"its output has the shape {list(y.shape)}, needs {list(expected)}")
    if indices.data is not None:
        inside = bool(((indices.data >= 0) & (indices.data < x.shape[op.axis])).all())
        demand(inside, f"an index lies outside the axis with {x.shape[op.axis]}")


RULES: Mapping[type[Op], Rule] = MappingProxyType(
    {
        ArgMax: ((1,), argmax),
        Gather: ((2,), gather),
    }
)
"""How many inputs each operation may have, and the rest of its demands."""
