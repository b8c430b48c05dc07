"""Functions of single elements in float between quantizations, a change of scale among them: tables of 256 entries.

The table says what ONNX defines: dequantize, compute in float32, quantize. A transcendental function is computed in
float64 and rounded once, so that no machine's math library decides a bit.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import Activation, Coding, Floats, Function


def identity(builder: GraphBuilder, node: FileNode, x: Activation) -> Function:
    """The float values of integers: ``f32(f32(q - zx) * sx)``."""
    dtype, scale, zero_point = builder.stored(x.coding)
    integers = np.arange(256, dtype=np.uint8).view(dtype).astype(np.int64)
    with np.errstate(all="ignore"):
        values: Floats = (integers - zero_point).astype(np.float32) * scale
    return Function(node, x, values, cache(lambda: builder.dequantized(node, x)))


def table_node(
    builder: GraphBuilder, node: FileNode, x: Activation, values: Floats, coding: Coding
) -> Activation:
    """``sat(rne(f32(v / sy)) + zy)`` for each of the 256 values ``v``; NaN becomes the least integer."""
    dtype, scale, zero_point = builder.stored(coding)
    with np.errstate(all="ignore"):
        rounded = np.rint(values / scale).astype(np.float64) + zero_point
    limits = np.iinfo(dtype)
    held = np.clip(np.where(np.isnan(rounded), -np.inf, rounded), limits.min, limits.max)
    return builder.look_up(node, x, held, coding)


def requantize(builder: GraphBuilder, node: FileNode, x: Activation, coding: Coding) -> Activation:
    """The same numbers in another coding; no node where the integers of the graph stay the same."""
    if builder.same_coding(x.coding, coding):
        return Activation(x.tensor, x.shape, x.order, coding)
    return table_node(builder, node, x, identity(builder, node, x).values, coding)
