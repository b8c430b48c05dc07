"""Operations that give or take indices, computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import ArgMax, Gather, Op
from aiedge.model.ir.oracle.steps import Array, Computation


def argmax(op: ArgMax, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.ArgMax` computes."""
    # NumPy takes the first of equals, too
    return np.asarray(values[0].argmax(axis=op.axis))


def gather(op: Gather, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.Gather` computes."""
    return np.take(values[0], values[1], axis=op.axis, mode="clip")


ORACLE: Mapping[type[Op], Computation] = MappingProxyType(
    {
        ArgMax: argmax,
        Gather: gather,
    }
)
