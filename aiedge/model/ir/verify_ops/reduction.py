"""Demands of the operations that sum over an axis."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from aiedge.model.ir.arithmetic import SOFTMAX_TABLE_SIZE
from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.limits import MAX_DIMENSION
from aiedge.model.ir.ops import Mean, MeanOver, Op, Softmax, Sum
from aiedge.model.ir.verify_ops.checks import (
    Rule,
    check_ranks,
    check_ratio,
    check_reduced,
    demand,
    per_tensor,
)


def mean(op: Mean, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Mean`."""
    (x,) = inputs
    check_ranks((x, 4))
    demand(x.dtype == y.dtype, f"its dtypes {x.dtype}, {y.dtype} differ")
    n, height, width, channels = x.shape
    fits = y.shape in {(n, channels), (n, 1, 1, channels)}
    demand(fits, f"its output has the shape {list(y.shape)}, needs {n} x {channels}")
    demand(height * width <= MAX_DIMENSION // 2, f"its window {height}x{width} is too large")
    check_ratio(x, y)


def reduction(op: MeanOver | Sum, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.MeanOver` and :class:`~aiedge.model.ir.ops.Sum`."""
    (x,) = inputs
    check_reduced(op.first_axis, op.last_axis, x, y)
    check_ratio(x, y)


def softmax(op: Softmax, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Softmax`."""
    x = inputs[0]
    per_tensor(x)
    demand(bool(per_tensor(y).scale >= 2.0**-16), "its output's scale is below 2^-16")
    demand(len(x.shape) > 0 and x.shape == y.shape, f"its shapes {list(x.shape)}, {list(y.shape)} do not fit")
    demand(x.dtype == y.dtype, f"its dtypes {x.dtype}, {y.dtype} differ")
    demand(math.isfinite(op.beta) and op.beta > 0, f"its beta is {op.beta}")
    if len(inputs) == 2:
        table = inputs[1]
        fits = table.dtype == "float32" and table.shape == (SOFTMAX_TABLE_SIZE,) and table.data is not None
        demand(fits, f"its table is {table.dtype} {list(table.shape)}")
        # the first entry is 1, so that no sum is 0 and nothing overflows
        data: Any = table.data
        demand(
            bool(data[0] == 1 and np.all((data >= 0) & (data <= 1))), "its table is not one of exponentials"
        )


RULES: Mapping[type[Op], Rule] = MappingProxyType(
    {
        Mean: ((1,), mean),
        MeanOver: ((1,), reduction),
        Sum: ((1,), reduction),
        Softmax: ((1, 2), softmax),
    }
)
"""How many inputs each operation may have, and the rest of its demands."""
