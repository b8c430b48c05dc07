"""What each operation demands of its tensors and attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType

from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.limits import MAX_DIMENSION
from aiedge.model.ir.ops import (
    FLOAT_OPS,
    ArgMax,
    Concat,
    Gather,
    Op,
    Pad,
    Reshape,
    ResizeNearest,
    StridedSlice,
    Transpose,
)
from aiedge.model.ir.verify_ops import (
    dense,
    elementwise,
    floating,
    indexing,
    movement,
    recurrent,
    reduction,
    resize,
    window,
)
from aiedge.model.ir.verify_ops.checks import OpError, Rule, demand

__all__ = ["OpError", "check_op"]


def check_op(op: Op, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> None:
    """Raise OpError unless the operation, its attributes and its (by themselves valid) tensors fit."""
    if type(op) not in _RULES:
        raise OpError(f"the operation {type(op).__name__} is unknown")
    counts, rule = _RULES[type(op)]
    needed = " or ".join(map(str, counts)) if len(counts) < 3 else f"{counts[0]} to {counts[-1]}"
    demand(len(inputs) in counts, f"it has {len(inputs)} inputs, needs {needed}")
    demand(len(outputs) == 1, f"it has {len(outputs)} outputs, needs 1")
    demand(outputs[0].dtype in _output_dtypes(op), f"its output is {outputs[0].dtype}")
    for field in fields(op):
        value = getattr(op, field.name)
        whole = isinstance(value, int) and -MAX_DIMENSION <= value <= MAX_DIMENSION
        demand(whole or isinstance(value, float), f"its {field.name} is {value!r}")
    rule(op, inputs, outputs[0])


def _output_dtypes(op: Op) -> set[str]:
    if isinstance(op, FLOAT_OPS):
        return {"float32"}
    dtypes = {"int8", "uint8"}
    if isinstance(op, _MOVES):
        dtypes.add("float32")
    if isinstance(op, ArgMax | Reshape):
        dtypes.add("int32")
    return dtypes


_MOVES = (Concat, Gather, Pad, Reshape, ResizeNearest, StridedSlice, Transpose)
_FAMILIES = (window, dense, elementwise, reduction, movement, resize, indexing, recurrent, floating)
_RULES: Mapping[type[Op], Rule] = MappingProxyType(
    {op: rule for family in _FAMILIES for op, rule in family.RULES.items()}
)
