"""How each float operation becomes an int8 one; a family a file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiedge.model.ir.ops import Op
from aiedge.model.quantize.operations import borders, elementwise, movement, pools, reduction, weighted
from aiedge.model.quantize.operations.conversion import Conversion

__all__ = ["CONVERSIONS"]

_FAMILIES = (weighted, elementwise, pools, reduction, movement, borders)
CONVERSIONS: Mapping[type[Op], Conversion] = MappingProxyType(
    {op: convert for family in _FAMILIES for op, convert in family.CONVERSIONS.items()}
)
