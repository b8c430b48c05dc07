"""Demands of the operations that treat each element alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aiedge.model.ir.arithmetic import add_factors
from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import Add, Op, Requantize
from aiedge.model.ir.verify_ops.checks import Rule, check_clamp, check_ratio, demand, per_tensor


def add(op: Add, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Add`."""
    a, b = inputs
    demand(
        a.shape == b.shape == y.shape, f"its shapes {list(a.shape)}, {list(b.shape)}, {list(y.shape)} differ"
    )
    demand(a.dtype == b.dtype == y.dtype, f"its dtypes {a.dtype}, {b.dtype}, {y.dtype} differ")
    factors = add_factors(per_tensor(a).scale, per_tensor(b).scale, per_tensor(y).scale)
    demand(factors is not None, "the larger input scale is not in [2^-10, 2^8) of the output scale")
    check_clamp(op, y)


def requantize(op: Requantize, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Requantize`."""
    (x,) = inputs
    demand(x.dtype in {"int8", "uint8"}, f"its input is {x.dtype}")
    demand(x.shape == y.shape, f"its shapes {list(x.shape)}, {list(y.shape)} differ")
    check_ratio(x, y)


RULES: Mapping[type[Op], Rule] = MappingProxyType(
    {
        Add: ((2,), add),
        Requantize: ((1,), requantize),
    }
)
"""How many inputs each operation may have, and the rest of its demands."""
