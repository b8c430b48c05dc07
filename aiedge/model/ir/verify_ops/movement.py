"""Demands of the operations that only move elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.limits import MAX_NODE_INPUTS
from aiedge.model.ir.ops import Concat, Op, Pad, Reshape, StridedSlice, Transpose
from aiedge.model.ir.verify_ops.checks import Rule, check_same_type, demand


def reshape(op: Reshape, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Reshape`."""
    (x,) = inputs
    if y.dtype == "int32":
        demand(x.dtype == "int32", f"its input is {x.dtype}, its output int32")
    else:
        check_same_type(x, y)
    demand(x.element_count == y.element_count, f"it makes {y.element_count} elements of {x.element_count}")


def concat(op: Concat, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Concat`."""
    demand(0 <= op.axis < len(y.shape), f"its axis {op.axis} is none of {list(y.shape)}")
    total = 0
    for x in inputs:
        check_same_type(x, y)
        others = len(x.shape) == len(y.shape) and all(
            a == b for axis, (a, b) in enumerate(zip(x.shape, y.shape, strict=True)) if axis != op.axis
        )
        demand(others, f"its input {list(x.shape)} does not fit {list(y.shape)} beside axis {op.axis}")
        total += x.shape[op.axis]
    demand(total == y.shape[op.axis], f"its inputs have {total} on axis {op.axis} of {list(y.shape)}")


def pad(op: Pad, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Pad`."""
    (x,) = inputs
    check_same_type(x, y)
    _check_ranks(x, y, op.pads, (0, 0))
    low, high = (0, 0) if y.dtype == "float32" else (np.iinfo(y.dtype).min, np.iinfo(y.dtype).max)
    demand(low <= op.value <= high, f"its value {op.value} does not fit {y.dtype}")
    demand(min(min(pair) for pair in op.pads) >= 0, f"a padding of {op.pads} is negative")
    shape = [size + before + after for size, (before, after) in zip(x.shape, op.pads, strict=False)]
    demand(shape == list(y.shape), f"it makes {shape}, its output is {list(y.shape)}")


def transpose(op: Transpose, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Transpose`."""
    (x,) = inputs
    check_same_type(x, y)
    _check_ranks(x, y, op.axes, 0)
    axes = op.axes[: len(x.shape)]
    demand(sorted(axes) == list(range(len(x.shape))), f"its axes {axes} are not those of {list(x.shape)}")
    shape = [x.shape[axis] for axis in axes]
    demand(shape == list(y.shape), f"it makes {shape}, its output is {list(y.shape)}")


def strided_slice(op: StridedSlice, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.StridedSlice`."""
    (x,) = inputs
    check_same_type(x, y)
    _check_ranks(x, y, op.ranges, (0, 0))
    for size, count, (begin, stride) in zip(x.shape, y.shape, op.ranges, strict=False):
        last = begin + (count - 1) * stride
        fits = 0 <= begin < size and 0 <= last < size and stride != 0
        demand(fits, f"it reads {begin} to {last} by {stride} of an axis with {size}")


def _check_ranks(x: Tensor, y: Tensor, fields: Sequence[object], unused: object) -> None:
    """Both have the same 1 to 6 axes, and the operation's fields of other axes are unused."""
    rank = len(x.shape)
    demand(len(y.shape) == rank >= 1, f"its shapes {list(x.shape)}, {list(y.shape)} do not fit")
    demand(all(field == unused for field in fields[rank:]), "it has settings for axes that its input lacks")


RULES: Mapping[type[Op], Rule] = MappingProxyType(
    {
        Reshape: ((1,), reshape),
        Concat: (tuple(range(1, MAX_NODE_INPUTS + 1)), concat),
        Pad: ((1,), pad),
        Transpose: ((1,), transpose),
        StridedSlice: ((1,), strided_slice),
    }
)
"""How many inputs each operation may have, and the rest of its demands."""
