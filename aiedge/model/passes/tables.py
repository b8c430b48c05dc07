"""Gives every softmax its table of exponentials, so that no machine's math library decides a bit."""

from __future__ import annotations

from aiedge.model.ir.arithmetic import SOFTMAX_TABLE_SIZE, softmax_table
from aiedge.model.ir.graph import Graph, Node, Tensor
from aiedge.model.ir.ops import Softmax


def add_tables(graph: Graph) -> Graph:
    """Add the second input to softmax nodes that lack it; nodes with equal scale and beta share one table."""
    tensors = list(graph.tensors)
    nodes: list[Node] = []
    index_of: dict[tuple[float, float], int] = {}
    for node in graph.nodes:
        quantization = tensors[node.inputs[0]].quantization
        if not isinstance(node.op, Softmax) or len(node.inputs) != 1 or quantization is None:
            nodes.append(node)
            continue
        key = (float(quantization.scale), node.op.beta)
        if key not in index_of:
            index_of[key] = len(tensors)
            table = softmax_table(quantization.scale, node.op.beta)
            tensors.append(
                Tensor(f"exponentials {len(index_of)}", (SOFTMAX_TABLE_SIZE,), "float32", None, table)
            )
        nodes.append(Node(node.name, node.op, (node.inputs[0], index_of[key]), node.outputs))
    return Graph(graph.name, tensors, nodes, graph.inputs, graph.outputs, graph.arithmetic)
