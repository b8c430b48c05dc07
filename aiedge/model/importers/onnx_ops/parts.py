"""How weights of the file are coded in the graph."""

from __future__ import annotations

import numpy as np

from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_values import Weights
from aiedge.model.ir.graph import Quantization


def quantization_of(builder: GraphBuilder, w: Weights, axis: int) -> Quantization:
    """The quantization of weights in the graph, whose channels stand on its ``axis``."""
    points = w.zero_points
    if w.array.dtype == np.uint8 and builder.stored_array(w.array).dtype == np.int8:
        points = points - np.int32(128)
    return Quantization(w.scales, points.astype(np.int32), axis if w.scales.size > 1 else 0)
