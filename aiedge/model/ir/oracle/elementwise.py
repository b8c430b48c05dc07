"""Operations that treat each element alone, computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from aiedge.model.ir.activations import scaled
from aiedge.model.ir.arithmetic import SingleFactor, add_factors, mul_factor, requantize_factor
from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import Add, Lookup, Maximum, Minimum, Mul, Op, PRelu, Requantize, Sub
from aiedge.model.ir.oracle.steps import Array, Computation, quantization, saturated


def add(op: Add | Sub, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Add` and :class:`~aiedge.model.ir.ops.Sub` compute."""
    a, b = (quantization(tensor) for tensor in tensors)
    y = quantization(output)
    factors = add_factors(a.scale, b.scale, y.scale)
    if factors is None:
        raise ValueError("the graph is not verified: an add's scales are too far apart")
    half = 1 << (factors.shift - 1)
    sign = -1 if isinstance(op, Sub) else 1
    products = factors.a * (values[0].astype(np.int64) - a.zero_point) + sign * factors.b * (
        values[1].astype(np.int64) - b.zero_point
    )
    total: Array = ((half + products) >> factors.shift) + y.zero_point
    return np.clip(total, op.clamp_min, op.clamp_max)


def requantize(op: Requantize, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Requantize` computes."""
    x, y = quantization(tensors[0]), quantization(output)
    moved = values[0].astype(np.int64) - x.zero_point
    factor = requantize_factor(x.scale, y.scale, tensors[0].dtype == output.dtype)
    moved_to: Array
    if isinstance(factor, SingleFactor):
        moved_to = (factor.factor * moved + 128) >> 8
    else:
        high = ((moved << factor.left) * factor.factor + (1 << 30)) >> 31
        moved_to = (high + ((1 << factor.right) >> 1)) >> factor.right
    return saturated(moved_to + y.zero_point, output)


def mul(op: Mul, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Mul` computes."""
    a, b = (quantization(tensor) for tensor in tensors)
    y = quantization(output)
    factor = mul_factor(a.scale, b.scale, y.scale)
    if factor is None:
        raise ValueError("the graph is not verified: a product's scales are too far apart")
    product = (values[0].astype(np.int64) - a.zero_point) * (values[1].astype(np.int64) - b.zero_point)
    rounded = np.rint(product.astype(np.float32) * factor).astype(np.int64) + y.zero_point
    clamped: Array = np.clip(rounded, op.clamp_min, op.clamp_max)
    return clamped


def minimum(op: Minimum, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Minimum` computes."""
    lesser: Array = np.minimum(values[0], values[1])
    return lesser


def maximum(op: Maximum, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Maximum` computes."""
    greater: Array = np.maximum(values[0], values[1])
    return greater


def prelu(op: PRelu, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.PRelu` computes."""
    x, slope = (quantization(tensor) for tensor in tensors)
    y = quantization(output)
    v = values[0].astype(np.int64) - x.zero_point
    products = v * (values[1].astype(np.int64) - slope.zero_point)
    above = scaled(v, float(x.scale) / float(y.scale))
    below = scaled(products, float(x.scale) * float(slope.scale) / float(y.scale))
    return saturated(np.where(v >= 0, above, below) + y.zero_point, output)


def lookup(op: Lookup, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Lookup` computes."""
    x, table = values
    entries: Array = table[x.view(np.uint8)]
    return entries


ORACLE: Mapping[type[Op], Computation] = MappingProxyType(
    {
        Add: add,
        Sub: add,
        Mul: mul,
        Minimum: minimum,
        Maximum: maximum,
        PRelu: prelu,
        Lookup: lookup,
        Requantize: requantize,
    }
)
