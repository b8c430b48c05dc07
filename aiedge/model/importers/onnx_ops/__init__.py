"""Operators of an .onnx file -> nodes of the graph, one function each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiedge.model.importers.onnx_ops import (
    convolution,
    dense,
    elementwise,
    folding,
    functions,
    images,
    movement,
    normalization,
    pools,
    quantization,
    reduction,
    selection,
    slices,
    transposed_convolution,
)
from aiedge.model.importers.onnx_ops.fields import Importer

_FAMILIES = (
    quantization,
    convolution,
    transposed_convolution,
    pools,
    dense,
    elementwise,
    functions,
    normalization,
    reduction,
    movement,
    slices,
    images,
    folding,
    selection,
)
OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {kind: importer for family in _FAMILIES for kind, importer in family.OPERATORS.items()}
)
"""Every operator that aiedge imports, by its name; those of another domain than ONNX's own with it before."""
