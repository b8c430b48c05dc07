"""Operators of a .tflite file -> nodes of the graph, one function each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiedge.model.importers.tflite_ops import (
    dense,
    elementwise,
    functions,
    indexing,
    movement,
    recurrent,
    reduction,
    resize,
    slices,
    window,
)
from aiedge.model.importers.tflite_ops.fields import Importer

_FAMILIES = (window, dense, elementwise, functions, reduction, movement, slices, resize, indexing, recurrent)
OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {kind: importer for family in _FAMILIES for kind, importer in family.OPERATORS.items()}
)
"""Every operator that aiedge imports, by the schema's name."""
