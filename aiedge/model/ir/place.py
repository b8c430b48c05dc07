"""How an error names a place in a graph."""

from __future__ import annotations

from aiedge.model.ir.graph import Graph


def tensor_place(graph: Graph, index: int) -> str:
    """``kws: tensor 5 'conv/bias'``."""
    return f"{graph.name}: tensor {index} {graph.tensors[index].name!r}"


def node_place(graph: Graph, index: int) -> str:
    """``kws: node 3 conv_2d 'conv/out'``."""
    node = graph.nodes[index]
    return f"{graph.name}: node {index} {node.op.NAME} {node.name!r}"
