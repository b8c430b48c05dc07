"""Operations that only move elements, computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import Concat, Op, Pad, Reshape, StridedSlice, Transpose
from aiedge.model.ir.oracle.steps import Array, Computation


def reshape(op: Reshape, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Reshape` computes."""
    return values[0]


def concat(op: Concat, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Concat` computes."""
    return np.concatenate(values, op.axis)


def pad(op: Pad, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Pad` computes."""
    return np.pad(values[0], op.pads[: values[0].ndim], constant_values=op.value)


def transpose(op: Transpose, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Transpose` computes."""
    turned: Array = values[0].transpose(op.axes[: values[0].ndim])
    return turned


def strided_slice(
    op: StridedSlice, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor
) -> Array:
    """What :class:`~aiedge.model.ir.ops.StridedSlice` computes."""
    indices = [
        begin + stride * np.arange(count)
        for count, (begin, stride) in zip(output.shape, op.ranges, strict=False)
    ]
    taken: Array = values[0][np.ix_(*indices)]
    return taken


ORACLE: Mapping[type[Op], Computation] = MappingProxyType(
    {
        Reshape: reshape,
        Concat: concat,
        Pad: pad,
        Transpose: transpose,
        StridedSlice: strided_slice,
    }
)
