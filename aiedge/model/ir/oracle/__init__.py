"""One plain NumPy function for each operation; together they are the reference of ``aiedge-1``.

Sums of integers are exact (float64 holds them to 2^53, int64 to 2^63) and wrap to int32 once at the end, which is
what two's complement int32 additions give in any order; sums of float32 run one after another. Each function
returns the output's values in any wide enough dtype and in a shape that holds the output's elements in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiedge.model.ir.ops import Op
from aiedge.model.ir.oracle import (
    dense,
    elementwise,
    floating,
    indexing,
    movement,
    recurrent,
    reduction,
    resize,
    window,
)
from aiedge.model.ir.oracle.steps import Computation

_FAMILIES = (window, dense, elementwise, reduction, movement, resize, indexing, recurrent, floating)
ORACLE: Mapping[type[Op], Computation] = MappingProxyType(
    {op: compute for family in _FAMILIES for op, compute in family.ORACLE.items()}
)
