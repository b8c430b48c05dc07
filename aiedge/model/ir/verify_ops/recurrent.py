"""Demands of the operations that carry a state from step to step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.lstm_factors import GATES, lstm_factors
from aiedge.model.ir.ops import Lstm, Op
from aiedge.model.ir.verify_ops.checks import Rule, check_ranks, demand, per_tensor

MOST_CELLS = 1 << 14


def lstm(op: Lstm, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Lstm`."""
    x = inputs[0]
    check_ranks((x, 3), (y, 3))
    demand(x.dtype == y.dtype == "int8", f"its dtypes are {x.dtype} and {y.dtype}, not int8")
    depth, cells = x.shape[2], y.shape[2]
    demand(x.shape[:2] == y.shape[:2], f"its shapes {list(x.shape)}, {list(y.shape)} do not fit")
    demand(max(depth, cells) <= MOST_CELLS, f"it has more than {MOST_CELLS} inputs or cells")
    for start, shape in ((1, (cells, depth)), (5, (cells, cells))):
        for w in inputs[start : start + GATES]:
            fits = w.dtype == "int8" and w.shape == shape and w.data is not None
            demand(fits, f"its weights are {w.dtype} {list(w.shape)}, need constant int8 {list(shape)}")
            demand(per_tensor(w).zero_point == 0, "its weights have a zero point that is not 0")
    for bias in inputs[9:]:
        fits = bias.dtype == "int32" and bias.shape == (cells,) and bias.data is not None
        demand(fits, f"its bias is {bias.dtype} {list(bias.shape)}, needs constant int32 [{cells}]")
    demand(op.time_major in {0, 1}, f"its time_major is {op.time_major}")
    demand(-15 <= op.cell_exponent <= -9, f"its cell's scale 2^{op.cell_exponent} is not 2^-15 to 2^-9")
    demand(0 <= op.cell_clip <= 32767, f"its cell_clip is {op.cell_clip}")
    demand(-128 <= op.hidden_zero_point <= 127, f"its hidden zero point is {op.hidden_zero_point}")
    hidden = isinstance(op.hidden_scale, float) and op.hidden_scale == np.float32(op.hidden_scale)
    demand(hidden and op.hidden_scale > 0, f"its hidden scale is {op.hidden_scale}")
    scales = [per_tensor(tensor).scale for tensor in (*inputs[:9], y)]
    for factor in lstm_factors(scales, op.hidden_scale):
        demand(bool(2.0**-30 <= factor < 2.0**20), f"its scales are too far apart (factor {factor})")


RULES: Mapping[type[Op], Rule] = MappingProxyType(
    {
        Lstm: ((1 + 3 * GATES,), lstm),
    }
)
"""How many inputs each operation may have, and the rest of its demands."""
