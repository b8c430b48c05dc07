"""Operations that carry a state from step to step, computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from aiedge.model.ir.fixed_point import Integers, logistic, multiplied, multiplier_of, shifted, tanh
from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.lstm_factors import GATES, lstm_factors
from aiedge.model.ir.ops import Lstm, Op
from aiedge.model.ir.oracle.steps import Array, Computation, quantization


def lstm(op: Lstm, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Lstm` computes."""
    scales = [quantization(tensor).scale for tensor in (*tensors[:9], output)]
    factors = [multiplier_of(float(factor)) for factor in lstm_factors(scales, op.hidden_scale)]
    zero = quantization(output).zero_point
    x = values[0].astype(np.int64) - quantization(tensors[0]).zero_point
    x = x if op.time_major else x.transpose(1, 0, 2)
    weights = [w.astype(np.int64).T for w in values[1:9]]
    bias = [b.astype(np.int64) for b in values[9:]]
    state: Integers = np.full((x.shape[1], output.shape[2]), zero, np.int64)
    cell: Integers = np.zeros(state.shape, np.int64)
    outputs = []
    for step in x:
        gates = []
        for gate in range(GATES):
            total = _int32(step @ weights[gate] + bias[gate])
            past = _int32((state - zero) @ weights[GATES + gate])
            entering = _int16(multiplied(total, factors[gate]))
            entering = _int16(entering + multiplied(past, factors[GATES + gate]))
            gates.append(tanh(entering, 3) if gate == 2 else logistic(entering))
        kept = shifted(gates[1] * cell, 15)
        cell = _int16(kept + shifted(gates[0] * gates[2], 30 + op.cell_exponent))
        if op.cell_clip > 0:
            cell = np.clip(cell, -op.cell_clip, op.cell_clip)
        result = multiplied(gates[3] * tanh(cell, 15 + op.cell_exponent), factors[-1])
        state = np.clip(result + op.hidden_zero_point, -128, 127)
        outputs.append(state)
    y = np.stack(outputs)
    return y if op.time_major else y.transpose(1, 0, 2)


ORACLE: Mapping[type[Op], Computation] = MappingProxyType(
    {
        Lstm: lstm,
    }
)


def _int32(x: Integers) -> Integers:
    """Wrapped around."""
    return x.astype(np.int32).astype(np.int64)


def _int16(x: Integers) -> Integers:
    """Held within its range."""
    return np.clip(x, -32768, 32767)
