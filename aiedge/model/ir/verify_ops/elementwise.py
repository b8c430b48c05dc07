"""Demands of the operations that treat each element alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aiedge.model.ir.activations import LOOKUP_SIZE
from aiedge.model.ir.arithmetic import add_factors, mul_factor
from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import Add, Lookup, Maximum, Minimum, Mul, Op, PRelu, Requantize, Sub
from aiedge.model.ir.verify_ops.checks import (
    Rule,
    check_broadcast,
    check_clamp,
    check_ratio,
    check_same_quantization,
    demand,
    per_tensor,
)


def add(op: Add | Sub, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Add` and :class:`~aiedge.model.ir.ops.Sub`."""
    a, b = inputs
    check_broadcast(a, b, y)
    factors = add_factors(per_tensor(a).scale, per_tensor(b).scale, per_tensor(y).scale)
    demand(factors is not None, "the larger input scale is not in [2^-10, 2^8) of the output scale")
    check_clamp(op, y)


def mul(op: Mul, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Mul`."""
    a, b = inputs
    check_broadcast(a, b, y)
    factor = mul_factor(per_tensor(a).scale, per_tensor(b).scale, per_tensor(y).scale)
    demand(factor is not None, "the product of the input scales is not in [2^-16, 2^8) of the output scale")
    check_clamp(op, y)


def extremum(op: Minimum | Maximum, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Minimum` and :class:`~aiedge.model.ir.ops.Maximum`."""
    a, b = inputs
    check_broadcast(a, b, y)
    check_same_quantization(a, y)
    check_same_quantization(b, y)


def prelu(op: PRelu, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.PRelu`."""
    x, slopes = inputs
    check_broadcast(x, slopes, y)
    demand(x.shape == y.shape, f"its shapes {list(x.shape)}, {list(y.shape)} differ")
    above = float(per_tensor(x).scale) / float(per_tensor(y).scale)
    ratios = (
        above,
        float(per_tensor(x).scale) * float(per_tensor(slopes).scale) / float(per_tensor(y).scale),
    )
    fits = all(2.0**-16 <= ratio <= 2.0**16 for ratio in ratios)
    demand(fits, "the scales of input and slopes are not in [2^-16, 2^16] of the output scale")


def requantize(op: Requantize, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Requantize`."""
    (x,) = inputs
    demand(x.dtype in {"int8", "uint8"}, f"its input is {x.dtype}")
    demand(x.shape == y.shape, f"its shapes {list(x.shape)}, {list(y.shape)} differ")
    check_ratio(x, y)


def lookup(op: Lookup, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Lookup`."""
    x, table = inputs
    per_tensor(x)
    demand(x.dtype == y.dtype, f"its dtypes {x.dtype}, {y.dtype} differ")
    demand(x.shape == y.shape, f"its shapes {list(x.shape)}, {list(y.shape)} differ")
    fits = table.dtype == y.dtype and table.shape == (LOOKUP_SIZE,) and table.data is not None
    demand(fits, f"its table is {table.dtype} {list(table.shape)}")
    check_same_quantization(table, y)


RULES: Mapping[type[Op], Rule] = MappingProxyType(
    {
        Add: ((2,), add),
        Sub: ((2,), add),
        Mul: ((2,), mul),
        Minimum: ((2,), extremum),
        Maximum: ((2,), extremum),
        PRelu: ((2,), prelu),
        Lookup: ((2,), lookup),
        Requantize: ((1,), requantize),
    }
)
"""How many inputs each operation may have, and the rest of its demands."""
