"""What each operation demands of its tensors and attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType

from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.limits import MAX_DIMENSION
from aiedge.model.ir.ops import ArgMax, Op, Reshape
from aiedge.model.ir.verify_ops import (
    dense,
    elementwise,
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
    quantized = outputs[0].dtype in {"int8", "uint8"}
    int32 = outputs[0].dtype == "int32" and isinstance(op, ArgMax | Reshape)
    demand(quantized or int32, f"its output is {outputs[0].dtype}")
    for field in fields(op):
        value = getattr(op, field.name)
        whole = isinstance(value, int) and -MAX_DIMENSION <= value <= MAX_DIMENSION
        demand(whole or isinstance(value, float), f"its {field.name} is {value!r}")
    rule(op, inputs, outputs[0])


_FAMILIES = (window, dense, elementwise, reduction, movement, resize, indexing, recurrent)
_RULES: Mapping[type[Op], Rule] = MappingProxyType(
    {op: rule for family in _FAMILIES for op, rule in family.RULES.items()}
)
