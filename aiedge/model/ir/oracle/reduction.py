"""Operations that sum over an axis, computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from aiedge.model.ir.arithmetic import MeanFactors, mean_factors, sum_factors
from aiedge.model.ir.graph import Quantization, Tensor
from aiedge.model.ir.ops import Mean, MeanOver, Op, Softmax, Sum
from aiedge.model.ir.oracle.steps import Array, Computation, quantization, saturated


def mean(op: Mean, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Mean` computes."""
    x, y = quantization(tensors[0]), quantization(output)
    _, height, width, _ = values[0].shape
    factors = mean_factors(x, y, height * width)
    total = values[0].astype(np.int64).sum(axis=(1, 2))
    return saturated(np.rint(total.astype(np.float32) * factors.scale + factors.bias), output)


def mean_over(op: MeanOver, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.MeanOver` computes."""
    return _reduced(op, values[0], tensors[0], output, mean_factors)


def sum_over(op: Sum, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Sum` computes."""
    return _reduced(op, values[0], tensors[0], output, sum_factors)


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
        MeanOver: mean_over,
        Sum: sum_over,
        Softmax: softmax,
    }
)


def _reduced(
    op: MeanOver | Sum,
    values: Array,
    x: Tensor,
    output: Tensor,
    factors_of: Callable[[Quantization, Quantization, int], MeanFactors],
) -> Array:
    axes = tuple(range(op.first_axis, op.last_axis + 1))
    count = int(np.prod([values.shape[axis] for axis in axes]))
    factors = factors_of(quantization(x), quantization(output), count)
    total = values.astype(np.int64).sum(axis=axes)
    return saturated(np.rint(total.astype(np.float32) * factors.scale + factors.bias), output)
