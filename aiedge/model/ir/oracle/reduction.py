"""Operations that sum over an axis, computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from aiedge.model.ir.arithmetic import mean_factors
from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import Mean, Op, Softmax
from aiedge.model.ir.oracle.steps import Array, Computation, quantization, saturated


def mean(op: Mean, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Mean` computes."""
    x, y = quantization(tensors[0]), quantization(output)
    _, height, width, _ = values[0].shape
    factors = mean_factors(x, y, height * width)
    total = values[0].astype(np.int64).sum(axis=(1, 2))
    return saturated(np.rint(total.astype(np.float32) * factors.scale + factors.bias), output)


def softmax(op: Softmax, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Softmax` computes."""
    x, table = values
    y = quantization(output)
    wide = x.astype(np.int64)
    exponentials = table[wide.max(axis=-1, keepdims=True) - wide]
    # accumulate adds one after another, unlike sum
    sums = np.add.accumulate(exponentials, axis=-1, dtype=np.float32)[..., -1:]
    inverse = np.float32(1) / (sums * y.scale)
    return saturated(
        np.trunc(exponentials * inverse + np.float32(0.5)).astype(np.int64) + y.zero_point, output
    )


ORACLE: Mapping[type[Op], Computation] = MappingProxyType(
    {
        Mean: mean,
        Softmax: softmax,
    }
)
