"""Computes what does not depend on the model's inputs, once."""

from __future__ import annotations

import numpy as np

from aiedge.model.ir.graph import Graph, Node, Tensor
from aiedge.model.ir.ops import (
    Concat,
    Dequantize,
    FloatBinary,
    FloatPRelu,
    FloatReduce,
    FloatSoftmax,
    FloatUnary,
    Gather,
    Pad,
    Quantize,
    Reshape,
    ResizeNearest,
    StridedSlice,
    Transpose,
)
from aiedge.model.ir.oracle import ORACLE
from aiedge.model.passes.dead_code import drop_dead_code

MOST_ELEMENTS = 1 << 22
"""Of all results together: beyond, the file would grow by more than 16 MiB. A reduction reads as many at most."""

_FOLDED = (
    Concat,
    Dequantize,
    FloatBinary,
    FloatPRelu,
    FloatReduce,
    FloatSoftmax,
    FloatUnary,
    Gather,
    Pad,
    Quantize,
    Reshape,
    ResizeNearest,
    StridedSlice,
    Transpose,
)


def fold_constants(graph: Graph) -> Graph:
    """Replace nodes that read constants only by what the oracle computes for them.

    Outputs of the graph stay computed, and so does what would not be finite or is too large.
    """
    tensors = list(graph.tensors)
    nodes: list[Node] = []
    left = MOST_ELEMENTS
    for node in graph.nodes:
        work = max(tensors[index].element_count for index in (*node.inputs, *node.outputs))
        constant = all(tensors[index].is_constant for index in node.inputs)
        folds = constant and isinstance(node.op, _FOLDED) and work <= left
        value = _value(node, tensors) if folds and node.outputs[0] not in graph.outputs else None
        if value is None:
            nodes.append(node)
        else:
            left -= work
            tensors[node.outputs[0]] = value
    if len(nodes) == len(graph.nodes):
        return graph
    return drop_dead_code(Graph(graph.name, tensors, nodes, graph.inputs, graph.outputs, graph.arithmetic))


def _value(node: Node, tensors: list[Tensor]) -> Tensor | None:
    """The output as a constant; None where an element is no finite number."""
    inputs = [tensors[index] for index in node.inputs]
    y = tensors[node.outputs[0]]
    computed = ORACLE[type(node.op)](
        node.op, [tensor.data for tensor in inputs if tensor.data is not None], inputs, y
    )
    data = np.ascontiguousarray(computed.astype(y.dtype).reshape(y.shape))
    return Tensor(y.name, y.shape, y.dtype, y.quantization, data) if np.isfinite(data).all() else None
