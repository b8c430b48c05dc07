"""Drops what no output needs and puts the tensors into one canonical order."""

from __future__ import annotations

from aiedge.model.ir.graph import Graph, Node


def drop_dead_code(graph: Graph) -> Graph:
    """Keep the nodes that an output needs; tensors stand as: graph inputs, then as nodes first name them."""
    needed = set(graph.outputs)
    kept: list[Node] = []
    for node in reversed(graph.nodes):
        if needed.intersection(node.outputs):
            needed.update(node.inputs)
            kept.append(node)
    kept.reverse()

    new_index: dict[int, int] = {}
    for index in (
        *graph.inputs,
        *(i for node in kept for i in (*node.inputs, *node.outputs)),
        *graph.outputs,
    ):
        new_index.setdefault(index, len(new_index))

    def moved(indices: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(new_index[i] for i in indices)

    return Graph(
        name=graph.name,
        tensors=[graph.tensors[i] for i in new_index],
        nodes=[Node(node.name, node.op, moved(node.inputs), moved(node.outputs)) for node in kept],
        inputs=moved(graph.inputs),
        outputs=moved(graph.outputs),
        arithmetic=graph.arithmetic,
    )
