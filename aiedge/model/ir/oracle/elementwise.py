"""Operations that treat each element alone, computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from aiedge.model.ir.arithmetic import SingleFactor, add_factors, requantize_factor
from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import Add, Op, Requantize
from aiedge.model.ir.oracle.steps import Array, Computation, quantization, saturated


def add(op: Add, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Add` computes."""
    a, b = (quantization(tensor) for tensor in tensors)
    y = quantization(output)
    factors = add_factors(a.scale, b.scale, y.scale)
    if factors is None:
        raise ValueError("the graph is not verified: an add's scales are too far apart")
    half = 1 << (factors.shift - 1)
    products = factors.a * (values[0].astype(np.int64) - a.zero_point)
    products += factors.b * (values[1].astype(np.int64) - b.zero_point)
    total: Array = ((half + products) >> factors.shift) + y.zero_point
    return np.clip(total, op.clamp_min, op.clamp_max)


def requantize(op: Requantize, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Requantize` computes."""
    x, y = quantization(tensors[0]), quantization(output)
    moved = values[0].astype(np.int64) - x.zero_point
    factor = requantize_factor(x.scale, y.scale, tensors[0].dtype == output.dtype)
    scaled: Array
    if isinstance(factor, SingleFactor):
        scaled = (factor.factor * moved + 128) >> 8
    else:
        high = ((moved << factor.left) * factor.factor + (1 << 30)) >> 31
        scaled = (high + ((1 << factor.right) >> 1)) >> factor.right
    return saturated(scaled + y.zero_point, output)


ORACLE: Mapping[type[Op], Computation] = MappingProxyType(
    {
        Add: add,
        Requantize: requantize,
    }
)
