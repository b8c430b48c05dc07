"""Operations that multiply by a whole matrix, computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import FullyConnected, Op
from aiedge.model.ir.oracle.steps import Array, Computation, centred, requantized


def fully_connected(
    op: FullyConnected, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor
) -> Array:
    """What :class:`~aiedge.model.ir.ops.FullyConnected` computes."""
    x, weights, bias = values
    w = centred(weights, tensors[1])
    total = centred(x, tensors[0]).reshape(-1, w.shape[1]) @ w.T + bias
    return requantized(total, tensors, output, op.clamp_min, op.clamp_max)


ORACLE: Mapping[type[Op], Computation] = MappingProxyType(
    {
        FullyConnected: fully_connected,
    }
)
