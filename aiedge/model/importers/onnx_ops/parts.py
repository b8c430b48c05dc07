"""Weights, and constants of the graph made of the file's."""

from __future__ import annotations

import numpy as np

from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.fields import in_float, unsupported, value_of
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import Constant, Weights
from aiedge.model.ir.graph import Quantization


def weights_of(builder: GraphBuilder, node: FileNode, index: int) -> Weights:
    """An input that is dequantized from a constant."""
    value = value_of(builder, node, index)
    if isinstance(value, Weights):
        return value
    if isinstance(value, Constant):
        raise in_float(node, f"its weights {node.inputs[index][:80]!r} are {value.array.dtype.name}")
    raise unsupported(node, f"weights {node.inputs[index][:80]!r} that are computed by the model")


def quantization_of(builder: GraphBuilder, w: Weights, axis: int) -> Quantization:
    """The quantization of weights in the graph, whose channels stand on its ``axis``."""
    points = w.zero_points
    if w.array.dtype == np.uint8 and builder.stored_array(w.array).dtype == np.int8:
        points = points - np.int32(128)
    return Quantization(w.scales, points.astype(np.int32), axis if w.scales.size > 1 else 0)
